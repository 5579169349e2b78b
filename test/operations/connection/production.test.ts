import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { lookup } from 'node:dns/promises';
import { createServer, type AddressInfo } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDataSource } from '../../../src/data-source.js';
import { isThisMachine } from '../../../src/connection/database-url.js';
import { openSocket } from '../../../src/connection/client.js';
import type { Purpose } from '../../../src/connection/database-access.js';
import { UnsafeConnection } from '../../../src/connection/url-policy.js';
import { runCli } from '../../support/cli.js';
import { useDatabase } from '../../support/database.js';
import { preparedServer } from '../../support/databases.js';
import { asProduction } from '../../support/production.js';

jest.setTimeout(60_000);

const roles: string[] = [];

// Before the database goes, which has its own hook.
afterAll(async () => {
  for (const role of roles.reverse()) {
    await db.dataSource.query(`REASSIGN OWNED BY ${role} TO CURRENT_USER`);
    await db.dataSource.query(`DROP OWNED BY ${role}`);
    await db.dataSource.query(`DROP ROLE ${role}`);
  }
});

const db = useDatabase();
const LOCAL = { SHARED_DB_ALLOW_LOCALHOST: '1', SHARED_DB_ALLOW_PLAINTEXT: '1' };

/** A role of its own for a test: what it is made with, and what it is then given. `$` stands for its name. */
async function makeRole(attributes: string, ...statements: string[]): Promise<string> {
  const role = `prod_${process.pid}_${roles.length}`;
  roles.push(role);
  await db.dataSource.query(`CREATE ROLE ${role} LOGIN PASSWORD 'invented-role' ${attributes}`);
  for (const statement of statements) await db.dataSource.query(statement.replaceAll('$', role));
  return role;
}

function urlFor(role: string): string {
  const url = new URL(db.url);
  [url.username, url.password] = [role, 'invented-role'];
  return url.href;
}

const refusalOf = async (role: string, purpose?: Purpose): Promise<string | undefined> => {
  const dataSource = createDataSource({ url: urlFor(role), connectRetryMs: 0, ...(purpose && { purpose }) });
  try {
    await dataSource.initialize();
    await dataSource.destroy();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(UnsafeConnection);
    expect(dataSource.isInitialized).toBe(false);
    return (error as Error).message;
  }
};

describe('the role of a service in production', () => {
  asProduction('SHARED_DB_ALLOW_LOCALHOST', 'SHARED_DB_ALLOW_PLAINTEXT');

  test('is accepted when it can only read and write rows', async () => {
    const role = await makeRole('', 'GRANT SELECT, INSERT, UPDATE, DELETE ON posts TO $');
    expect(await refusalOf(role)).toBeUndefined();
    expect(await refusalOf(role, 'migrate')).toBeUndefined();
  });

  test.each<[string, string, string[], RegExp, Purpose[]]>([
    ['a superuser', 'SUPERUSER', [], /superuser/, ['app', 'migrate']],
    ['BYPASSRLS', 'BYPASSRLS', [], /has BYPASSRLS/, ['app', 'migrate']],
    ['CREATEROLE', 'CREATEROLE', [], /has CREATEROLE/, ['app', 'migrate']],
    ['REPLICATION', 'REPLICATION', [], /has REPLICATION/, ['app', 'migrate']],
    ['CREATEDB', 'CREATEDB', [], /has CREATEDB/, ['app']],
    [
      'the owner of a table',
      '',
      ['CREATE TABLE own_t (n int)', 'ALTER TABLE own_t OWNER TO $'],
      /owns tables/,
      ['app'],
    ],
    ['the owner of a schema', '', ['CREATE SCHEMA own_s AUTHORIZATION $'], /owns tables or other objects/, ['app']],
    ['one that may create in the schema', '', ['GRANT CREATE ON SCHEMA public TO $'], /can create objects/, ['app']],
    [
      'one that may create schemas',
      '',
      [`DO 'BEGIN EXECUTE format(''GRANT CREATE ON DATABASE %I TO $'', current_database()); END'`],
      /can create objects/,
      ['app'],
    ],
    [
      'one that runs programs',
      '',
      ['GRANT pg_execute_server_program TO $'],
      /pg_execute_server_program/,
      ['app', 'migrate'],
    ],
    ['one that reads all', '', ['GRANT pg_read_all_data TO $'], /is a member of pg_read_all_data/, ['app', 'migrate']],
  ])('is not %s', async (_what, attributes, statements, reason, refused) => {
    const role = await makeRole(attributes, ...statements);
    for (const purpose of ['app', 'migrate', 'administer'] as const) {
      const message = await refusalOf(role, purpose);
      if (refused.includes(purpose)) {
        expect(message).toMatch(reason);
        expect(message).toMatch(
          /^Refused in production: the role \w+ .*\(or permit it: SHARED_DB_ALLOW_UNSAFE_ROLE=1\)\.$/,
        );
      } else {
        expect(message).toBeUndefined();
      }
    }
  });

  test('is refused when it can become a privileged role: by SET ROLE, indirectly, or as session user', async () => {
    const strong = await makeRole('SUPERUSER');
    const between = await makeRole('NOINHERIT', `GRANT ${strong} TO $`);
    const weak = await makeRole('NOINHERIT', `GRANT ${between} TO $`);
    expect(await refusalOf(weak)).toMatch(/superuser/);
    const harmless = await makeRole('');
    const disguised = await makeRole('SUPERUSER', `GRANT ${harmless} TO $`, `ALTER ROLE $ SET role = '${harmless}'`);
    expect(await refusalOf(disguised)).toMatch(/superuser/);
  });

  describe('unless permitted by name', () => {
    asProduction('SHARED_DB_ALLOW_UNSAFE_ROLE');

    test('is anything', async () => {
      expect(await refusalOf(await makeRole('SUPERUSER'))).toBeUndefined();
    });
  });
});

test('outside production, every role is accepted', async () => {
  expect(await refusalOf(await makeRole('SUPERUSER'))).toBeUndefined();
});

describe('the address that was reached', () => {
  const silent = createServer();
  let received = 0;
  let port = 0;

  beforeAll(async () => {
    silent.on('connection', (socket) => {
      socket.on('data', (chunk: Buffer) => (received += chunk.length)).on('error', () => undefined);
    });
    silent.listen(0, '0.0.0.0');
    await once(silent, 'listening');
    ({ port } = silent.address() as AddressInfo);
  });
  afterAll(() => {
    silent.close();
  });

  const connect = async (address: string, production: boolean): Promise<unknown> => {
    const socket = openSocket({ production, optOuts: [] });
    socket.on('connect', () => socket.write('user and database'));
    socket.connect({
      host: 'db.example.com',
      port,
      // A resolver that changed its mind after whatever was asked of it before.
      lookup: (_name, options, answer) => {
        if (options.all) answer(null, [{ address, family: 4 }]);
        else answer(null, address, 4);
      },
    });
    const reason = await Promise.race([new Promise((resolve) => socket.once('error', resolve)), sleep(100)]);
    socket.destroy();
    return reason;
  };

  const ownAddresses = Object.values(networkInterfaces())
    .flatMap((found) => found ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);

  test.each(['127.0.0.1', '127.9.9.9', '0.0.0.0', ...ownAddresses])(
    'is checked, not its name: db.example.com at %s is refused before a byte is sent',
    async (address) => {
      received = 0;
      expect(await connect(address, true)).toBeInstanceOf(UnsafeConnection);
      expect(received).toBe(0);
      expect(await connect(address, false)).toBeUndefined();
    },
  );

  describe('of a DataSource', () => {
    asProduction('SHARED_DB_ALLOW_PLAINTEXT');

    test('is checked too', async () => {
      const own = await lookup(hostname()).catch(() => undefined);
      // A machine that knows itself under no other name cannot be asked.
      if (
        own === undefined ||
        isThisMachine(hostname()) ||
        (!isThisMachine(own.address) && !ownAddresses.includes(own.address))
      )
        return;
      const url = `postgres://app:pw@${hostname()}:${port}/antone`;
      const error = await createDataSource({ url })
        .initialize()
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(UnsafeConnection);
      expect((error as Error).message).toContain('the host leads to this machine');
    });
  });
});

describe('a production start exits 1 with the reason', () => {
  const superuser = (): Record<string, string> => ({ NODE_ENV: 'production', DATABASE_URL: db.url, ...LOCAL });

  /** A service of three lines, on the compiled package. */
  const service = async (env: Record<string, string>): Promise<{ code: unknown; printed: string }> => {
    const library = join(preparedServer().program, 'src/index.js');
    const code = `import library from ${JSON.stringify(library)};
      const { createDataSource, readConnectionEnvironment } = library;
      try { await (await createDataSource(readConnectionEnvironment()).initialize()).destroy(); console.log('up'); }
      catch (error) { console.error(String(error)); process.exit(1); }`;
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        ['--disable-warning=DeprecationWarning', '--input-type=module', '-e', code],
        { env: { PATH: process.env.PATH, ...env } },
        (error, stdout, stderr) => {
          resolve({ code: error?.code ?? 0, printed: stdout + stderr });
        },
      );
    });
  };

  test('as a superuser: service, npm start, migration:run', async () => {
    const [own, start, run] = await Promise.all([
      service(superuser()),
      runCli(['start'], { env: { ...superuser(), PORT: '0' } }),
      runCli(['migration:run'], { env: superuser() }),
    ]);
    expect(own).toEqual({ code: 1, printed: expect.stringMatching(/superuser/) });
    expect(own.printed).toContain('SharedDbWarning: SHARED_DB_ALLOW_PLAINTEXT is set');
    for (const { code, stderr } of [start, run]) {
      expect(code).toBe(1);
      expect(stderr).toMatch(/^error: Refused in production: the role \w+ is or can become a superuser/m);
      expect(stderr).toContain('SharedDbWarning: SHARED_DB_ALLOW_LOCALHOST is set');
    }
  });

  test('without TLS, or on this machine: service, migration:run, health', async () => {
    const env = { NODE_ENV: 'production', DATABASE_URL: db.url };
    const [own, run, health] = await Promise.all([
      service(env),
      runCli(['migration:run'], { env }),
      runCli(['health'], { env }),
    ]);
    for (const [code, text] of [
      [own.code, own.printed],
      [run.code, run.stderr],
      [health.code, health.stderr],
    ]) {
      expect(code).toBe(1);
      expect(text).toMatch(/the host is this machine .*the server is not verified/);
    }
  });

  test('starts with the right role and everything else permitted', async () => {
    const role = await makeRole('');
    expect(await service({ ...superuser(), DATABASE_URL: urlFor(role) })).toMatchObject({
      code: 0,
      printed: expect.stringMatching(/^up$/m),
    });
    const { code, stderr } = await runCli(['start'], {
      env: { ...superuser(), DATABASE_URL: urlFor(role), PORT: '0' },
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: start is a development server and NODE_ENV is production/m);
  });
});
