import { afterAll, beforeAll } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/data-source.js';
import { createDatabase, dropDatabase, preparedServer, withDatabaseName } from './databases.js';

export interface TestDatabase {
  /** Connected; inside tests and hooks only. */
  readonly dataSource: DataSource;
  readonly url: string;
  /** One more database, migrated and empty (or bare: without any table), and its connection string. */
  create(options?: { bare?: boolean }): Promise<string>;
}

/** How many databases this worker has made: part of their names. */
let count = 0;

/** Gives a test file (or a describe block) a real database of its own: a clone of the migrated template, dropped afterwards. */
export function useDatabase(): TestDatabase {
  const server = preparedServer();
  const names: string[] = [];
  let dataSource: DataSource | undefined;

  const create = async ({ bare = false } = {}): Promise<string> => {
    const name = `${server.prefix}_${process.pid}_${(count += 1)}`;
    await createDatabase(server, name, bare ? undefined : server.template);
    names.push(name);
    return withDatabaseName(server.url, name);
  };

  beforeAll(async () => {
    dataSource = await createDataSource({ url: await create() }).initialize();
  });

  afterAll(async () => {
    if (dataSource?.isInitialized) await dataSource.destroy();
    for (const name of names) await dropDatabase(server, name);
  });

  return {
    create,
    get dataSource() {
      if (!dataSource) throw new Error('The database exists inside tests and hooks only.');
      return dataSource;
    },
    get url() {
      const [name] = names;
      if (name === undefined) throw new Error('The database exists inside tests and hooks only.');
      return withDatabaseName(server.url, name);
    },
  };
}
