import type { DataSource } from 'typeorm';
import { addressOf } from '../connection/client-options.js';
import { describeAddress } from '../connection/database-url.js';
import { ReadOnly } from '../connection/errors.js';
import { ACCESS_COLUMNS, whyReadOnly, type Access } from '../connection/writable.js';
import type { MigratorConnection } from './connection.js';

/**
 * Refuses to migrate where nothing may be written: migrations begin their transactions as READ WRITE, which would override a database
 * that an operator has made read-only.
 *
 * @throws ReadOnly
 */
export async function assertWritable(connection: MigratorConnection, dataSource: DataSource): Promise<void> {
  const [access] = await connection.rows<Access>(`SELECT ${ACCESS_COLUMNS}`);
  const reason = access && whyReadOnly(access);
  if (reason === undefined) return;
  throw new ReadOnly({ rule: `Cannot migrate the database at ${describeAddress(addressOf(dataSource))}: ${reason}.` });
}
