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
  /** Returns the password. Called for each new connection, so the password may change. The URL then must not contain one. */
  password?: PasswordProvider;
  /** Schema of the tables, one for each agent. Default: SHARED_DB_SCHEMA, else `public`. */
  schema?: string | undefined;
  /** What the role is allowed to do in production. Default `app`: read and write rows only. */
  purpose?: Purpose;
  /** Shown in pg_stat_activity. Default: `application_name` of the URL, else `shared-db`. */
  applicationName?: string;
  /** Largest number of connections in the pool. Default 10. */
  poolSize?: number;
  /**
   * Milliseconds after which PostgreSQL cancels a statement. Default 10,000; 0 = never. For `app`, a connection without an answer
   * five seconds later is closed, even if the session has raised its limit since. Use a separate DataSource for longer statements.
   */
  statementTimeoutMs?: number;
  /** Milliseconds to wait for a connection, also for a free one in the pool. Default 5,000. */
  connectTimeoutMs?: number;
  /** Milliseconds during which `initialize()` retries while the server is unreachable. Default 10,000; 0 = one attempt. */
  connectRetryMs?: number;
}

/**
 * Creates the DataSource with all entities, migrations and the naming strategy. It does not connect; call
 * `await dataSource.initialize()`. It never synchronises; only migrations change the schema.
 *
 * Unless NODE_ENV is `development` or `test`, it refuses a database on this machine, a server without verified TLS, and a role with
 * more privileges than `purpose` needs. The first two are checked here, the rest at `initialize()`.
 *
 * `dropDatabase()`, `synchronize()` and `undoLastMigration()` throw ConfirmationNeeded or ConfirmationWrong unless both the database
 * and NODE_ENV are development or test, or SHARED_DB_CONFIRM_DATABASE is the name of the database.
 *
 * search_path is exactly `schema` on each connection, whatever the database, the role or the URL set. `initialize()` throws
 * SchemaMissing when the schema does not exist.
 *
 * @throws SchemaNameError when the schema is not a plain name, DatabaseUrlError when the URL is invalid, UnsafeConnection when the
 *   address is not allowed in production. `initialize()` throws when the database is unreachable.
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
      // A function, so that printing the options does not print the password.
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
      // gen_random_uuid() is built in since PostgreSQL 13: no extension and no superuser is needed.
      uuidExtension: 'pgcrypto',
      installExtensions: false,
      // TypeORM's loggers print parameters, which may be handles and post texts.
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
