import { ConnectionLost, sqlStateOf, summaryOf, toDatabaseError } from '../connection/errors.js';
import { framesOf } from '../connection/stack-frames.js';
import { isError, SharedDbError } from '../connection/shared-db-error.js';
import { MigrationFailed, MigrationInterrupted } from './errors.js';
import type { Statement } from './query-runner.js';
import { withoutLiterals } from '../connection/sql-text.js';

/** Lock timeout, deadlock, serialisation: the same transaction may succeed when it is tried again. */
const TRY_AGAIN: readonly unknown[] = ['55P03', '40P01', '40001'];

const TIMED_OUT = '57014';

export function mayTryAgain(error: unknown): boolean {
  return TRY_AGAIN.includes(sqlStateOf(error));
}

/** Did the connection break? PostgreSQL's last words on it come before its end is noticed. */
export function isLost(error: unknown): boolean {
  return toDatabaseError(error) instanceof ConnectionLost;
}

export interface Place {
  readonly migration: string;
  /** Which statement of the migration, from 1; 0: none yet. */
  readonly ordinal: number;
  /** Undefined: not in a statement but before, after or between. */
  readonly statement: Statement | undefined;
  /** What is left in the database of the migration. */
  readonly state: string;
}

/**
 * What went wrong, in one line, without values of rows or literals. A refusal of the runner itself is passed on.
 */
export function failureOf(error: unknown, place: Place): Error {
  if (error instanceof SharedDbError) return error;
  const { migration } = place;
  if (isLost(error)) return new MigrationInterrupted(`The connection was lost while ${migration} ran`, [migration]);
  const at = place.statement === undefined ? '' : ` at statement ${place.ordinal}`;
  const text = place.statement === undefined ? '' : ` in ${withoutLiterals(place.statement.sql)}`;
  const failed = new MigrationFailed(
    `${migration} failed${at}: ${reasonOf(error, place.statement)}${text}. ${place.state}`,
    [migration],
  );
  // Of what is not the database's the frames are all that helps; its message may hold anything.
  if (isError(error) && sqlStateOf(error) === undefined) failed.stack = `${failed.stack ?? ''}\n${framesOf(error)}`;
  return failed;
}

function reasonOf(error: unknown, statement: Statement | undefined): string {
  const state = sqlStateOf(error);
  if (state === undefined) return `its code threw ${isError(error) ? error.name : typeof error} (DEBUG=1 shows where)`;
  if (state === TIMED_OUT) return 'it ran longer than statements of its kind may (57014), or somebody cancelled it';
  if (state === '25001') return 'it cannot run inside a transaction: declare transaction = false (25001)';
  const { driverError = error, query = statement?.sql } = error as { driverError?: unknown; query?: unknown };
  // The statement is shown beside the error, so its names may be shown in production, too.
  const known = toDatabaseError({ driverError, query }, undefined, { showStatementNames: true });
  return `${known === undefined ? 'PostgreSQL refused it' : summaryOf(known)} (${state})`;
}
