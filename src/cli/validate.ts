import { Command } from 'commander';
import type { Environment } from '../connection/environment.js';
import { SharedDbError } from '../errors/shared-db-error.js';
import { getSqlState, toDatabaseError } from '../errors/translate.js';
import { readSchemaCatalog } from '../operations/catalog/compare.js';
import { toOneLine } from '../operations/catalog/describe.js';
import { type Finding, RULES, validateCatalog, type ValidationResult } from '../operations/catalog/rules/index.js';
import { SCHEMA_REQUIREMENTS } from '../schema/requirements.js';
import {
  COULD_NOT_CHECK,
  createAction,
  exitWithCouldNotCheck,
  formatCount,
  formatExamples,
  output,
} from './command.js';
import { describeTarget, withDatabase, withDataSource } from './database.js';

interface Report extends ValidationResult {
  /** Host, port, name and schema; no user. */
  readonly database: string;
  readonly valid: boolean;
  /** The ids of all rules. */
  readonly rules: readonly string[];
}

const HELP = `
Validates the tables in the database against the rules of this schema: names, delete behaviour, defaults of timestamps, required
indexes, comments, types, rights and more. Correct a finding in the entities and with a migration, never by hand. The command only
reads. Any role that can connect can run it. It fails only for a role without the default right to read the catalogs of PostgreSQL.

migration:check compares a database with its migrations; this command validates the result against the rules.

Exit code 0: no findings. 1: findings. 2: the validation could not be done.
${formatExamples(
  'validate:schema',
  'validate:schema --json',
  'DATABASE_URL=postgres://watcher@db.example.com/antone validate:schema',
)}`;

const command = new Command('validate:schema')
  .description('validate the schema of the database: names, delete behaviour, indexes, comments, rights')
  .option('--json', 'print the report as JSON')
  .addHelpText('after', HELP)
  .exitOverride(exitWithCouldNotCheck)
  .action(
    createAction(async (environment, { json }: { json?: boolean }) => {
      const report = await validateSchema(environment);
      if (json) output.json(report);
      else for (const line of formatReport(report)) output.line(line);
      if (!report.valid) process.exitCode = 1;
    }, COULD_NOT_CHECK),
  );

export const commands = [command];

/** The role cannot read a catalog of PostgreSQL, which every role can by default. */
class CatalogHidden extends SharedDbError {
  override readonly name = 'CatalogHidden';
}

/** SQLSTATE insufficient_privilege. */
const INSUFFICIENT_PRIVILEGE = '42501';

export async function validateSchema(environment: Environment): Promise<Report> {
  const options = { readOnly: true, applicationName: 'shared-db validate' };
  try {
    return await withDatabase(environment, async (database) => {
      const catalog = await withDataSource(database, readSchemaCatalog, options);
      const verdict = validateCatalog(catalog, SCHEMA_REQUIREMENTS);
      return {
        database: describeTarget(database),
        valid: verdict.findings.length === 0,
        rules: RULES.map(({ id }) => id),
        ...verdict,
      };
    });
  } catch (error) {
    throw getSqlState(error) === INSUFFICIENT_PRIVILEGE ? createHiddenCatalogError(error) : error;
  }
}

/** Creates an error with advice, which PostgreSQL's message lacks. */
function createHiddenCatalogError(error: unknown): CatalogHidden {
  const catalog = toDatabaseError(error)?.table ?? 'a catalog';
  return new CatalogHidden(
    `This role cannot read ${catalog}, which the validation needs: run GRANT SELECT ON ${catalog}, or use another role.`,
  );
}

/** Returns the findings, under the rule that they break, and a summary. */
export function formatReport({ findings, excused, rules, database }: Report): string[] {
  const lines = rules.flatMap((rule) => {
    const broken = findings.filter((finding) => finding.rule === rule);
    const [first] = broken;
    return first === undefined ? [] : [`${rule}: ${first.reason}.`, ...broken.map(formatFinding)];
  });
  const [found, exceptions] = [formatCount(findings.length, 'finding'), formatCount(excused.length, 'exception')];
  return [...lines, `${found} by ${rules.length} rules, ${exceptions} (--json lists their reasons); ${database}.`];
}

function formatFinding({ object, problem, remedy }: Finding): string {
  return `  ${toOneLine(`${object} ${problem}. Remedy: ${remedy}`)}`;
}
