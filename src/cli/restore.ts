import { resolve } from 'node:path';
import { Command } from 'commander';
import { createRowReader, withClient } from '../connection/client.js';
import { ConnectionFailure } from '../connection/connection-failure.js';
import { parseDatabaseUrl } from '../connection/database-url.js';
import type { Environment } from '../connection/environment.js';
import { restoreBackup } from '../operations/backup/backup.js';
import { type BackupContext, runExclusively, onServer } from '../operations/backup/server.js';
import { readDatabaseState, type DatabaseState } from '../operations/environment-guard/environment-row.js';
import { assertConfirmed } from '../operations/environment-guard/guard.js';
import { createBackupContext, describeKeptDatabase } from './backup.js';
import { createAction, output } from './command.js';
import { ABOUT_CONFIRMATION, type Confirmable, runConfirmed, createDatabaseOption } from './confirmation.js';
import { acquireMigrationDatabase } from './database.js';
import { runInterruptibly } from './interruption.js';

const HELP = `
Restores under another name, proves that it is equal to what was backed up (catalog, rows, sequences, settings, rights), and only
then exchanges the two in one transaction: killed at any moment, it leaves the one or the other. Ends the sessions of that database.
The database that was there is kept as <database>_failed_<time>.
${ABOUT_CONFIRMATION}

Examples:
  npm run migration:restore -- .data/backups/antone_20261123_075012_123
  npm run migration:restore -- --database antone /var/backups/antone/antone_20261123_075012_123`;

export const restoreCommand = new Command('migration:restore')
  .description('put a backup of migration:run --backup in the place of its database')
  .argument('<backup>', 'its folder')
  .addOption(createDatabaseOption())
  .addHelpText('after', HELP)
  .action(
    createAction(async (environment, folder: string, { database }: Confirmable) => {
      const { restore } = await import('./restore.js');
      await runConfirmed(database, (confirmedName) => restore(environment, folder, confirmedName));
    }),
  );

/**
 * Puts a backup in the place of its database.
 *
 * @throws ConfirmationNeeded, ConfirmationWrong: the database is as it was; and what restoreBackup throws
 */
export async function restore(
  environment: Environment,
  folder: string,
  confirmedName: string | undefined,
): Promise<void> {
  const database = await acquireMigrationDatabase(environment);
  const request = {
    ...{ action: 'replace the database by a backup', wholeDatabase: true },
    ...{ nodeEnv: environment.nodeEnv, confirmedName },
  };
  try {
    const { keptAs, ...restored } = await runInterruptibly('Interrupted: nothing is restored.', (signal) => {
      const context = { ...createBackupContext(environment, database), signal };
      const assertMayReplace = async (): Promise<void> => {
        assertConfirmed(await readTargetState(context), request);
      };
      return runExclusively(context, () => restoreBackup(context, resolve(folder), assertMayReplace));
    });
    output.line(`restored ${restored.database}, proved equal to what was backed up`);
    if (keptAs !== undefined) output.line(describeKeptDatabase(keptAs));
  } finally {
    await database.release();
  }
}

/** Of what the backup would replace. One that lets nobody in may be anything; one that is not there is nothing. */
async function readTargetState(context: BackupContext): Promise<DatabaseState> {
  const { url, schema, signal } = context;
  const { database: databaseName } = parseDatabaseUrl(url);
  try {
    return await withClient(url, { schema, applicationName: 'shared-db restore', readOnly: true, signal }, (client) =>
      readDatabaseState(createRowReader(client)),
    );
  } catch (error) {
    if (!(error instanceof ConnectionFailure)) throw error;
    const there = await onServer(context, (client) =>
      client.query('SELECT FROM pg_database WHERE datname = $1', [databaseName]),
    );
    return { databaseName, empty: there.rowCount === 0, otherSchemas: [], environmentRow: { state: 'unreadable' } };
  }
}
