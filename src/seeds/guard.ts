import type { EntityManager } from 'typeorm';
import { isThisMachine, type SocketEnds } from '../connection/database-url.js';
import { RECORD_ENTITIES, SegmentedWeight } from '../entities/index.js';
import { ActionRefused, assertDestructiveActionAllowed, quoteName } from '../operations/environment-guard/guard.js';
import { REFERENCE_SEGMENTS } from './reference/rows.js';
import { SAMPLE_ID_PATTERN } from './ids.js';

/** The permission to write sample data, as far as it does not come from the database. */
export interface SamplePermission {
  /** NODE_ENV; undefined when it is not set. */
  readonly nodeEnv: string | undefined;
  /** The name of the database as the operator gave it. Needed when the server is not this machine. */
  readonly confirmedName?: string | undefined;
  /** The option or variable in which the operator can give the name. Default `--database`. */
  readonly confirmBy?: string;
}

/** Rows of one table that no seed wrote. */
export interface ForeignRows {
  readonly table: string;
  readonly rows: number;
  /** There are more rows: counting stopped. */
  readonly more: boolean;
}

const ACTION = 'write sample data';

/** The database is in use: tables contain rows that are not samples. Names tables and counts, never rows. */
export class ForeignRowsError extends ActionRefused {
  readonly code = 'FOREIGN_ROWS';

  constructor(
    databaseName: string,
    readonly tables: readonly ForeignRows[],
  ) {
    const list = tables.map(({ table, rows, more }) => `${table} (${more ? 'more than ' : ''}${rows})`).join(', ');
    const reason = `the database ${quoteName(databaseName)} contains rows that are not samples: ${list}`;
    super(ACTION, databaseName, reason, 'Use an empty database');
  }
}

/** Counting stops at this number of rows. */
const MAX_COUNTED = 1000;

const REFERENCE_SEGMENT_KEYS = REFERENCE_SEGMENTS.map(({ segmentType, segmentKey }) => `${segmentType}/${segmentKey}`);

/**
 * Throws unless sample rows may be written to this database: never in production, on another machine only when the database is
 * named, and never beside rows that are not samples.
 *
 * Checks the open connection instead of the URL, because a URL can have several spellings of a host (`?host=`, percent-encoding, PGHOST).
 *
 * @param manager of an open transaction
 * @throws ForbiddenInProduction, ConfirmationNeeded, ConfirmationWrong, ForeignRowsError
 */
export async function assertSampleAllowed(manager: EntityManager, permission: SamplePermission): Promise<void> {
  const client: unknown = await manager.queryRunner?.connect();
  await assertDestructiveActionAllowed((sql, parameters) => manager.query(sql, parameters), {
    action: ACTION,
    confirmedName: undefined,
    ...permission,
    reasons: listServerReasons(client),
    neverInProduction: 'Run seed:reference instead, which is allowed everywhere',
  });
  const foreign = await countForeignRows(manager);
  if (foreign.length === 0) return;
  const [row] = await manager.query<{ name: string }[]>('SELECT current_database() AS name');
  throw new ForeignRowsError(row?.name ?? '', foreign);
}

/**
 * Returns why the name of the database is needed: its server is another machine, or an unknown one.
 *
 * @param client of node-postgres, connected
 */
export function listServerReasons(client: unknown): string[] {
  const { host, connection } = (client ?? {}) as { host?: unknown; connection?: { stream?: SocketEnds } };
  const stream = connection?.stream;
  if (stream !== undefined && isThisMachine(stream)) return [];
  return [`the server ${typeof host === 'string' ? quoteName(host) : 'of the connection'} is not this machine`];
}

/** Counts the rows of each table that are neither samples nor reference rows; tables without such rows are left out. */
async function countForeignRows(manager: EntityManager): Promise<ForeignRows[]> {
  const found: ForeignRows[] = [];
  for (const entity of RECORD_ENTITIES) {
    const { tableName } = manager.dataSource.getMetadata(entity);
    const isOurs = `"id"::text ~ $1${entity === SegmentedWeight ? ` OR "segment_type" || '/' || "segment_key" = ANY ($2)` : ''}`;
    const [counted] = await manager.query<{ rows: number }[]>(
      `SELECT count(*)::int AS rows FROM (SELECT FROM "${tableName}" WHERE NOT (${isOurs}) LIMIT ${MAX_COUNTED + 1}) AS found`,
      entity === SegmentedWeight ? [SAMPLE_ID_PATTERN, REFERENCE_SEGMENT_KEYS] : [SAMPLE_ID_PATTERN],
    );
    const rows = counted?.rows ?? 0;
    if (rows > 0) found.push({ table: tableName, rows: Math.min(rows, MAX_COUNTED), more: rows > MAX_COUNTED });
  }
  return found;
}
