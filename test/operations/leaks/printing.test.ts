import { setImmediate as turn } from 'node:timers/promises';
import { inspect, type InspectOptions } from 'node:util';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import pg, { type PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../../src/data-source.js';
import { startOwnServer, type OwnServer } from '../../support/own-server.js';
import { placesOf, spellingsOf } from './reachable.js';

/*
 * A DataSource of which every connection was let in by a password does not hold it: not in any property that can be reached, and so
 * not in anything that is printed of it, whatever the printer is told.
 */
jest.setTimeout(120_000);

const PASSWORD = 'invented/9%Pl@nted ß';

/** `console.dir` is the one that does not ask objects how they want to be shown. */
const PRINTERS: readonly InspectOptions[] = [
  {},
  { customInspect: false },
  { showHidden: true },
  { showHidden: true, customInspect: false, getters: true, showProxy: true, depth: 5, maxArrayLength: null },
];

let server: OwnServer;
let reached = 0;

beforeAll(async () => {
  server = await startOwnServer();
  await server.run(`SET password_encryption = 'scram-sha-256'; CREATE ROLE by_scram LOGIN PASSWORD '${PASSWORD}'`);
  await server.run(`CREATE ROLE by_password LOGIN PASSWORD '${PASSWORD}'`);
  await server.run(`SET password_encryption = 'md5'; CREATE ROLE by_md5 LOGIN PASSWORD '${PASSWORD}'`);
  await server.setHba(
    ['by_scram scram-sha-256', 'by_password password', 'by_md5 md5', 'embedded scram-sha-256', 'all scram-sha-256']
      .map((line) => `host all ${line.replace(' ', ' 127.0.0.1/32 ')}\n`)
      .join(''),
  );
});
afterAll(async () => {
  process.stdout.write(`objects reached from a DataSource while looking for its password: ${reached}\n`);
  await server.stop();
});

test('the search finds what is planted, in every spelling', () => {
  const planted = Object.defineProperty({ list: [new Map([['k', { deep: '' }]])] }, 'hidden', {
    value: `x${PASSWORD}`,
    enumerable: false,
  });
  expect(placesOf({ planted }, PASSWORD).found).toEqual(['root.planted.hidden']);
  for (const spelling of spellingsOf(PASSWORD)) {
    expect(placesOf({ a: [new Set([Buffer.from(spelling)])] }, PASSWORD).found).toHaveLength(1);
    expect(
      placesOf(
        {
          get a() {
            return { [spelling]: 1 };
          },
        },
        PASSWORD,
      ).found,
    ).toHaveLength(1);
  }
});

test('the search finds the password that a client of node-postgres keeps', async () => {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: server.port,
    user: 'by_scram',
    database: 'postgres',
    password: () => PASSWORD,
  });
  await client.connect();
  try {
    expect(placesOf({ client }, PASSWORD).found).toContain('root.client.password');
    expect(inspect(client, { showHidden: true })).toContain(PASSWORD);
  } finally {
    await client.end();
  }
});

test.each(['by_scram', 'by_password', 'by_md5'])(
  '%s: the password is nowhere, while connecting and afterwards',
  async (role) => {
    const dataSource = createDataSource({ url: server.url('postgres', role, PASSWORD), poolSize: 2 });
    try {
      const waiting = new Set(['a connection']);
      const connecting = dataSource.initialize().finally(() => {
        waiting.clear();
      });
      while (waiting.size > 0) {
        // Between any two turns of the event loop, the handshake included.
        for (const client of clientsOf(dataSource)) {
          const { found } = placesOf(
            {
              password: Reflect.get(client, 'password') as unknown,
              parameters: Reflect.get(client, 'connectionParameters') as unknown,
            },
            PASSWORD,
          );
          expect(found).toEqual([]);
        }
        await turn();
      }
      await connecting;
      const runner = dataSource.createQueryRunner();
      const connected: unknown = await runner.connect();
      await expectNowhere({ dataSource, runner, connected, error: await failureOf(runner) });
      await runner.release();
    } finally {
      await dataSource.destroy();
    }
    expect(placesOf({ dataSource }, PASSWORD).found).toEqual([]);
  },
);

test('a password from a function is not found in a connected DataSource', async () => {
  let asked = 0;
  const password = (): Promise<string> => {
    asked += 1;
    return Promise.resolve(PASSWORD);
  };
  const dataSource = createDataSource({
    url: server.url('postgres', 'by_scram', '').replace(':@', '@'),
    password,
    poolSize: 2,
  });
  try {
    await dataSource.initialize();
    await Promise.all([dataSource.query('SELECT pg_sleep(0.2)'), dataSource.query('SELECT pg_sleep(0.2)')]);
    expect(asked).toBeGreaterThanOrEqual(2);
    await expectNowhere({ dataSource });
  } finally {
    await dataSource.destroy();
  }
});

test('a refused password is found neither in the DataSource nor in the error', async () => {
  const wrong = `${PASSWORD}!`;
  const dataSource = createDataSource({ url: server.url('postgres', 'by_scram', wrong) });
  const error: unknown = await dataSource.initialize().catch((reason: unknown) => reason);
  expect(error).toMatchObject({ sqlState: '28P01' });
  await expectNowhere({ dataSource, error });
});

async function expectNowhere(roots: Readonly<Record<string, unknown>>): Promise<void> {
  const { found, objects } = placesOf(roots, PASSWORD);
  reached += objects;
  expect(found).toEqual([]);
  const spellings = spellingsOf(PASSWORD);
  for (const root of [...Object.values(roots), ...clientsOf(roots.dataSource as DataSource)]) {
    for (const options of PRINTERS) {
      const printed = inspect(root, options);
      expect(spellings.filter((spelling) => printed.includes(spelling))).toEqual([]);
      await turn();
    }
  }
  expect(spellings.filter((spelling) => JSON.stringify(roots.dataSource).includes(spelling))).toEqual([]);
}

/** Of the pool: those that are connecting, too. */
function clientsOf(dataSource: DataSource): PoolClient[] {
  const { master } = dataSource.driver as { master?: { _clients?: PoolClient[] } };
  return master?._clients ?? [];
}

async function failureOf(runner: { query: (sql: string) => Promise<unknown> }): Promise<unknown> {
  return runner.query('SELECT nothing FROM nowhere').catch((error: unknown) => error);
}
