import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { readFile, rm } from 'node:fs/promises';
import { createHealthCheck } from '../../../src/health/check.js';
import { toConnectionFailure } from '../../../src/connection/connection-failure.js';
import { getAddress } from '../../../src/connection/client.js';
import { createDataSource } from '../../../src/data-source.js';
import { toDatabaseError } from '../../../src/validation/constraints.js';
import { describeTls, giveCertificate, makeAuthority, type Authority } from '../../support/certificates.js';
import { startOwnServer, type OwnServer } from '../../support/own-server.js';
import { placesOf } from '../leaks/reachable.js';
import { asProduction } from '../../support/production.js';

jest.setTimeout(60_000);

describeTls('TLS, on a server with a certificate for localhost', () => {
  let server: OwnServer;
  let ours: Authority;
  let foreign: Authority;

  beforeAll(async () => {
    [server, ours, foreign] = await Promise.all([startOwnServer(), makeAuthority(), makeAuthority()]);
    await giveCertificate(server, ours, 'DNS:localhost');
    // A role that production takes: the certificate is what decides here.
    await server.run(`CREATE ROLE app LOGIN PASSWORD 'invented-tls'`);
    // Nobody without TLS.
    await server.setHba('hostssl all all 127.0.0.1/32 scram-sha-256\nhost all antone 127.0.0.1/32 scram-sha-256\n');
  });

  afterAll(async () => {
    await server.stop();
    for (const { folder } of [ours, foreign]) await rm(folder, { recursive: true, force: true });
  });

  const urlOf = (host: string, parameters: string): string =>
    `postgres://app:invented-tls@${host}:${server.port}/postgres?${parameters}`;

  /** Whether the session is encrypted, as the server sees it; or why there is none. */
  const outcome = async (host: string, parameters: string): Promise<{ tls: boolean } | Error> => {
    const dataSource = createDataSource({ url: urlOf(host, parameters), connectRetryMs: 0 });
    try {
      await dataSource.initialize();
    } catch (error) {
      return error as Error;
    }
    const [row] = await dataSource.query<{ tls: boolean }[]>(
      'SELECT ssl AS tls FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
    );
    await dataSource.destroy();
    return row ?? new Error('no row');
  };

  test('a client certificate is used, and its private key is never printed', async () => {
    const login = `sslcert=${ours.ca}&sslkey=${ours.ca.replace(/pem$/, 'key')}`;
    expect(await outcome('localhost', `sslmode=verify-full&sslrootcert=${ours.ca}&${login}`)).toEqual({ tls: true });
    expect(
      toDatabaseError(await outcome('localhost', `sslmode=verify-full&sslrootcert=${foreign.ca}&${login}`)),
    ).toMatchObject({
      code: 'UNTRUSTED_SERVER',
    });
    const key = (await readFile(ours.ca.replace(/pem$/, 'key'), 'utf8')).split('\n')[1] ?? '';
    const url = urlOf('localhost', `sslmode=verify-full&sslrootcert=${ours.ca}&${login}`);
    const dataSource = await createDataSource({ url }).initialize();
    const runner = dataSource.createQueryRunner();
    const connected: unknown = await runner.connect();
    expect(placesOf({ dataSource, connected }, key).found).toEqual([]);
    await runner.release();
    await dataSource.destroy();
    expect(() =>
      createDataSource({ url: url.replace(ours.ca.replace(/pem$/, 'key'), foreign.ca.replace(/pem$/, 'key')) }),
    ).toThrow('sslcert and sslkey');
  });

  describe.each(['verify-full', 'verify-ca', 'require'])('sslmode=%s', (mode) => {
    asProduction('SHARED_DB_ALLOW_LOCALHOST');

    test('accepts the right CA and name', async () => {
      expect(await outcome('localhost', `sslmode=${mode}&sslrootcert=${ours.ca}`)).toEqual({ tls: true });
    });

    test('refuses a server with a certificate of another CA', async () => {
      const error = await outcome('localhost', `sslmode=${mode}&sslrootcert=${foreign.ca}`);
      expect(toDatabaseError(error)).toMatchObject({ code: 'UNTRUSTED_SERVER', retryable: false });
    });

    test('refuses a server with another name', async () => {
      const error = await outcome('127.0.0.1', `sslmode=${mode}&sslrootcert=${ours.ca}`);
      expect(toDatabaseError(error)).toMatchObject({ sqlState: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    });
  });

  describe('in production', () => {
    asProduction('SHARED_DB_ALLOW_LOCALHOST');

    test('an unknown CA is not trusted, whatever NODE_TLS_REJECT_UNAUTHORIZED is', async () => {
      const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
      try {
        const error = await outcome('localhost', 'sslmode=verify-full');
        expect(toDatabaseError(error)).toMatchObject({ code: 'UNTRUSTED_SERVER' });
      } finally {
        if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
        else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
      }
    });

    test('the health check verifies as well', async () => {
      const check = (ca: string) =>
        createHealthCheck(createDataSource({ url: urlOf('localhost', `sslmode=verify-full&sslrootcert=${ca}`) }), {
          timeoutMs: 5_000,
        })();
      expect(await check(ours.ca)).toMatchObject({ database: { ok: true } });
      expect(await check(foreign.ca)).toMatchObject({ database: { ok: false } });
    });
  });

  test('PGSSLMODE is ignored: a URL without sslmode means no TLS, which this server refuses', async () => {
    process.env.PGSSLMODE = 'require';
    try {
      expect(toDatabaseError(await outcome('localhost', ''))).toMatchObject({ sqlState: '28000' });
    } finally {
      delete process.env.PGSSLMODE;
    }
  });

  test('the errors are readable and show no file, user or password', async () => {
    const failure = async (host: string, parameters: string): Promise<string> => {
      const dataSource = createDataSource({ url: urlOf(host, parameters), connectRetryMs: 0 });
      const error = await dataSource.initialize().catch((reason: unknown) => reason);
      return toConnectionFailure(error, getAddress(dataSource)).message;
    };
    const foreignCa = await failure('localhost', `sslmode=verify-full&sslrootcert=${foreign.ca}`);
    expect(foreignCa).toMatch(/: its certificate is not signed by a trusted CA: set sslrootcert/);
    const otherName = await failure('127.0.0.1', `sslmode=verify-full&sslrootcert=${ours.ca}`);
    expect(otherName).toMatch(/: its certificate is for another host name/);
    for (const line of [foreignCa, otherName]) expect(line).not.toMatch(/invented-tls|app|\.pem|\n/);
  });
});

test('a server without TLS is refused', async () => {
  const server = await startOwnServer();
  try {
    const url = `${server.url()}?sslmode=verify-full`;
    const dataSource = createDataSource({ url, connectRetryMs: 0 });
    const error = await dataSource.initialize().catch((reason: unknown) => reason);
    expect(toConnectionFailure(error, getAddress(dataSource)).message).toContain('it does not speak TLS: turn ssl on');
  } finally {
    await server.stop();
  }
});
