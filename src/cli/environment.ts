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
import { readPackageVersion } from '../operations/migrator/journal.js';
import { createAction, output } from './command.js';
import { type Confirmable, runConfirmed, createDatabaseOption } from './confirmation.js';
import { acquireMigrationDatabase, describeTarget } from './database.js';

interface EnvironmentOptions extends Confirmable {
  set?: string;
  json?: boolean;
}

/** What the database says, and what follows from it. */
interface Report {
  /** Host, port and name. */
  readonly database: string;
  /** Null: it does not say, or this role may not read it. */
  readonly environment: string | null;
  readonly setAt: Date | null;
  /** Version of the package that wrote it. */
  readonly setBy: string | null;
  readonly nodeEnv: string | null;
  /** Whether what destroys runs without the name of the database. */
  readonly free: boolean;
  /** Why not; none when it does. */
  readonly reasons: readonly string[];
}

const HELP = `
A database says of which environment it is in a row that the first migration:run writes: NODE_ENV; where that is not set,
development on this machine and nothing elsewhere. Only where the database and NODE_ENV say development or test (or NODE_ENV
nothing) do migration:revert, migration:restore, seed and TypeORM's schema:drop, schema:sync and migration:revert run unasked. Elsewhere
they want the name of the database, exactly: --database, or typed when asked at a terminal; seed never runs where it says production.

--set changes the row, as the role that migrates. It needs the name where destroying needs it; to say production, never.

Examples:
  npm run db:environment
  npm run db:environment -- --set production
  npm run db:environment -- --set staging --database antone_staging
  npm run --silent db:environment -- --json`;

export const environmentCommand = new Command('db:environment')
  .description('of which environment does the database say it is, and what may be destroyed there unasked?')
  .option('--set <environment>', 'let it say something else: development, test, staging, production …')
  .addOption(createDatabaseOption())
  .option('--json', 'print the result for a machine')
  .addHelpText('after', HELP)
  .action(
    createAction(async (environment, { set, database: given, json = false }: EnvironmentOptions) => {
      if (set !== undefined) assertEnvironmentName(set);
      const database = await acquireMigrationDatabase(environment);
      try {
        if (set !== undefined) await change(environment, database, set, given);
        const report = await reportOn(environment, database);
        if (json) output.json(report);
        else for (const line of formatReport(report)) output.line(line);
      } finally {
        await database.release();
      }
    }),
  );

async function change(
  { nodeEnv }: Environment,
  { url, schema }: DatabaseTarget,
  to: string,
  given: string | undefined,
): Promise<void> {
  await runConfirmed(given, (confirmedName) =>
    withClient(url, { schema, applicationName: 'shared-db environment' }, async (client) => {
      const permission = { nodeEnv, confirmedName, packageVersion: readPackageVersion() };
      try {
        await client.query(`BEGIN; SET LOCAL lock_timeout = '5s'`);
        await setEnvironment(createRowReader(client), to, permission);
        await client.query('COMMIT');
      } catch (error) {
        // The transaction ends with the connection.
        throw toDatabaseError(error) ?? error;
      }
    }),
  );
}

async function reportOn({ nodeEnv }: Environment, target: DatabaseTarget): Promise<Report> {
  const { url, schema } = target;
  const options = { schema, applicationName: 'shared-db environment', readOnly: true };
  const state = await withClient(url, options, (client) => readDatabaseState(createRowReader(client)));
  const { environmentRow } = state;
  const said = environmentRow.state === 'set' ? environmentRow : undefined;
  const reasons = listConfirmationReasons(state, nodeEnv);
  return {
    database: describeTarget(target),
    environment: said?.environment ?? null,
    setAt: said?.setAt ?? null,
    setBy: said?.packageVersion ?? null,
    nodeEnv: nodeEnv ?? null,
    free: reasons.length === 0,
    reasons,
  };
}

function formatReport({ database, environment, setAt, setBy, nodeEnv, free, reasons }: Report): string[] {
  const since = setAt === null ? '' : `, since ${setAt.toISOString()}, by version ${setBy ?? '?'}`;
  return [
    `database     ${database}`,
    `environment  ${environment ?? 'not known'}${since}`,
    `NODE_ENV     ${nodeEnv ?? 'not set'}`,
    free
      ? 'what destroys runs unasked'
      : `what destroys asks for the name of the database (--database): ${reasons.join(', and ')}`,
  ];
}
