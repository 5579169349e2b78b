import 'reflect-metadata';
import type { DataSource, QueryRunner } from 'typeorm';
import { applyComments } from './columns/table.js';
import { parseDatabaseUrl } from './connection/database-url.js';
import { readConfirmedDatabase, readLogSql, readNodeEnv, readSafety, readSchema } from './connection/environment.js';
import { ManagedDataSource } from './connection/managed-data-source.js';
import { ReadableNamingStrategy } from './connection/naming-strategy.js';
import { createPasswordProvider, type PasswordProvider } from './connection/secrets.js';
import { createPoolSettings } from './connection/pool.js';
import { assertSchemaName } from './connection/session-settings.js';
import type { Purpose } from './connection/database-access.js';
import { SqlLogger } from './errors/redaction.js';
import { createTlsOptions } from './connection/tls.js';
import { announceOptOuts, assertSafeAddress } from './connection/url-policy.js';
import { COMMENTS } from './entities/comments.js';
import { ENTITIES } from './entities/index.js';
import * as guard from './operations/environment-guard/guard.js';
import { CHECKSUMS } from './migrations/checksums.js';
import { MIGRATIONS } from './migrations/index.js';
import { toDatabaseError } from './validation/constraints.js';
import { EntityValidationSubscriber } from './validation/entity-validation.subscriber.js';
import { writeRules } from './validation/write-rules.js';

export interface ConnectionOptions {
  /** `postgres://user:password@host:port/database?sslmode=verify-full`. */
  url: string;
  /** Asked for the password at each new connection, so that it may change; then the URL has none. */
  password?: PasswordProvider;
  /** The schema that holds the tables, one for each agent. Default SHARED_DB_SCHEMA, else `public`. */
  schema?: string | undefined;
  /** What the role may be able to do, in production. Default `app`: work on rows, and no more. */
  purpose?: Purpose;
  /** Shown in pg_stat_activity. Default: `application_name` of the URL, else `shared-db`. */
  applicationName?: string;
  /** Most connections of the pool. Default 10. */
  poolSize?: number;
  /**
   * After how many milliseconds PostgreSQL cancels a statement. Default 10,000 (query guide); 0 = never. For `app`, a connection that
   * has no answer five seconds later is given up, even if the session has raised its limit since: work that takes longer
   * needs a DataSource of its own.
   */
  statementTimeoutMs?: number;
  /** Milliseconds to wait for a connection, a free one of the pool included. Default 5,000. */
  connectTimeoutMs?: number;
  /** Milliseconds `initialize()` goes on trying while there is no server yet. Default 10,000; 0 = one attempt. */
  connectRetryMs?: number;
}

/**
 * The DataSource of the Antone schema: entities, migrations and naming in one place. It is not connected:
 * `await dataSource.initialize()` does that. Never synchronises; the schema changes by migrations only.
 *
 * When NODE_ENV is any name but `development` and `test` it refuses a database on this machine, a server that is not verified by TLS, and a role that may
 * do more than it must; the first two here, and all that only a connection can show at `initialize()`.
 *
 * `dropDatabase()`, `synchronize()` and `undoLastMigration()` throw ConfirmationNeeded or ConfirmationWrong where the database, or
 * NODE_ENV, is not one of development or tests, unless SHARED_DB_CONFIRM_DATABASE is the database's name.
 *
 * search_path is exactly `schema` on each connection, whatever the database, the role or the URL say; `initialize()` throws
 * SchemaMissing where there is no such schema.
 *
 * @throws SchemaNameError when the schema is no plain name, DatabaseUrlError when the URL cannot be used, UnsafeConnection when production refuses it; a database that cannot be
 *   reached shows at `initialize()`.
 */
export function createDataSource(options: ConnectionOptions): DataSource {
  const { poolSize = 10, purpose = 'app', statementTimeoutMs = 10_000, connectRetryMs = 10_000 } = options;
  const address = parseDatabaseUrl(options.url);
  const { host, port, database, user } = address;
  const safety = readSafety();
  const schema = options.schema === undefined ? readSchema() : assertSchemaName(options.schema);
  const managed = {
    ...{ purpose, safety, schema, connectRetryMs, translate: toDatabaseError, writeRules, assertMayDestroy },
    checksums: CHECKSUMS,
  };
  announceOptOuts(safety);
  assertSafeAddress(address, safety);
  applyComments(ENTITIES, COMMENTS);
  return new ManagedDataSource(
    {
      type: 'postgres',
      host,
      port,
      database,
      ...(user === undefined ? {} : { username: user }),
      // A function, so that whoever prints the options prints no password.
      password: createPasswordProvider(address, options.password),
      ssl: createTlsOptions(address.tls),
      applicationName: options.applicationName ?? address.applicationName ?? 'shared-db',
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
      // Not one of TypeORM's: they print parameters, which are handles and post texts.
      logger: new SqlLogger(readLogSql()),
      extra: createPoolSettings(statementTimeoutMs, managed, schema),
    },
    managed,
  );
}

function assertMayDestroy(queryRunner: QueryRunner, action: string): Promise<void> {
  return guard.assertDestructiveActionAllowed((sql, parameters) => queryRunner.query(sql, parameters), {
    action,
    nodeEnv: readNodeEnv(),
    confirmedName: readConfirmedDatabase(),
    confirmBy: 'SHARED_DB_CONFIRM_DATABASE',
  });
}
