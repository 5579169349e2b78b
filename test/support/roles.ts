import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/data-source.js';
import { runMigrations } from '../../src/operations/migrator/runner.js';
import { LOGIN_ROLES, type RoleName } from '../../src/operations/roles/roles.js';
import { createScramVerifier } from '../../src/operations/roles/passwords.js';
import { setUpRoles } from '../../src/operations/roles/set-up.js';
import type { OwnServer } from './own-server.js';
import { ROLE_MATRIX } from '../../src/schema/role-matrix.js';

export const DATABASE = 'antone';

/** As somebody would choose them who wants to break a program. */
export const PASSWORDS: Readonly<Record<Exclude<RoleName, 'owner'>, string>> = {
  migrator: 'correct horse battery staple',
  app: `Größe-ключ-密碼-🍋 '"\\$\${x} md5`,
  reader: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~ 09AZaz',
  retention: 'SCRAM-SHA-256$4096:AAAA$BBBB:CCCC',
};

/** A connection string of one of the roles. */
export function urlOf(server: OwnServer, role: Exclude<RoleName, 'owner'>, database = DATABASE): string {
  return server.url(database, role, PASSWORDS[role]);
}

export async function verifiers(): Promise<Map<RoleName, string>> {
  const pairs = LOGIN_ROLES.map(async (role) => [role, await createScramVerifier(PASSWORDS[role as never])] as const);
  return new Map(await Promise.all(pairs));
}

/** Runs with a connected DataSource and closes it. */
export async function withSource<T>(url: string, work: (dataSource: DataSource) => Promise<T>): Promise<T> {
  const dataSource = await createDataSource({ url, poolSize: 2 }).initialize();
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

/** A database with roles, tables and passwords, as a deployment makes it. */
export async function prepare(server: OwnServer): Promise<void> {
  await server.run(`CREATE DATABASE ${DATABASE}`);
  await withSource(server.url(DATABASE), async (dataSource) => {
    await runMigrations(dataSource);
    await setUpRoles(dataSource, ROLE_MATRIX, { verifiers: await verifiers() });
  });
}

/** The settings of a postgresql.conf that a server on this machine can have: it has no certificate, and its own addresses. */
export function settingsOf(conf: string): Record<string, string> {
  const lines = [...conf.matchAll(/^(\w+) = (?:'(.*)'|(.*))$/gm)].map(
    ([, name = '', quoted, plain = '']) => [name, quoted ?? plain] as const,
  );
  return Object.fromEntries(lines.filter(([name]) => !/^(ssl|listen_addresses)/.test(name)));
}

/** A pg_hba.conf with other addresses, and a line for the tests themselves. */
export function hba(lines: string, addresses: Readonly<Record<string, string>>): string {
  const ours = 'host all antone 127.0.0.1/32 scram-sha-256\n';
  return ours + Object.entries(addresses).reduce((text, [from, to]) => text.replaceAll(from, to), lines);
}
