import type { ClientConfig } from 'pg';
import type { DataSource } from 'typeorm';
import type { Place } from './database-url.js';
import { DEFAULT_SCHEMA } from './schema-name.js';

type PostgresOptions = Extract<DataSource['options'], { type: 'postgres' }>;

/**
 * How a connection of its own reaches the database of a DataSource, without its pool: host, login, TLS and driver settings as
 * `createDataSource` gave them. The DataSource need not be initialised.
 */
export function clientOptionsOf(dataSource: DataSource): ClientConfig {
  const options = dataSource.options as PostgresOptions;
  const { host, port, username, password, database, ssl } = options;
  // Of its own, also in how long it waits for an answer.
  const settings = { ...(options.extra as ClientConfig), query_timeout: 0 };
  // node-postgres takes undefined for absent.
  return { ...settings, host, port, user: username, password, database, ssl } as ClientConfig;
}

/** The schema that a DataSource works in: what search_path is on each of its connections. */
export function schemaOf(dataSource: DataSource): string {
  const { settings } = (dataSource.options as PostgresOptions).extra as { settings?: Record<string, string> };
  return settings?.search_path ?? DEFAULT_SCHEMA;
}

/** Where a DataSource leads, for messages: no user, no password. */
export function addressOf(dataSource: DataSource): Place {
  const { host = 'localhost', port = 5432, database = '' } = dataSource.options as PostgresOptions;
  return { host, port, database };
}
