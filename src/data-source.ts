import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { applyComments } from './columns/comments.js';
import { parseDatabaseUrl } from './connection/database-url.js';
import { ReadableNamingStrategy } from './connection/naming-strategy.js';
import { COMMENTS } from './entities/comments.js';
import { ENTITIES } from './entities/index.js';
import { MIGRATIONS } from './migrations/index.js';
import { EntityValidationSubscriber } from './validation/entity-validation.subscriber.js';

export interface ConnectionOptions {
  /** `postgres://user:password@host:port/database`. */
  url: string;
  /** Shown in pg_stat_activity. Default `shared-db`. */
  applicationName?: string;
  /** Most connections of the pool. Default 10. */
  poolSize?: number;
  /** After how many milliseconds PostgreSQL cancels a statement. Default 10,000 (query guide); 0 = never. */
  statementTimeoutMs?: number;
  /** Milliseconds to wait for a connection. Default 5,000. */
  connectTimeoutMs?: number;
}

/**
 * The DataSource of the Antone schema: entities, migrations and naming in one place. It is not connected:
 * `await dataSource.initialize()` does that. Never synchronises; the schema changes by migrations only.
 *
 * @throws DatabaseUrlError when the URL cannot be used; a database that cannot be reached shows at `initialize()`.
 */
export function createDataSource(options: ConnectionOptions): DataSource {
  const { applicationName = 'shared-db', poolSize = 10 } = options;
  const { host, port, database, user, password, ssl } = parseDatabaseUrl(options.url);
  applyComments(ENTITIES, COMMENTS);
  return new DataSource({
    type: 'postgres',
    host,
    port,
    database,
    ...(user === undefined ? {} : { username: user }),
    // A function, so that whoever prints the options prints no password.
    ...(password === undefined ? {} : { password: () => password }),
    ...(ssl === undefined ? {} : { ssl }),
    applicationName,
    poolSize,
    connectTimeoutMS: options.connectTimeoutMs ?? 5_000,
    entities: [...ENTITIES],
    migrations: [...MIGRATIONS],
    subscribers: [EntityValidationSubscriber],
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    namingStrategy: new ReadableNamingStrategy(),
    synchronize: false,
    // gen_random_uuid() is PostgreSQL's own since 13: no extension, so no superuser, is needed.
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    // TypeORM's query logger prints parameters, which are handles and post texts.
    logging: false,
    extra: {
      statement_timeout: options.statementTimeoutMs ?? 10_000,
      options: '-c timezone=UTC',
      keepAlive: true,
    },
  });
}
