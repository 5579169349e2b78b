import { resolve } from 'node:path';
import { restoreBackup } from '../../backup/backup.js';
import { exclusively, onServer, type BackupContext } from '../../backup/server.js';
import { rowsOf, withClient } from '../../connection/client.js';
import { ConnectionFailure } from '../../connection/connection-failure.js';
import { parseDatabaseUrl } from '../../connection/database-url.js';
import type { Environment } from '../../connection/environment.js';
import { assertConfirmed } from '../../guard/guard.js';
import { readSituation, type Situation } from '../../guard/marker.js';
import { interruptible } from '../interruptible.js';
import { acquireMigrationDatabase } from '../migration-database.js';
import { output } from '../output.js';
import { contextOf, kept } from './run-with-backup.js';

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
  const destruction = {
    ...{ action: 'replace the database by a backup', wholeDatabase: true },
    ...{ nodeEnv: environment.nodeEnv, confirmedName },
  };
  try {
    const { keptAs, ...restored } = await interruptible('Interrupted: nothing is restored.', (signal) => {
      const context = { ...contextOf(environment, database), signal };
      const assertMayReplace = async (): Promise<void> => {
        assertConfirmed(await situationOf(context), destruction);
      };
      return exclusively(context, () => restoreBackup(context, resolve(folder), assertMayReplace));
    });
    output.line(`restored ${restored.database}, proved equal to what was backed up`);
    if (keptAs !== undefined) output.line(kept(keptAs));
  } finally {
    await database.release();
  }
}

/** Of what the backup would replace. One that lets nobody in may be anything; one that is not there is nothing. */
async function situationOf(context: BackupContext): Promise<Situation> {
  const { url, schema, signal } = context;
  const { database: databaseName } = parseDatabaseUrl(url);
  try {
    return await withClient(url, { schema, applicationName: 'shared-db restore', readOnly: true, signal }, (client) =>
      readSituation(rowsOf(client)),
    );
  } catch (error) {
    if (!(error instanceof ConnectionFailure)) throw error;
    const there = await onServer(context, (client) =>
      client.query('SELECT FROM pg_database WHERE datname = $1', [databaseName]),
    );
    return { databaseName, empty: there.rowCount === 0, otherSchemas: [], marker: { state: 'unreadable' } };
  }
}
