import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { getAddress } from '../../../src/connection/client.js';
import { toConnectionFailure } from '../../../src/connection/connection-failure.js';
import { withRetry } from '../../../src/connection/retry.js';
import { readConnectionSource, type ConnectionSource, PasswordUnavailable } from '../../../src/connection/secrets.js';
import { createDataSource } from '../../../src/data-source.js';
import { toDatabaseError } from '../../../src/validation/constraints.js';
import { runCli } from '../../support/cli.js';
import { type OwnServer, startOwnServer } from '../../support/own-server.js';

jest.setTimeout(60_000);

let server: OwnServer;
let folder: string;

beforeAll(async () => {
  server = await startOwnServer();
  folder = await mkdtemp(join(tmpdir(), 'shared-db-rotation-'));
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

/** A role whose password is in a file, and both changed as an operator does it. */
async function makeRole(name: string): Promise<{ file: string; rotate: (secret: string) => Promise<void> }> {
  const file = join(folder, name);
  await server.run(`CREATE ROLE ${name} LOGIN PASSWORD 'first-${name}'`);
  await writeFile(file, `first-${name}\n`, { mode: 0o600 });
  return {
    file,
    rotate: async (secret) => {
      await server.run(`ALTER ROLE ${name} PASSWORD '${secret}'`);
      await writeFile(file, `${secret}\n`);
    },
  };
}

const sourceOf = (name: string, file: string): ConnectionSource => {
  const variables: Record<string, string> = {
    DATABASE_URL: server.url('postgres', name, '').replace(':@', '@'),
    PGPASSWORD_FILE: file,
  };
  const source = readConnectionSource((variable) => variables[variable]);
  if (source === undefined) throw new Error('no source');
  return source;
};

describe('a password that is changed while queries run', () => {
  test('fails no query; terminated connections fail, and with withRetry none does', async () => {
    const { file, rotate } = await makeRole('rotated');
    const dataSource = await createDataSource({ ...sourceOf('rotated', file), poolSize: 4 }).initialize();
    const failures: unknown[] = [];
    const repeated: unknown[] = [];
    let over = false;
    const pids = new Set<number>();
    const ask = async (): Promise<void> => {
      const [row] = await dataSource.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid, pg_sleep(0.002)');
      pids.add(row?.pid ?? 0);
    };
    const worker = async (): Promise<void> => {
      while (!over) {
        await withRetry(
          () =>
            ask().catch((error: unknown) => {
              repeated.push(toDatabaseError(error)?.code);
              throw error;
            }),
          { maxDurationMs: 10_000 },
        ).catch((error: unknown) => failures.push(error));
      }
    };
    const workers = Array.from({ length: 8 }, worker);
    await sleep(150);
    // Connections that are open stay open: the password is asked for once in their life.
    await rotate('second');
    await sleep(150);
    expect(repeated).toEqual([]);
    const before = new Set(pids);
    for (const secret of ['third', 'fourth']) {
      await rotate(secret);
      const seen = repeated.length;
      await server.run(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'rotated'`);
      for (let waited = 0; repeated.length === seen && waited < 10_000; waited += 50) await sleep(50);
    }
    over = true;
    await Promise.all(workers);
    expect(failures).toEqual([]);
    expect(repeated.length).toBeGreaterThan(0);
    expect(new Set(repeated)).toEqual(new Set(['CONNECTION_LOST']));
    expect([...pids].filter((pid) => !before.has(pid)).length).toBeGreaterThan(0);
    await dataSource.destroy();
  });

  test('on the server first: new connections are retried until the file has the new password', async () => {
    const { file } = await makeRole('halfway');
    const dataSource = createDataSource({ ...sourceOf('halfway', file), connectRetryMs: 0 });
    await server.run(`ALTER ROLE halfway PASSWORD 'invented'`);
    const refused = await dataSource.initialize().catch((error: unknown) => error);
    expect(toDatabaseError(refused)).toMatchObject({ code: 'AUTHENTICATION_FAILED', retryable: true });
    const waiting = withRetry(() => dataSource.initialize());
    await sleep(200);
    await writeFile(file, 'invented');
    await waiting;
    await dataSource.destroy();
  });
});

describe('a password provider', () => {
  const connect = async (password: () => string | Promise<string>): Promise<DataSource> =>
    createDataSource({
      url: server.url('postgres', 'provided', '').replace(':@', '@'),
      password,
      connectRetryMs: 0,
    }).initialize();

  beforeAll(() => makeRole('provided'));

  test('is called for each new connection, and may be slow', async () => {
    let asked = 0;
    const dataSource = await connect(async () => {
      asked += 1;
      await sleep(50);
      return 'first-provided';
    });
    const work = [1, 2, 3].map(() => dataSource.query('SELECT pg_sleep(0.1)'));
    await Promise.all(work);
    expect(asked).toBe(3);
    await dataSource.destroy();
  });

  test('that fails or returns no text is an error without the message of the provider', async () => {
    const failed = connect(() => Promise.reject(new Error('vault said hunter2')));
    const error = await failed.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PasswordUnavailable);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('hunter2');
    const none = await connect(() => undefined as unknown as string).catch((reason: unknown) => reason);
    expect(none).toBeInstanceOf(Error);
  });

  test('that is missing although the server requires a password is explained', async () => {
    process.env.PGPASSWORD = 'first-provided';
    try {
      const url = server.url('postgres', 'provided', '').replace(':@', '@');
      const dataSource = createDataSource({ url, connectRetryMs: 0 });
      const error = await dataSource.initialize().catch((reason: unknown) => reason);
      expect(toConnectionFailure(error, getAddress(dataSource)).message).toContain('it requires a password');
    } finally {
      delete process.env.PGPASSWORD;
    }
  });
});

describe('commands take the database from', () => {
  const place = () => ({ PGHOST: '127.0.0.1', PGPORT: String(server.port), PGDATABASE: 'postgres', PGUSER: 'antone' });
  const password = (): string => decodeURIComponent(new URL(server.url()).password);

  test('PGHOST and a password file, and from DATABASE_URL_FILE; children get no second source', async () => {
    const [passwordFile, urlFile] = [join(folder, 'password'), join(folder, 'url')];
    await writeFile(passwordFile, `${password()}\n`, { mode: 0o600 });
    await writeFile(urlFile, `${server.url()}\n`, { mode: 0o600 });
    const [parts, file, child] = await Promise.all([
      runCli(['migration:show', '--json'], { env: { ...place(), PGPASSWORD_FILE: passwordFile } }),
      runCli(['migration:show', '--json'], { env: { DATABASE_URL_FILE: urlFile } }),
      runCli(['typeorm', 'query', `SELECT 'it is ' || 6 * 7`], { env: { DATABASE_URL_FILE: urlFile } }),
    ]);
    for (const { code, stdout, stderr } of [parts, file]) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(JSON.parse(stdout)).toMatchObject({ applied: [] });
    }
    expect(child.stdout).toContain('it is 42');
    for (const { stdout, stderr } of [parts, file, child]) expect(stdout + stderr).not.toContain(password());
  });

  test('one of two sources, and refuse both at once', async () => {
    const { code, stdout, stderr } = await runCli(['health'], { env: { ...place(), DATABASE_URL: server.url() } });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe('error: DATABASE_URL and PGHOST are both set: unset one of them.\n');
  });
});
