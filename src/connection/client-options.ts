import type { DataSource } from 'typeorm';
import type { Place } from './database-url.js';
import { DEFAULT_SCHEMA } from './schema-name.js';
import type { SessionClientConfig } from './session-client.js';
import { sessionSettings, withLimits, type SessionLimits } from './session-settings.js';

type PostgresOptions = Extract<DataSource['options'], { type: 'postgres' }>;

/**
 * How a connection of its own reaches the database of a DataSource, without its pool: host, login, TLS, settings of the session
 * and driver settings as `createDataSource` gave them. The DataSource need not be initialised.
 *
 * @param limits its time limits; those of the pool do not apply. Default: none
 */
export function clientOptionsOf(dataSource: DataSource, limits: SessionLimits = {}): SessionClientConfig {
  const options = dataSource.options as PostgresOptions;
  const { host, port, username, password, database, ssl, connectTimeoutMS: connectionTimeoutMillis } = options;
  const extra = options.extra as SessionClientConfig | undefined;
  // No query timeout. node-postgres takes undefined for absent.
  return {
    ...extra,
    settings: withLimits(extra?.settings ?? sessionSettings(), limits),
    query_timeout: 0,
    ...{ host, port, user: username, password, database, ssl, connectionTimeoutMillis },
  } as SessionClientConfig;
}

/** The schema that a DataSource works in: search_path of each of its connections. */
export function schemaOf(dataSource: DataSource): string {
  const extra = (dataSource.options as PostgresOptions).extra as SessionClientConfig | undefined;
  return extra?.settings?.search_path ?? DEFAULT_SCHEMA;
}

/** Where a DataSource leads, for messages: no user, no password. */
export function addressOf(dataSource: DataSource): Place {
  const { host = 'localhost', port = 5432, database = '' } = dataSource.options as PostgresOptions;
  return { host, port, database };
}
