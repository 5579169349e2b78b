import type { DataSource, MigrationInterface } from 'typeorm';
import { getTableChange, getTableName, findNodes } from './ast.js';
import { collect, type CollectedMigration, type Reader, type CollectError } from './collect.js';
import { readFacts, startKnowledge } from './knowledge.js';
import type { Rule, Statement } from './rule.js';
import { LINT_RULES, RULES_BY_TROUBLE } from './rules/index.js';
import { BAD_ACCEPTANCE, OTHER, SYNTAX_ERROR } from './rules/migrations.js';
import { loadParser } from './sql.js';
import { findSquawk, runSquawk, type SquawkFinding } from './squawk.js';

/** A rule and what breaks it, in one statement or, without one, in the migration. */
interface RawFinding {
  readonly rule: Rule;
  readonly statement: Statement | undefined;
  readonly number: number | undefined;
  readonly what: readonly string[];
}

interface Finding {
  readonly migration: string;
  /** Its number in the migration, from 1; null for the migration as a whole. */
  readonly statement: number | null;
  /** Shortened, without literals; null where there is none that can be read. */
  readonly sql: string | null;
  readonly rule: string;
  /** What breaks it: `posts.content`. */
  readonly what: readonly string[];
  readonly problem: string;
  readonly blocks: string;
  readonly instead: string;
  /** The same as SQL, one text for each migration. */
  readonly recipe: readonly string[];
  /** The comment that accepts it; null when it cannot be. */
  readonly accept: string | null;
}

/** A finding that somebody accepted, and why. */
interface Accepted {
  readonly migration: string;
  readonly statement: number | null;
  readonly rule: string;
  readonly what: readonly string[];
  readonly reason: string;
}

/** These cannot be accepted. */
const FINAL: readonly Rule[] = [SYNTAX_ERROR, BAD_ACCEPTANCE];

const ACCEPTABLE = LINT_RULES.filter((rule) => !FINAL.includes(rule)).map(({ id }) => id);

/** Parts the objections to a migration into findings and what its comments accept; each acceptance must be of use. */
function applySuppressions(
  migration: CollectedMigration,
  rawFindings: readonly RawFinding[],
): { findings: Finding[]; accepted: Accepted[] } {
  const accepted: Accepted[] = [];
  const used = new Set<CollectedMigration['suppressions'][number]>();
  const left = rawFindings.filter((rawFinding) => {
    const { rule, what, number } = rawFinding;
    const matching = migration.suppressions.filter(
      (suppression) =>
        ACCEPTABLE.includes(rule.id) &&
        suppression.rule === rule.id &&
        suppression.reason !== undefined &&
        (number === undefined || suppression.number === number),
    );
    for (const suppression of matching) used.add(suppression);
    const [first] = matching;
    if (first?.reason === undefined) return true;
    accepted.push({ migration: migration.name, statement: number ?? null, rule: rule.id, what, reason: first.reason });
    return false;
  });
  const unused = migration.suppressions
    .filter((suppression) => !used.has(suppression))
    .map((suppression) => toRawFinding(suppression, migration));
  const findings = [...left, ...unused].sort((a, b) => (a.number ?? 0) - (b.number ?? 0));
  return { findings: findings.map((rawFinding) => toFinding(migration.name, rawFinding)), accepted };
}

function toRawFinding(
  { rule, reason, number }: CollectedMigration['suppressions'][number],
  migration: CollectedMigration,
): RawFinding {
  const statement = migration.statements.find((candidate) => candidate.number === number);
  return { rule: BAD_ACCEPTANCE, statement, number, what: [findSuppressionIssue(rule, reason)] };
}

function findSuppressionIssue(rule: string | undefined, reason: string | undefined): string {
  if (rule === undefined) return 'it is not of the form lint: accept <rule>: <reason>';
  if (!ACCEPTABLE.includes(rule)) return `no rule that can be accepted is called ${rule.slice(0, 60)}`;
  return reason === undefined ? `${rule} is accepted without a reason` : `${rule} finds nothing here`;
}

function toFinding(migration: string, { rule, statement, number, what }: RawFinding): Finding {
  const { id, problem, blocks, instead, recipe = [] } = rule;
  return {
    migration,
    statement: number ?? null,
    sql: statement?.shown ?? null,
    rule: id,
    what,
    problem,
    blocks,
    instead,
    recipe: recipe.map(({ sql, transaction }) => (transaction === false ? `-- transaction = false\n${sql}` : sql)),
    accept: ACCEPTABLE.includes(id) ? `-- lint: accept ${id}: <why it does no harm here>` : null,
  };
}

export interface LintOptions {
  /** In the order in which they run. */
  readonly migrations: readonly MigrationInterface[];
  /** Never connected: it only makes SQL of TypeORM's methods. */
  readonly dataSource: DataSource;
  /** The database on which the migrations are pending, for questions; without one every table counts as full. */
  readonly reader?: Reader;
  /** Where squawk is. Default: where npm installed it. */
  readonly squawk?: string;
}

export interface LintReport {
  readonly migrations: readonly string[];
  readonly clean: boolean;
  readonly findings: readonly Finding[];
  readonly accepted: readonly Accepted[];
}

/**
 * Lints what the migrations would execute. Executes nothing but questions, and these only on `reader`.
 *
 * @throws CouldNotLint when a tool is missing or fails
 */
export async function lintMigrations(options: LintOptions): Promise<LintReport> {
  const { migrations, dataSource, reader, squawk = findSquawk() } = options;
  const parser = await loadParser();
  const collected: CollectedMigration[] = [];
  for (const migration of migrations) collected.push(await collect(migration, { dataSource, parser, reader }));
  const facts = reader === undefined ? undefined : await readFacts(reader, listTables(collected));
  const knowledge = startKnowledge(facts);
  const said = await askSquawk(collected, squawk);
  const verdicts = [];
  for (const migration of collected) {
    const context = knowledge.begin(migration);
    const rawFindings = migration.errors.map((error) => toFindingFromError(error, migration));
    for (const statement of migration.statements) {
      rawFindings.push(...collectRawFindings(statement, said.get(statement) ?? [], context));
      knowledge.learn(statement);
    }
    verdicts.push(applySuppressions(migration, rawFindings));
  }
  const findings = verdicts.flatMap((verdict) => verdict.findings);
  return {
    migrations: collected.map(({ name }) => name),
    clean: findings.length === 0,
    findings,
    accepted: verdicts.flatMap(({ accepted }) => accepted),
  };
}

/** What squawk says of each statement. */
async function askSquawk(
  migrations: readonly CollectedMigration[],
  binary: string,
): Promise<Map<Statement, SquawkFinding[]>> {
  const said = new Map<Statement, SquawkFinding[]>();
  for (const inTransaction of [true, false]) {
    const asked = migrations.filter((migration) => migration.inTransaction === inTransaction).map(toLines);
    const answers = await runSquawk(
      asked.map(({ sql }) => sql),
      inTransaction,
      binary,
    );
    for (const [place, { lines }] of asked.entries()) {
      for (const finding of answers[place] ?? []) {
        const statement = lines[finding.line];
        if (statement === undefined) continue;
        said.set(statement, [...(said.get(statement) ?? []), finding]);
      }
    }
  }
  return said;
}

/** The statements as one text, and whose each of its lines is. */
function toLines({ statements }: CollectedMigration): { sql: string; lines: Statement[] } {
  const pieces = statements.map((statement) => ({ statement, piece: `${statement.text}\n;\n` }));
  return {
    sql: pieces.map(({ piece }) => piece).join(''),
    lines: pieces.flatMap(({ statement, piece }) => Array<Statement>(piece.split('\n').length - 1).fill(statement)),
  };
}

function collectRawFindings(
  statement: Statement,
  said: readonly SquawkFinding[],
  context: Parameters<NonNullable<Rule['find']>>[1],
): RawFinding[] {
  const { number } = statement;
  const ours = LINT_RULES.map((rule) => {
    const isSaid = said.some((finding) => rule.squawk?.includes(finding.rule));
    return { rule, statement, number, what: rule.find?.(statement, context, isSaid) ?? [] };
  });
  const worded = LINT_RULES.flatMap(({ squawk = [] }) => squawk);
  const others = said
    .filter((finding) => !worded.includes(finding.rule))
    .map(({ rule, message, help }) => [rule, message, help].filter(Boolean).join(': '));
  return [...ours, { rule: OTHER, statement, number, what: [...new Set(others)] }].filter(
    ({ what }) => what.length > 0,
  );
}

function toFindingFromError({ kind, number, what }: CollectError, { statements }: CollectedMigration): RawFinding {
  const statement = statements.find((candidate) => candidate.number === number);
  return { rule: RULES_BY_TROUBLE[kind], statement, number, what: [what] };
}

/** Every table that the statements name where they change something. */
function listTables(migrations: readonly CollectedMigration[]): Set<string> {
  const tables = new Set<string>();
  for (const { node } of migrations.flatMap(({ statements }) => statements)) {
    const { table } = getTableChange(node) ?? {};
    if (table !== undefined) tables.add(table);
    for (const { relname, schemaname } of findNodes(node)) {
      if (typeof relname !== 'string') continue;
      tables.add(getTableName(typeof schemaname === 'string' ? { relname, schemaname } : { relname }));
    }
  }
  return tables;
}
