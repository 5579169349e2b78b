import type { DataSource } from 'typeorm';
import { BlockerWatch } from './blockers.js';
import { schemaOf } from '../connection/client-options.js';
import { MigratorConnection } from './connection.js';
import type { Context } from './context.js';
import { toDatabaseError } from '../connection/errors.js';
import { isLost } from './failure.js';
import { MigrationInterrupted } from './errors.js';
import { assertWritable } from './writable.js';
import { Journal } from './journal.js';
import { knownMigrations } from './known-migrations.js';
import { takeSessionLock } from './lock.js';
import { LIMITS, type RevertOptions } from './options.js';

const DEFAULT_MAX_WAIT_MS = 600_000;

/**
 * Does the work as the only one who changes the schema. On a direct connection nobody else begins until the work is over;
 * behind a pooler others may come between two of its transactions, which is why each decides anew what is to be done.
 *
 * @throws ConnectionFailure, UnsupportedDatabase, ReadOnly, MigrationNeedsDirectConnection, MigrationLockTimeout, and what the work throws
 */
export async function asOnlyMigrator<T>(
  dataSource: DataSource,
  options: RevertOptions,
  work: (context: Context) => Promise<T>,
): Promise<T> {
  const {
    maxWaitMs = DEFAULT_MAX_WAIT_MS,
    accept = [],
    onNotice: notice = () => undefined,
    limits,
    checksums,
    confirmedName,
    environment,
  } = options;
  const schema = schemaOf(dataSource);
  const connection = await MigratorConnection.open(dataSource, maxWaitMs);
  const watch = new BlockerWatch(dataSource);
  try {
    await assertWritable(connection, dataSource);
    const context: Context = {
      ...{ dataSource, schema, connection, watch, maxWaitMs, environment, confirmedName, notice },
      journal: new Journal(connection, schema),
      known: knownMigrations(dataSource, checksums),
      limits: { ...LIMITS, ...limits },
      accept: new Set(accept),
    };
    // Behind a pooler a session lock would outlive us, in the hands of whoever gets the server's process next.
    if (connection.pooled) notice('a pooler stands before the database: each migration takes the lock by itself');
    else await takeSessionLock(context);
    return await work(context);
  } catch (error) {
    if (isLost(error)) throw new MigrationInterrupted('The connection was lost before or between migrations');
    throw toDatabaseError(error) ?? error;
  } finally {
    await watch.close();
    await connection.close();
  }
}
