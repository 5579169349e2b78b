import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ReadOnly } from '../../../src/errors/translate.js';
import { UnsupportedDatabase } from '../../../src/connection/connection-failure.js';
import { createDataSource } from '../../../src/data-source.js';
import { Author } from '../../../src/entities/index.js';
import { createHealthCheck } from '../../../src/health/check.js';
import { runMigrations } from '../../../src/operations/migrator/runner.js';
import { runCli, workingFolder } from '../../support/cli.js';
import { preparedServer, withDatabaseName } from '../../support/databases.js';
import { noPgBouncer, startPgBouncer, type PgBouncer } from '../../support/migrator/pgbouncer.js';
import { startOwnServer, type OwnServer } from '../../support/own-server.js';
import { restart, stopForGood } from '../../support/own-server-life.js';
import { rowOf } from '../../support/rows.js';
import { useDatabase } from '../../support/database.js';
import { on, onServer, roleName, withUser } from '../../support/sql.js';

jest.setTimeout(120_000);

const healthOf = (url: string) => createHealthCheck(createDataSource({ url }), { timeoutMs: 20_000 })();

describe('a database of another encoding than UTF8', () => {
  const names: string[] = [];
  const create = async (encoding: string): Promise<string> => {
    const name = `${preparedServer().prefix}_encoding_${process.pid}_${encoding.toLowerCase()}`;
    names.push(name);
    await onServer(`CREATE DATABASE ${name} ENCODING '${encoding}' TEMPLATE template0 LOCALE 'C' LOCALE_PROVIDER libc`);
    return withDatabaseName(preparedServer().url, name);
  };

  afterAll(async () => {
    for (const name of names) await onServer(`DROP DATABASE ${name} WITH (FORCE)`);
  });

  it.each(['LATIN1', 'SQL_ASCII', 'EUC_JP'])(
    'is refused by name by services, migrator, health and start: %s',
    async (encoding) => {
      const url = await create(encoding);
      const refusal = new RegExp(
        `Cannot use the database at \\S+: its encoding is ${encoding}, but must be UTF8: create a database with ENCODING 'UTF8' TEMPLATE template0`,
      );
      await expect(createDataSource({ url }).initialize()).rejects.toThrow(UnsupportedDatabase);
      await expect(createDataSource({ url }).initialize()).rejects.toThrow(refusal);
      await expect(runMigrations(createDataSource({ url }))).rejects.toThrow(refusal);
      expect(await healthOf(url)).toMatchObject({ status: 'error', reason: expect.stringMatching(refusal) });
      expect(await on(url, `SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace`)).toMatchObject({
        rowCount: 0,
      });
      const { folder, remove } = await workingFolder();
      for (const args of [['migration:run'], ['start'], ['health', '--timeout', '20000'], ['seed:reference']]) {
        const { code, stdout, stderr } = await runCli(args, { folder, env: { DATABASE_URL: url, PORT: '0' } });
        expect({ args, code }).toEqual({ args, code: 1 });
        expect(stdout + stderr).toMatch(refusal);
        expect(stderr.split('\n').filter((line) => line.startsWith('error: ')).length).toBeLessThan(2);
      }
      await remove();
    },
  );
});

describe('a standby', () => {
  let server: OwnServer;

  beforeAll(async () => {
    server = await startOwnServer();
    await runMigrations(createDataSource({ url: server.url() }));
    await server.run(
      `CREATE ROLE reader_only LOGIN PASSWORD 'hunter2'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader_only`,
    );
    expect(await healthOf(server.url())).toMatchObject({ status: 'ok' });
    // It follows nobody, and so stays what it is.
    await writeFile(join(server.folder, 'standby.signal'), '');
    await restart(server);
  });

  afterAll(() => stopForGood(server));

  it('can be read; writes, migrations and health report that it is a standby', async () => {
    const dataSource = await createDataSource({ url: server.url() }).initialize();
    expect(await dataSource.getRepository(Author).count()).toBe(0);
    const refused = dataSource.getRepository(Author).insert(rowOf(Author));
    await expect(refused).rejects.toThrow(ReadOnly);
    await expect(refused).rejects.toThrow(/a standby/);
    await dataSource.destroy();
    await expect(runMigrations(createDataSource({ url: server.url() }))).rejects.toThrow(
      /^Cannot migrate the database at \S+: it is a standby, which accepts no writes: connect to the primary/,
    );
    expect(await healthOf(server.url())).toMatchObject({
      status: 'error',
      database: { ok: true },
      reason: expect.stringMatching(/accepts no writes: it is a standby/),
    });
  });

  it('is healthy for a role that only reads', async () => {
    expect(await healthOf(server.url('postgres', 'reader_only', 'hunter2'))).toMatchObject({ status: 'ok' });
  });
});

describe('a server that accepts connections and sends nothing', () => {
  let silent: Server;
  let url: string;

  beforeAll(async () => {
    silent = createServer((socket) => socket.on('error', () => undefined).resume()).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    url = `postgres://me:hunter2@127.0.0.1:${(silent.address() as AddressInfo).port}/antone`;
  });
  afterAll(() => void silent.close());

  it.each([
    ...['migration:run --max-wait 5', 'migration:run --max-wait 0', 'migration:run --dry-run --max-wait 5'],
    ...['migration:revert --max-wait 5', 'migration:show', 'migration:check', 'migration:rehearse', 'validate:schema'],
    ...['db:roles --check', 'db:environment', 'seed:reference', 'start', 'health'],
  ])('fails with one line: %s', async (command) => {
    const { folder, remove } = await workingFolder();
    const env = { DATABASE_URL: url, PORT: '0' };
    const { code, stdout, stderr } = await runCli(command.split(' '), { folder, env });
    await remove();
    expect([1, 2]).toContain(code);
    expect(stdout + stderr).toMatch(/(does|did) not answer (in time|within 500 ms)/);
    expect(`${stdout}${stderr}`.trim().split('\n')).toHaveLength(1);
    expect(stdout + stderr).not.toContain('hunter2');
  });
});

const missing = noPgBouncer();
if (missing !== undefined) console.warn(`skipped: settings behind a pooler: ${missing}`);

(missing === undefined ? describe : describe.skip)('behind a pooler that drops the settings of connections', () => {
  const db = useDatabase();
  let bouncer: PgBouncer;
  const role = roleName('pooled');

  beforeAll(async () => {
    await onServer(`CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD 'hunter2'; ALTER ROLE ${role} SET TimeZone = 'UTC'`);
    bouncer = await startPgBouncer(withUser(db.url, role, 'hunter2'));
  });
  afterAll(async () => {
    await bouncer.stop();
    await onServer(`DROP ROLE ${role}`);
  });

  const through = async (set: string): Promise<string> => {
    const url = await db.create();
    const database = new URL(url).pathname.slice(1);
    if (set !== '') await onServer(`ALTER DATABASE ${database} SET ${set}`);
    return bouncer.through(withUser(url, role, 'hunter2'));
  };

  it('works when the server has no dangerous setting', async () => {
    const dataSource = await createDataSource({ url: await through('') }).initialize();
    expect(await dataSource.getRepository(Author).count()).toBe(0);
    await dataSource.destroy();
  });

  it.each([
    ["datestyle = 'SQL, MDY'", 'DateStyle is “SQL, MDY”, must be “ISO, MDY”'],
    ['search_path = hostile, pg_catalog', 'search_path is “hostile, pg_catalog”, must be “public”'],
    ['standard_conforming_strings = off', 'standard_conforming_strings is “off”, must be “on”'],
    ["statement_timeout = '2s'", 'statement_timeout is “2s”, must be'],
    ['synchronous_commit = off', 'synchronous_commit is “off”, must be “on”'],
    ['session_replication_role = replica', 'session_replication_role is replica'],
  ])('is refused by name, with what to do: %s', async (set, said) => {
    const url = await through(set);
    await expect(createDataSource({ url }).initialize()).rejects.toThrow(UnsupportedDatabase);
    await expect(createDataSource({ url }).initialize()).rejects.toThrow(said);
    expect(await healthOf(url)).toMatchObject({ status: 'error', reason: expect.stringContaining(said) });
  });
});
