import { resolve } from 'node:path';
import { Command } from 'commander';
import { createRowReader, withClient } from '../connection/client.js';
import { ConnectionFailure } from '../connection/connection-failure.js';
import { parseDatabaseUrl } from '../connection/database-url.js';
import type { DatabaseTarget, Environment } from '../connection/environment.js';
import { restoreBackup } from '../operations/backup/backup.js';
import { type BackupContext, onServer, runExclusively } from '../operations/backup/server.js';
import { type DatabaseState, readDatabaseState } from '../operations/environment-guard/environment-row.js';
import { assertConfirmed } from '../operations/environment-guard/guard.js';
import { createBackupContext, describeKeptDatabase } from './backup.js';
import { createAction, formatExamples, output } from './command.js';
import { ABOUT_CONFIRMATION, type ConfirmationFlags, createDatabaseOption, runConfirmed } from './confirmation.js';
import { withDatabase } from './database.js';
import { runInterruptibly } from './interruption.js';

const HELP = `
Restores the backup under another name and verifies that it equals the database that was backed up: catalog, rows, sequences,
settings and rights. Then it exchanges the two databases in one transaction, so that a process killed at any moment leaves one of
them in place. The sessions of the replaced database end. That database is kept as <database>_failed_<time>.
${ABOUT_CONFIRMATION}
${formatExamples(
  'migration:restore .data/backups/antone_20261123_075012_123',
  'migration:restore --database antone /var/backups/antone/antone_20261123_075012_123',
)}`;

const command = new Command('migration:restore')
  .description('replace a database by a backup that migration:run --backup took')
  .argument('<backup>', 'the folder of the backup')
  .addOption(createDatabaseOption())
  .addHelpText('after', HELP)
  .action(
    createAction((environment, folder: string, { database: given }: ConfirmationFlags) =>
      withDatabase(
        environment,
        (database) =>
          runConfirmed(given, (confirmedName) => restore(environment, database, resolve(folder), confirmedName)),
        { migration: true },
      ),
    ),
  );

export const commands = [command];

/** @throws ConfirmationNeeded, ConfirmationWrong: the database is unchanged; and what restoreBackup throws */
async function restore(
  environment: Environment,
  database: DatabaseTarget,
  folder: string,
  confirmedName: string | undefined,
): Promise<void> {
  const request = {
    ...{ action: 'replace the database by a backup', wholeDatabase: true },
    ...{ nodeEnv: environment.nodeEnv, confirmedName },
  };
  const { keptAs, ...restored } = await runInterruptibly('Interrupted: nothing was restored.', (signal) => {
    const context = { ...createBackupContext(environment, database), signal };
    const assertMayReplace = async (): Promise<void> => {
      assertConfirmed(await readTargetState(context), request);
    };
    return runExclusively(context, () => restoreBackup(context, folder, assertMayReplace));
  });
  output.line(`restored ${restored.database}, and verified that it equals the database that was backed up`);
  if (keptAs !== undefined) output.line(describeKeptDatabase(keptAs));
}

/** Reads the state of the database to be replaced. An unreachable database counts as unknown, a missing one as empty. */
async function readTargetState(context: BackupContext): Promise<DatabaseState> {
  const { url, schema, signal } = context;
  const { database: databaseName } = parseDatabaseUrl(url);
  try {
    return await withClient(url, { schema, applicationName: 'shared-db restore', readOnly: true, signal }, (client) =>
      readDatabaseState(createRowReader(client)),
    );
  } catch (error) {
    if (!(error instanceof ConnectionFailure)) throw error;
    const found = await onServer(context, (client) =>
      client.query('SELECT FROM pg_database WHERE datname = $1', [databaseName]),
    );
    return { databaseName, empty: found.rowCount === 0, otherSchemas: [], environmentRow: { state: 'unreadable' } };
  }
}
