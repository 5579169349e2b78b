import { Command } from 'commander';
import type { Environment } from '../connection/environment.js';
import { SharedDbError } from '../errors/shared-db-error.js';
import { getSqlState, toDatabaseError } from '../errors/translate.js';
import { toOneLine } from '../operations/catalog/describe.js';
import type { Finding, ValidationResult } from '../operations/catalog/rules/index.js';
import { SCHEMA_REQUIREMENTS } from '../schema/requirements.js';
import { createAction, COULD_NOT_CHECK, output } from './command.js';
import { acquireDatabase, describeTarget, withReadOnly } from './database.js';

interface ValidateOptions {
  json?: boolean;
}

interface Report extends ValidationResult {
  /** Host, port and name; no user. */
  readonly database: string;
  readonly valid: boolean;
  /** The ids of all rules. */
  readonly rules: readonly string[];
}

const HELP = `
Holds the tables that are there, not the source, against the rules of this schema: names, delete behaviour, defaults of
timestamps, the indexes that the requirements ask for, comments, types, rights and more. What is found is put right in the entities
and by a migration, never by hand. Only reads; any role that may connect will do, and sees everything: PostgreSQL hides
its catalogs from nobody. Where they were closed by hand the command says so and checks nothing.

migration:check asks whether a database is what the migrations made it; this command asks whether that is good.

Exit code 0: nothing found. 1: something was found. 2: could not be checked.

Examples:
  npm run validate:schema
  npm run --silent validate:schema -- --json
  DATABASE_URL=postgres://watcher@db.example.com/antone npx shared-db validate:schema`;

export const validateCommand = new Command('validate:schema')
  .description('does the schema of the database keep the rules: names, delete behaviour, indexes, comments, rights?')
  .option('--json', 'print the report for a machine')
  .addHelpText('after', HELP)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : COULD_NOT_CHECK))
  .action(
    createAction(async (environment, { json }: ValidateOptions) => {
      const report = await validateSchema(environment);
      if (json) output.json(report);
      else for (const line of formatVerdict(report)) output.line(line);
      if (!report.valid) process.exitCode = 1;
    }, COULD_NOT_CHECK),
  );

/** Somebody closed PostgreSQL's catalogs, which are open by themselves. */
class CatalogHidden extends SharedDbError {
  override readonly name = 'CatalogHidden';
}

/** SQLSTATE insufficient_privilege. */
const FORBIDDEN = '42501';

async function validateSchema(environment: Environment): Promise<Report> {
  const { RULES, validateCatalog } = await import('../operations/catalog/rules/index.js');
  const { readSchemaCatalog } = await import('../operations/catalog/compare.js');
  const database = await acquireDatabase(environment);
  try {
    const verdict = validateCatalog(
      await withReadOnly(database, 'shared-db validate', readSchemaCatalog),
      SCHEMA_REQUIREMENTS,
    );
    return {
      database: describeTarget(database),
      valid: verdict.findings.length === 0,
      rules: RULES.map(({ id }) => id),
      ...verdict,
    };
  } catch (error) {
    throw getSqlState(error) === FORBIDDEN ? createHiddenCatalogError(toDatabaseError(error)?.table) : error;
  } finally {
    await database.release();
  }
}

/** One line per finding under the rule that it breaks, and the count. */
function formatVerdict({ findings, excused, rules, database }: Report): string[] {
  const found = rules.flatMap((rule) => {
    const broken = findings.filter((finding) => finding.rule === rule);
    const [first] = broken;
    return first === undefined ? [] : [`${rule}: ${first.reason}.`, ...broken.map(formatFinding)];
  });
  const exceptions = `${excused.length} ${excused.length === 1 ? 'exception' : 'exceptions'}`;
  const count = `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`;
  return [...found, `${count} by ${rules.length} rules, ${exceptions} (--json gives their reasons); ${database}.`];
}

function formatFinding({ object, problem, remedy }: Finding): string {
  return `  ${toOneLine(`${object} ${problem}. Remedy: ${remedy}`)}`;
}

/** PostgreSQL's message names the catalog and nothing else. */
function createHiddenCatalogError(catalog = 'a catalog'): CatalogHidden {
  return new CatalogHidden(
    `This role may not read ${catalog}, and so not see the schema: GRANT SELECT ON it, or use another role.`,
  );
}
