/** Ways to a database that end before it, or at its door. */
import type { DataSource } from 'typeorm';
import { ConnectionFailure } from '../../../src/connection/connection-failure.js';
import {
  AuthenticationFailed,
  ConnectionLost,
  PoolSaturated,
  SchemaMismatch,
  UntrustedServer,
} from '../../../src/errors/translate.js';
import { PasswordUnavailable } from '../../../src/connection/secrets.js';
import { createDataSource, type ConnectionOptions } from '../../../src/data-source.js';
import { runMigrations } from '../../../src/operations/migrator/runner.js';
import type { Authority } from '../../support/certificates.js';
import type { OwnServer } from '../../support/own-server.js';
import type { DatabaseProxy } from '../../support/proxy.js';
import { LOGIN, PASSWORD } from './planted.js';
import type { Path } from './probe.js';

export interface Site {
  /** Without TLS; LOGIN may enter the database `postgres` with PASSWORD, and `template1` not at all. */
  readonly plain: OwnServer;
  /** Knows no LOGIN. */
  readonly other: OwnServer;
  /** A port on which nobody listens. */
  readonly nobody: number;
  readonly proxy: DatabaseProxy;
  /** What was made on the way, to be looked at and closed. */
  readonly made: DataSource[];
}

/** A server with a certificate of `ours`. */
export interface TlsSite extends Site {
  readonly ours: Authority;
  readonly foreign: Authority;
}

export const urlAt = (place: string, password = PASSWORD): string =>
  `postgres://${LOGIN}:${encodeURIComponent(password)}@${place}`;

const connecting = <S extends Site = Site>(
  name: string,
  expected: Path['expected'],
  url: (site: S) => string,
  options: Partial<ConnectionOptions> = {},
): Path<S> => ({ name, fail: (site) => open(site, { url: url(site), ...options }), expected });

async function open(site: Site, options: ConnectionOptions): Promise<DataSource> {
  const dataSource = createDataSource({ connectRetryMs: 0, ...options });
  site.made.push(dataSource);
  return dataSource.initialize();
}

const local = (port: number, rest = 'postgres'): string => `127.0.0.1:${port}/${rest}`;

export const CONNECTING: readonly Path<Site>[] = [
  connecting('a refused connection', ConnectionLost, ({ nobody }) => urlAt(local(nobody))),
  connecting('a refused connection, tried again', ConnectionLost, ({ nobody }) => urlAt(local(nobody)), {
    connectRetryMs: 300,
  }),
  connecting('an unknown host', ConnectionLost, () => urlAt('nowhere.invalid/postgres')),
  connecting('a socket that is not there', ConnectionFailure, () => urlAt('/postgres?host=/nowhere')),
  connecting('a wrong password', { sqlState: '28P01' }, ({ plain }) => urlAt(local(plain.port), `${PASSWORD}x`)),
  connecting('no password', AuthenticationFailed, ({ plain }) => `postgres://${LOGIN}@${local(plain.port)}`),
  connecting('an unknown user', { sqlState: '28P01' }, ({ plain }) =>
    urlAt(local(plain.port)).replace(LOGIN, `${LOGIN}x`),
  ),
  connecting('a wrong database', SchemaMismatch, ({ plain }) => urlAt(local(plain.port, 'nowhere'))),
  connecting('a rejection by pg_hba.conf', { sqlState: '28000' }, ({ plain }) => urlAt(local(plain.port, 'template1'))),
  connecting(
    'a password provider that fails',
    PasswordUnavailable,
    ({ plain }) => `postgres://${LOGIN}@${local(plain.port)}`,
    {
      password: () => Promise.reject(new Error(PASSWORD)),
    },
  ),
  connecting(
    'a password provider with a wrong one',
    AuthenticationFailed,
    ({ plain }) => `postgres://${LOGIN}@${local(plain.port)}`,
    {
      password: () => `${PASSWORD}x`,
    },
  ),
  connecting('TLS to a server without it', UntrustedServer, ({ plain }) =>
    urlAt(local(plain.port, 'postgres?sslmode=verify-full')),
  ),
  {
    name: 'a server that does not answer',
    fail: async (site) => {
      site.proxy.freeze();
      try {
        return await open(site, { url: site.proxy.url, connectTimeoutMs: 100 });
      } finally {
        site.proxy.thaw();
      }
    },
    expected: ConnectionLost,
  },
  {
    name: 'a pool with no connection left',
    fail: async (site) => {
      const dataSource = await open(site, { url: urlAt(local(site.plain.port)), poolSize: 1, connectTimeoutMs: 1500 });
      const runner = dataSource.createQueryRunner();
      try {
        await runner.connect();
        return (await dataSource.query('SELECT $1::text', [PASSWORD])) as unknown;
      } finally {
        await runner.release();
      }
    },
    expected: PoolSaturated,
  },
  {
    name: 'a connection that is cut in a statement',
    fail: async (site) => {
      const dataSource = await open(site, { url: site.proxy.url });
      const running = dataSource.query('SELECT pg_sleep(30), $1::text', [PASSWORD]);
      running.catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 100));
      await site.proxy.down();
      try {
        return (await running) as unknown;
      } finally {
        await site.proxy.up();
      }
    },
    expected: ConnectionLost,
  },
  {
    name: 'migrations with a wrong password',
    fail: ({ plain }) => runMigrations(createDataSource({ url: urlAt(local(plain.port), `${PASSWORD}x`) })),
    expected: ConnectionFailure,
  },
];

export const CERTIFICATES: readonly Path<TlsSite>[] = [
  connecting<TlsSite>('a certificate of another CA', UntrustedServer, ({ other, foreign }) =>
    urlAt(`localhost:${other.port}/postgres?sslmode=verify-full&sslrootcert=${foreign.ca}`),
  ),
  connecting<TlsSite>('a certificate for another host', UntrustedServer, ({ other, ours }) =>
    urlAt(local(other.port, `postgres?sslmode=verify-full&sslrootcert=${ours.ca}`)),
  ),
  connecting<TlsSite>('a wrong password over TLS', { sqlState: '28P01' }, ({ other, ours }) =>
    urlAt(`localhost:${other.port}/postgres?sslmode=verify-full&sslrootcert=${ours.ca}`),
  ),
];
