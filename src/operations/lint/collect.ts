import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { isError } from '../../errors/shared-db-error.js';
import type { Statement } from './rule.js';
import { type ParsedQuery, parseQuery, type Parser } from './sql.js';

/** A comment in the SQL of a migration that suppresses a finding. */
interface Suppression {
  /** Undefined when the comment does not have the form `lint: accept <rule>: <reason>`. */
  readonly rule: string | undefined;
  readonly reason: string | undefined;
}

const PREFIX = /(?:^|--|\/\*|\*)\s*lint:(.*)$/gm;
const FORM = /^\s*accept\s+([\w-]+)\s*:?\s*(.*?)\s*(?:\*\/)?\s*$/;

/** Returns the suppressions in comments, in order. */
function findSuppressions(comments: readonly string[]): Suppression[] {
  return comments.flatMap((comment) =>
    [...comment.matchAll(PREFIX)].map(([, rest = '']) => {
      const [, rule, reason] = FORM.exec(rest) ?? [];
      return { rule, reason: reason === '' ? undefined : reason };
    }),
  );
}

interface RecordedQuery {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** Whether the migration read the rows of a query that was not answered, and so went on as if there were none. */
  readUnanswered: boolean;
}

/** The queries that a migration executes. */
interface Recording {
  readonly queries: readonly RecordedQuery[];
  /** Why the list may be incomplete; undefined when `up` ended well. */
  readonly failure: string | undefined;
}

/** The answer to a query: PostgreSQL's tag of the command (`UPDATE`), and the rows where they are known. */
interface Answer {
  readonly command: string;
  readonly rows?: readonly unknown[];
}

interface RecordOptions {
  /** Answers a query and changes nothing. */
  readonly answer: (sql: string, parameters: readonly unknown[]) => Promise<Answer>;
  /** Milliseconds. Default 60,000. */
  readonly timeoutMs?: number;
}

/** More queries than any migration has. The limit ends loops that wait for an answer which the recorder never gives. */
const MAX_QUERIES = 2_000;

/**
 * Runs `up` on a connection that records each query and executes none. TypeORM's own methods (`addColumn`) are recorded as the SQL
 * that they generate.
 *
 * @param dataSource not connected, so that a query which bypasses the query runner reaches no database
 */
async function recordUp(
  migration: MigrationInterface,
  dataSource: DataSource,
  { answer, timeoutMs = 60_000 }: RecordOptions,
): Promise<Recording> {
  const queries: RecordedQuery[] = [];
  const record = async (sql: unknown, parameters: readonly unknown[] = []): Promise<object> => {
    if (typeof sql !== 'string') throw new NotRecorded('it streams rows');
    if (queries.length >= MAX_QUERIES) throw new NotRecorded(`it does not end within ${MAX_QUERIES} queries`);
    const query = { sql, parameters, readUnanswered: false };
    queries.push(query);
    const { command, rows } = await answer(sql, parameters);
    return {
      command,
      rowCount: rows?.length ?? 0,
      rows: rows ?? createUnansweredRows(() => (query.readUnanswered = true)),
    };
  };
  const queryRunner = dataSource.createQueryRunner();
  queryRunner.connect = () => Promise.resolve({ query: record });
  return { queries, failure: await findFailure(migration, queryRunner, timeoutMs) };
}

class NotRecorded extends Error {
  override readonly name = 'NotRecorded';
}

async function findFailure(
  migration: MigrationInterface,
  queryRunner: QueryRunner,
  timeoutMs: number,
): Promise<string | undefined> {
  const waitBudget = new AbortController();
  try {
    return await Promise.race([
      migration.up(queryRunner).then(() => undefined),
      sleep(timeoutMs, `it does not end within ${timeoutMs / 1000} s`, { signal: waitBudget.signal }),
    ]);
  } catch (error) {
    // Only the class of other errors is reported: their message may contain rows that the migration has read.
    if (!isError(error)) return 'it throws a value that is not an Error';
    return error instanceof NotRecorded
      ? error.message
      : `it throws ${/^\w+$/.test(error.name) ? error.name : 'an Error'}`;
  } finally {
    waitBudget.abort();
  }
}

/** Returns an empty list that calls `onRead` when the migration reads it. `await` alone does not read it. */
function createUnansweredRows(onRead: () => void): readonly unknown[] {
  return new Proxy<unknown[]>([], {
    get(rows, key, receiver) {
      if (key !== 'then') onRead();
      return Reflect.get(rows, key, receiver) as unknown;
    },
  });
}

/** A read-only connection to the database on which the migrations are pending. */
export type Reader = Pick<DataSource, 'query'>;

/** A problem with reading a migration, by the rule that reports it. */
export interface CollectError {
  readonly rule: 'syntax-error' | 'uncollected-sql' | 'unanswered-query' | 'empty-migration';
  /** The number of the statement; absent when the problem is about the whole migration. */
  readonly number?: number;
  readonly what: string;
}

export interface CollectedMigration {
  readonly name: string;
  readonly inTransaction: boolean;
  readonly statements: readonly Statement[];
  readonly errors: readonly CollectError[];
  /** With the number of the statement to which the comment belongs; undefined when no statement follows the comment. */
  readonly suppressions: readonly (Suppression & { number: number | undefined })[];
}

export interface CollectOptions {
  /** Not connected. */
  readonly dataSource: DataSource;
  readonly parser: Parser;
  readonly reader?: Reader | undefined;
}

/** Collects and parses the statements that the `up` of a migration executes. */
export async function collect(migration: MigrationInterface, options: CollectOptions): Promise<CollectedMigration> {
  const { dataSource, parser, reader } = options;
  const { queries, failure } = await recordUp(migration, dataSource, {
    answer: (sql, parameters) => answer(sql, parameters, parser, reader),
  });
  const statements: Statement[] = [];
  const errors: CollectError[] = failure === undefined ? [] : [{ rule: 'uncollected-sql', what: failure }];
  const suppressions: (Suppression & { number: number | undefined })[] = [];
  let unassigned: Suppression[] = [];
  let number = 0;
  for (const query of queries) {
    const first = number + 1;
    const parsed = tryToParse(query.sql, parser);
    if (parsed === undefined) {
      number += 1;
      errors.push({ rule: 'syntax-error', number, what: `a query of ${query.sql.length} characters` });
    } else {
      unassigned.push(...findSuppressions(parsed.comments));
      for (const statement of parsed.statements) {
        number += 1;
        statements.push({ ...statement, number, parameters: query.parameters });
        for (const suppression of [...unassigned, ...findSuppressions(statement.comments)])
          suppressions.push({ ...suppression, number });
        unassigned = [];
      }
    }
    if (query.readUnanswered) errors.push({ rule: 'unanswered-query', number: first, what: 'no rows' });
  }
  for (const suppression of unassigned) suppressions.push({ ...suppression, number: undefined });
  if (number === 0 && failure === undefined) errors.push({ rule: 'empty-migration', what: 'up' });
  return {
    name: getMigrationName(migration),
    inTransaction: migration.transaction !== false,
    statements,
    errors,
    suppressions,
  };
}

function getMigrationName(migration: MigrationInterface): string {
  return migration.name ?? migration.constructor.name;
}

function tryToParse(sql: string, parser: Parser): ParsedQuery | undefined {
  try {
    return parseQuery(sql, parser);
  } catch {
    return undefined;
  }
}

const COMMANDS: Readonly<Record<string, string>> = { UpdateStmt: 'UPDATE', DeleteStmt: 'DELETE' };

/** Sends a SELECT or SHOW to the database, where there is one. Answers any other query without rows. */
async function answer(
  sql: string,
  parameters: readonly unknown[],
  parser: Parser,
  reader: Reader | undefined,
): Promise<Answer> {
  const [statement, ...more] = tryToParse(sql, parser)?.statements ?? [];
  if (statement === undefined) return { command: '' };
  const [kind = ''] = Object.keys(statement.node);
  const unanswered = { command: COMMANDS[kind] ?? '' };
  if (reader === undefined || more.length > 0 || !isRead(statement)) return unanswered;
  try {
    return { command: 'SELECT', rows: await reader.query<unknown[]>(sql, [...parameters]) };
  } catch {
    // The query reads an object that an earlier pending migration creates, or it tries to write.
    return unanswered;
  }
}

function isRead({ node }: Pick<Statement, 'node'>): boolean {
  if ('VariableShowStmt' in node) return true;
  return (
    'SelectStmt' in node && node.SelectStmt.intoClause === undefined && node.SelectStmt.lockingClause === undefined
  );
}
