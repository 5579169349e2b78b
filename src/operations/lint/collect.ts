import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { isError } from '../../errors/shared-db-error.js';
import type { Statement } from './rule.js';
import { type ParsedQuery, parseQuery, type Parser } from './sql.js';

/** A comment in the SQL of a migration that accepts a finding, with the reason. */
interface Suppression {
  /** Undefined when the comment is not of the form `lint: accept <rule>: <reason>`. */
  readonly rule: string | undefined;
  readonly reason: string | undefined;
}

const MARK = /(?:^|--|\/\*|\*)\s*lint:(.*)$/gm;
const FORM = /^\s*accept\s+([\w-]+)\s*:?\s*(.*?)\s*(?:\*\/)?\s*$/;

/** The acceptances in comments, in order. */
function findSuppressions(comments: readonly string[]): Suppression[] {
  return comments.flatMap((comment) =>
    [...comment.matchAll(MARK)].map(([, rest = '']) => {
      const [, rule, reason] = FORM.exec(rest) ?? [];
      return { rule, reason: reason === '' ? undefined : reason };
    }),
  );
}

interface RecordedQuery {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** The migration went on with an answer that was made up: no rows. */
  madeUp: boolean;
}

/** What a migration would execute. */
interface Recording {
  readonly queries: readonly RecordedQuery[];
  /** Why the list may not be complete: the kind of error, or what was waited for. */
  readonly failure: string | undefined;
}

/** What PostgreSQL would call the command (`UPDATE`), and its rows where they are known. */
interface Answer {
  readonly command: string;
  readonly rows?: readonly unknown[];
}

interface RecordOptions {
  /** Answers a query without changing anything. */
  readonly answer: (sql: string, parameters: readonly unknown[]) => Promise<Answer>;
  /** Milliseconds. Default 60,000. */
  readonly timeoutMs?: number;
}

/** More queries than any migration has; a loop that waits for what a recorder never says ends here. */
const MOST_QUERIES = 2_000;

/**
 * Runs `up` against a connection that writes down what it is asked to do and does nothing. TypeORM's own methods (`addColumn`) are
 * recorded as the SQL they make.
 *
 * @param dataSource not connected, so that nothing that goes past the query runner reaches a database either
 */
async function recordUp(
  migration: MigrationInterface,
  dataSource: DataSource,
  { answer, timeoutMs = 60_000 }: RecordOptions,
): Promise<Recording> {
  const queries: RecordedQuery[] = [];
  const record = async (sql: unknown, parameters: readonly unknown[] = []): Promise<object> => {
    if (typeof sql !== 'string') throw new NotRecorded('it streams rows');
    if (queries.length >= MOST_QUERIES) throw new NotRecorded(`it does not end within ${MOST_QUERIES} queries`);
    const query = { sql, parameters, madeUp: false };
    queries.push(query);
    const { command, rows } = await answer(sql, parameters);
    return {
      command,
      rowCount: rows?.length ?? 0,
      rows: rows ?? createNoticingProxy(() => (query.madeUp = true)),
    };
  };
  const queryRunner = dataSource.createQueryRunner();
  queryRunner.connect = () => Promise.resolve({ query: record });
  return { queries, failure: await toCollectError(migration, queryRunner, timeoutMs) };
}

class NotRecorded extends Error {
  override readonly name = 'NotRecorded';
}

async function toCollectError(
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
    // Of others only the kind: the message may hold what it read.
    if (!isError(error)) return 'it throws what is no Error';
    return error instanceof NotRecorded
      ? error.message
      : `it throws ${/^\w+$/.test(error.name) ? error.name : 'an Error'}`;
  } finally {
    waitBudget.abort();
  }
}

/** No rows, and word of it when somebody looks. `await` alone does not look. */
function createNoticingProxy(onLook: () => void): readonly unknown[] {
  return new Proxy<unknown[]>([], {
    get(rows, key, receiver) {
      if (key !== 'then') onLook();
      return Reflect.get(rows, key, receiver) as unknown;
    },
  });
}

/** Asks a database that only reads; without it questions of migrations stay unanswered. */
export type Reader = Pick<DataSource, 'query'>;

/** What can be said of a migration before any rule about statements. */
export interface CollectError {
  readonly kind: 'syntax-error' | 'not-collected' | 'made-up-answer' | 'empty-migration';
  /** The statement, where it is one. */
  readonly number?: number;
  readonly what: string;
}

export interface CollectedMigration {
  readonly name: string;
  readonly inTransaction: boolean;
  readonly statements: readonly Statement[];
  readonly errors: readonly CollectError[];
  /** Of a statement, or of no number when none follows it. */
  readonly suppressions: readonly (Suppression & { number: number | undefined })[];
}

export interface CollectOptions {
  /** Never connected. */
  readonly dataSource: DataSource;
  readonly parser: Parser;
  readonly reader?: Reader | undefined;
}

/** The statements that the `up` of a migration executes, parsed. */
export async function collect(migration: MigrationInterface, options: CollectOptions): Promise<CollectedMigration> {
  const { dataSource, parser, reader } = options;
  const { queries, failure } = await recordUp(migration, dataSource, {
    answer: (sql, parameters) => answer(sql, parameters, parser, reader),
  });
  const statements: Statement[] = [];
  const errors: CollectError[] = failure === undefined ? [] : [{ kind: 'not-collected', what: failure }];
  const suppressions: (Suppression & { number: number | undefined })[] = [];
  let waiting: Suppression[] = [];
  let number = 0;
  for (const query of queries) {
    const first = number + 1;
    const parsed = parseOrFail(query, parser);
    if (parsed === undefined) {
      number += 1;
      errors.push({ kind: 'syntax-error', number, what: `a query of ${query.sql.length} characters` });
    } else {
      waiting.push(...findSuppressions(parsed.comments));
      for (const statement of parsed.statements) {
        number += 1;
        statements.push({ ...statement, number, parameters: query.parameters });
        for (const suppression of [...waiting, ...findSuppressions(statement.comments)])
          suppressions.push({ ...suppression, number });
        waiting = [];
      }
    }
    if (query.madeUp) errors.push({ kind: 'made-up-answer', number: first, what: 'no rows' });
  }
  for (const suppression of waiting) suppressions.push({ ...suppression, number: undefined });
  if (number === 0 && failure === undefined) errors.push({ kind: 'empty-migration', what: 'up' });
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

function parseOrFail({ sql }: RecordedQuery, parser: Parser): ParsedQuery | undefined {
  try {
    return parseQuery(sql, parser);
  } catch {
    return undefined;
  }
}

const COMMANDS: Readonly<Record<string, string>> = { UpdateStmt: 'UPDATE', DeleteStmt: 'DELETE' };

/** Questions go to the database where there is one; nothing else does. */
async function answer(
  sql: string,
  parameters: readonly unknown[],
  parser: Parser,
  reader: Reader | undefined,
): Promise<Answer> {
  const [statement, ...more] = parseOrFail({ sql, parameters, madeUp: false }, parser)?.statements ?? [];
  if (statement === undefined) return { command: '' };
  const [kind = ''] = Object.keys(statement.node);
  const unanswered = { command: COMMANDS[kind] ?? '' };
  if (reader === undefined || more.length > 0 || !isQuestion(statement)) return unanswered;
  try {
    return { command: 'SELECT', rows: await reader.query<unknown[]>(sql, [...parameters]) };
  } catch {
    // It asks for what the migrations before it make, or for more than reading: it has no answer here.
    return unanswered;
  }
}

function isQuestion({ node }: Pick<Statement, 'node'>): boolean {
  if ('VariableShowStmt' in node) return true;
  return (
    'SelectStmt' in node && node.SelectStmt.intoClause === undefined && node.SelectStmt.lockingClause === undefined
  );
}
