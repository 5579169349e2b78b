import { Command } from 'commander';
import { createRowReader, withClient } from '../connection/client.js';
import type { DatabaseTarget, Environment } from '../connection/environment.js';
import { toDatabaseError } from '../errors/translate.js';
import {
  assertEnvironmentName,
  readDatabaseState,
  setEnvironment,
} from '../operations/environment-guard/environment-row.js';
import { listConfirmationReasons } from '../operations/environment-guard/guard.js';
import { PACKAGE_VERSION } from '../version.js';
import { createAction, formatExamples, output } from './command.js';
import { type ConfirmationFlags, createDatabaseOption, runConfirmed } from './confirmation.js';
import { describeTarget, withDatabase } from './database.js';

interface EnvironmentFlags extends ConfirmationFlags {
  set?: string;
  json?: boolean;
}

interface Report {
  /** Host, port, name and schema. */
  readonly database: string;
  /** Null: the database has no environment row, or this role may not read it. */
  readonly environment: string | null;
  readonly setAt: Date | null;
  /** The version of the package that wrote the row. */
  readonly setBy: string | null;
  readonly nodeEnv: string | null;
  /** True if destructive commands need the name of the database. */
  readonly confirmationNeeded: boolean;
  /** Why they need it; empty if they do not. */
  readonly reasons: readonly string[];
}

const HELP = `
The environment of a database is a row that the first migration:run writes: the value of NODE_ENV; if that is not set,
development on this machine, and no row on any other server.

migration:revert, migration:restore, seed, and TypeORM's schema:drop, schema:sync and migration:revert need no confirmation if this
row and NODE_ENV say development or test (NODE_ENV may also be unset). Otherwise they need the exact name of the database: give
--database, or type it when the terminal asks. seed never runs in production.

--set changes the row; connect as the role that migrates. It needs the name of the database under the same conditions, except to set
production.
${formatExamples(
  'db:environment',
  'db:environment --set production',
  'db:environment --set staging --database antone_staging',
  'db:environment --json',
)}`;

const command = new Command('db:environment')
  .description('show or set the environment of the database, and whether destructive commands need confirmation')
  .option('--set <environment>', 'set it: development, test, staging, production …')
  .addOption(createDatabaseOption())
  .option('--json', 'print the result as JSON')
  .addHelpText('after', HELP)
  .action(
    createAction((environment, { set, database: given, json = false }: EnvironmentFlags) => {
      if (set !== undefined) assertEnvironmentName(set);
      return withDatabase(
        environment,
        async (database) => {
          if (set !== undefined) await changeEnvironment(environment, database, set, given);
          const report = await createReport(environment, database);
          if (json) output.json(report);
          else for (const line of formatReport(report)) output.line(line);
        },
        { migration: true },
      );
    }),
  );

export const commands = [command];

async function changeEnvironment(
  { nodeEnv }: Environment,
  { url, schema }: DatabaseTarget,
  to: string,
  given: string | undefined,
): Promise<void> {
  await runConfirmed(given, (confirmedName) =>
    withClient(url, { schema, applicationName: 'shared-db environment' }, async (client) => {
      const permission = { nodeEnv, confirmedName, packageVersion: PACKAGE_VERSION };
      try {
        await client.query(`BEGIN; SET LOCAL lock_timeout = '5s'`);
        await setEnvironment(createRowReader(client), to, permission);
        await client.query('COMMIT');
      } catch (error) {
        // The transaction is rolled back when the connection closes.
        throw toDatabaseError(error) ?? error;
      }
    }),
  );
}

async function createReport({ nodeEnv }: Environment, target: DatabaseTarget): Promise<Report> {
  const { url, schema } = target;
  const options = { schema, applicationName: 'shared-db environment', readOnly: true };
  const state = await withClient(url, options, (client) => readDatabaseState(createRowReader(client)));
  const row = state.environmentRow.state === 'set' ? state.environmentRow : undefined;
  const reasons = listConfirmationReasons(state, nodeEnv);
  return {
    database: describeTarget(target),
    environment: row?.environment ?? null,
    setAt: row?.setAt ?? null,
    setBy: row?.packageVersion ?? null,
    nodeEnv: nodeEnv ?? null,
    confirmationNeeded: reasons.length > 0,
    reasons,
  };
}

function formatReport({ database, environment, setAt, setBy, nodeEnv, reasons }: Report): string[] {
  const since = setAt === null ? '' : `, since ${setAt.toISOString()}, by version ${setBy ?? '?'}`;
  return [
    `database     ${database}`,
    `environment  ${environment ?? 'not known'}${since}`,
    `NODE_ENV     ${nodeEnv ?? 'not set'}`,
    reasons.length === 0
      ? 'Destructive commands need no confirmation.'
      : `Destructive commands need the name of the database (--database): ${reasons.join(', and ')}.`,
  ];
}
