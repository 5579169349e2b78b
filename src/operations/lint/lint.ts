import type { Node } from 'libpg-query';
import type { DataSource, MigrationInterface } from 'typeorm';
import { getTableName, listCommands, listDroppedNames, getName } from './ast.js';
import { collect, type CollectedMigration, type CollectError, type Reader } from './collect.js';
import { listTables, readFacts, startKnowledge } from './knowledge.js';
import type { Context, Rule, Statement } from './rule.js';
import { LINT_RULES } from './rules/index.js';
import { INVALID_SUPPRESSION, OTHER, RULES_BY_ERROR, SYNTAX_ERROR } from './rules/migrations.js';
import { loadParser } from './sql.js';
import { findSquawk, runSquawk, type SquawkFinding } from './squawk.js';

/** A rule and what breaks it: in a statement or, where `number` is undefined, in the migration as a whole. */
interface RawFinding {
  readonly rule: Rule;
  readonly statement: Statement | undefined;
  readonly number: number | undefined;
  readonly what: readonly string[];
}

interface Finding {
  readonly migration: string;
  /** The number of the statement in the migration, from 1; null when the finding is about the whole migration. */
  readonly statement: number | null;
  /** The statement, shortened and without literals; null where it cannot be parsed. */
  readonly sql: string | null;
  readonly rule: string;
  /** What breaks the rule: `posts.content`. */
  readonly what: readonly string[];
  readonly problem: string;
  readonly blocks: string;
  readonly instead: string;
  /** The safe way as SQL, one text for each migration. */
  readonly recipe: readonly string[];
  /** The comment that suppresses the finding; null when it cannot be suppressed. */
  readonly accept: string | null;
}

/** A finding that a comment in the migration suppresses, with the reason. */
interface Accepted {
  readonly migration: string;
  readonly statement: number | null;
  readonly rule: string;
  readonly what: readonly string[];
  readonly reason: string;
}

const SUPPRESSIBLE = LINT_RULES.filter((rule) => rule !== SYNTAX_ERROR && rule !== INVALID_SUPPRESSION).map(
  ({ id }) => id,
);

/** Separates the findings that comments suppress from the others. A comment that suppresses no finding is a finding itself. */
function applySuppressions(
  migration: CollectedMigration,
  rawFindings: readonly RawFinding[],
): { findings: Finding[]; accepted: Accepted[] } {
  const accepted: Accepted[] = [];
  const used = new Set<CollectedMigration['suppressions'][number]>();
  const remaining = rawFindings.filter((rawFinding) => {
    const { rule, what, number } = rawFinding;
    const matching = migration.suppressions.filter(
      (suppression) =>
        SUPPRESSIBLE.includes(rule.id) &&
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
  const findings = [...remaining, ...unused].sort((a, b) => (a.number ?? 0) - (b.number ?? 0));
  return { findings: findings.map((rawFinding) => toFinding(migration.name, rawFinding)), accepted };
}

function toRawFinding(
  { rule, reason, number }: CollectedMigration['suppressions'][number],
  migration: CollectedMigration,
): RawFinding {
  const statement = migration.statements.find((candidate) => candidate.number === number);
  return { rule: INVALID_SUPPRESSION, statement, number, what: [findSuppressionIssue(rule, reason)] };
}

function findSuppressionIssue(rule: string | undefined, reason: string | undefined): string {
  if (rule === undefined) return 'the comment does not have the form lint: accept <rule>: <reason>';
  if (!SUPPRESSIBLE.includes(rule)) return `there is no rule ${rule.slice(0, 60)} that can be suppressed`;
  return reason === undefined ? `no reason is given for ${rule}` : `${rule} finds nothing here`;
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
    accept: SUPPRESSIBLE.includes(id) ? `-- lint: accept ${id}: <why it does no harm here>` : null,
  };
}

export interface LintOptions {
  /** In the order in which they run. */
  readonly migrations: readonly MigrationInterface[];
  /** Not connected: it only generates the SQL of TypeORM's methods. */
  readonly dataSource: DataSource;
  /** The database on which the migrations are pending. Without it, every table that a migration did not create counts as not empty. */
  readonly reader?: Reader;
  /** The path of squawk. Default: where npm installed it. */
  readonly squawk?: string;
}

export interface LintReport {
  readonly migrations: readonly string[];
  readonly clean: boolean;
  readonly findings: readonly Finding[];
  readonly accepted: readonly Accepted[];
}

/**
 * Lints the SQL that the `up` of migrations would execute. Executes nothing but the reads of the migrations, on `reader`.
 *
 * @throws CouldNotLint when squawk or PostgreSQL's parser is missing or fails
 */
export async function lintMigrations(options: LintOptions): Promise<LintReport> {
  const { migrations, dataSource, reader, squawk = findSquawk() } = options;
  const parser = await loadParser();
  const collected: CollectedMigration[] = [];
  for (const migration of migrations) collected.push(await collect(migration, { dataSource, parser, reader }));
  const facts = reader === undefined ? undefined : await readFacts(reader, listTables(collected));
  const knowledge = startKnowledge(facts);
  const reportedBySquawk = await collectSquawkFindings(collected, squawk);
  const results = [];
  for (const migration of collected) {
    const context = knowledge.begin(migration);
    const rawFindings = migration.errors.map((error) => toFindingFromError(error, migration));
    for (const statement of migration.statements) {
      rawFindings.push(...collectRawFindings(statement, reportedBySquawk.get(statement) ?? [], context));
      knowledge.learn(statement);
    }
    results.push(applySuppressions(migration, rawFindings));
  }
  const findings = results.flatMap((result) => result.findings);
  return {
    migrations: collected.map(({ name }) => name),
    clean: findings.length === 0,
    findings,
    accepted: results.flatMap(({ accepted }) => accepted),
  };
}

/** A finding of squawk in a statement, with the index of the part of the statement in which it is. */
interface Reported extends SquawkFinding {
  readonly part: number;
}

async function collectSquawkFindings(
  migrations: readonly CollectedMigration[],
  binary: string,
): Promise<Map<Statement, Reported[]>> {
  const reported = new Map<Statement, Reported[]>();
  for (const inTransaction of [true, false]) {
    const texts = migrations.filter((migration) => migration.inTransaction === inTransaction).map(toText);
    const answers = await runSquawk(
      texts.map(({ sql }) => sql),
      inTransaction,
      binary,
    );
    for (const [place, { lines }] of texts.entries()) {
      for (const finding of answers[place] ?? []) {
        const line = lines[finding.line];
        if (line === undefined) continue;
        reported.set(line.statement, [...(reported.get(line.statement) ?? []), { ...finding, part: line.part }]);
      }
    }
  }
  return reported;
}

/** Returns the statements as one text, and to which part of which statement each of its lines belongs. */
function toText({ statements }: CollectedMigration): { sql: string; lines: { statement: Statement; part: number }[] } {
  const pieces = statements.flatMap((statement) =>
    [...statement.parts, ';'].map((text, part) => ({ statement, part, text })),
  );
  return {
    sql: pieces.map(({ text }) => `${text}\n`).join(''),
    lines: pieces.flatMap(({ statement, part, text }) => text.split('\n').map(() => ({ statement, part }))),
  };
}

const SQUAWK_RULES = LINT_RULES.flatMap(({ squawk = [] }) => squawk);

function collectRawFindings(statement: Statement, reported: readonly Reported[], context: Context): RawFinding[] {
  const { number } = statement;
  const findings = LINT_RULES.map((rule) => {
    const what = rule.find?.(statement, context) ?? listReported(rule, statement, reported, context);
    return { rule, statement, number, what };
  });
  const others = reported
    .filter(({ rule }) => !SQUAWK_RULES.includes(rule))
    .map(({ rule, message, help }) => [rule, message, help].filter(Boolean).join(': '));
  return [...findings, { rule: OTHER, statement, number, what: [...new Set(others)] }].filter(
    ({ what }) => what.length > 0,
  );
}

/** Returns what breaks a rule of squawk in the statement, without the tables on which that is harmless. */
function listReported(
  { squawk = [], exempt }: Rule,
  { node }: Statement,
  reported: readonly Reported[],
  context: Context,
): string[] {
  // A table that the statement itself creates has no rows and no users.
  if (exempt !== undefined && Object.keys(node).some((kind) => kind.startsWith('Create'))) return [];
  const subjects = reported
    .filter(({ rule }) => squawk.includes(rule))
    .flatMap(({ part, message }) => {
      const found = listSubjects(node, part, context);
      return found.length > 0 ? found : [{ table: undefined, subject: message }];
    })
    .filter(({ table }) => exempt === undefined || table === undefined || !context[exempt](table));
  return [...new Set(subjects.map(({ subject }) => subject))];
}

/** Returns what a part of a statement changes, with its table where that is known. */
function listSubjects(node: Node, part: number, context: Context): { table: string | undefined; subject: string }[] {
  if ('AlterTableStmt' in node) return listCommands(node).slice(part, part + 1);
  if ('IndexStmt' in node && node.IndexStmt.relation !== undefined) {
    const table = getTableName(node.IndexStmt.relation);
    return [{ table, subject: node.IndexStmt.idxname ?? table }];
  }
  if ('AlterEnumStmt' in node) return [{ table: undefined, subject: getName(node.AlterEnumStmt.typeName) }];
  if (!('DropStmt' in node)) return [];
  return listDroppedNames(node.DropStmt.objects).map((subject) => ({ table: context.tableOfIndex(subject), subject }));
}

function toFindingFromError({ rule, number, what }: CollectError, { statements }: CollectedMigration): RawFinding {
  const statement = statements.find((candidate) => candidate.number === number);
  return { rule: RULES_BY_ERROR[rule], statement, number, what: [what] };
}
