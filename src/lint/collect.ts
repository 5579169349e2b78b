import type { DataSource, MigrationInterface } from 'typeorm';
import { acceptancesIn, type Acceptance } from './acceptance.js';
import type { Parser } from './parser.js';
import { recordUp, type Answer, type RecordedQuery } from './recorded-sql.js';
import type { Statement } from './rule.js';
import { parseQuery, type ParsedQuery } from './sql.js';

/** Asks a database that only reads; without it questions of migrations stay unanswered. */
export type Reader = Pick<DataSource, 'query'>;

/** What can be said of a migration before any rule about statements. */
export interface Trouble {
  readonly kind: 'syntax-error' | 'not-collected' | 'made-up-answer' | 'empty-migration';
  /** The statement, where it is one. */
  readonly number?: number;
  readonly what: string;
}

export interface CollectedMigration {
  readonly name: string;
  readonly inTransaction: boolean;
  readonly statements: readonly Statement[];
  readonly troubles: readonly Trouble[];
  /** Of a statement, or of no number when none follows it. */
  readonly acceptances: readonly (Acceptance & { number: number | undefined })[];
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
  const troubles: Trouble[] = failure === undefined ? [] : [{ kind: 'not-collected', what: failure }];
  const acceptances: (Acceptance & { number: number | undefined })[] = [];
  let waiting: Acceptance[] = [];
  let number = 0;
  for (const query of queries) {
    const first = number + 1;
    const parsed = tryParse(query, parser);
    if (parsed === undefined) {
      number += 1;
      troubles.push({ kind: 'syntax-error', number, what: `a query of ${query.sql.length} characters` });
    } else {
      waiting.push(...acceptancesIn(parsed.comments));
      for (const statement of parsed.statements) {
        number += 1;
        statements.push({ ...statement, number, parameters: query.parameters });
        for (const acceptance of [...waiting, ...acceptancesIn(statement.comments)])
          acceptances.push({ ...acceptance, number });
        waiting = [];
      }
    }
    if (query.madeUp) troubles.push({ kind: 'made-up-answer', number: first, what: 'no rows' });
  }
  for (const acceptance of waiting) acceptances.push({ ...acceptance, number: undefined });
  if (number === 0 && failure === undefined) troubles.push({ kind: 'empty-migration', what: 'up' });
  return {
    name: nameOfMigration(migration),
    inTransaction: migration.transaction !== false,
    statements,
    troubles,
    acceptances,
  };
}

function nameOfMigration(migration: MigrationInterface): string {
  return migration.name ?? migration.constructor.name;
}

function tryParse({ sql }: RecordedQuery, parser: Parser): ParsedQuery | undefined {
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
  const [statement, ...more] = tryParse({ sql, parameters, madeUp: false }, parser)?.statements ?? [];
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
