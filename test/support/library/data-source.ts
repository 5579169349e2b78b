import { DataSource, DefaultNamingStrategy } from 'typeorm';
import { Book, Loan, Member } from './entities.js';
import { AddShelf1700000001000, CreateLibrary1700000000000 } from './migrations.js';

/**
 * A DataSource as a user of TypeORM writes it: nothing of this package. Not connected.
 *
 * @param url of a database
 * @param database another one on the same server
 */
export function createLibrary(url: string, database?: string): DataSource {
  const { hostname, port, username, password, pathname } = new URL(url);
  return new DataSource({
    type: 'postgres',
    host: hostname,
    port: Number(port),
    username: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: database ?? pathname.slice(1),
    entities: [Book, Loan, Member],
    migrations: [CreateLibrary1700000000000, AddShelf1700000001000],
    migrationsTransactionMode: 'each',
    namingStrategy: new DefaultNamingStrategy(),
    installExtensions: false,
    uuidExtension: 'pgcrypto',
  });
}
