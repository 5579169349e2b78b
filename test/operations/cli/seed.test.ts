import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, jest } from '@jest/globals';
import { REFERENCE_ENTITIES } from '../../../src/entities/index.js';
import type { SeededTable } from '../../../src/seeds/insert-missing.js';
import { runCli } from '../../support/cli.js';
import { contents, say } from '../../support/keepsake.js';
import { ask } from '../../support/migrator/query.js';
import { useDatabase } from '../../support/database.js';
import { PERMISSIVE_PRODUCTION } from '../../support/production.js';

jest.setTimeout(60_000);

const db = useDatabase();

const tablesOf = (stdout: string): SeededTable[] => (JSON.parse(stdout) as { tables: SeededTable[] }).tables;

const insertedBy = (stdout: string): number => tablesOf(stdout).reduce((sum, { inserted }) => sum + inserted, 0);

function assertRefused(result: { code: number | null; stdout: string; stderr: string }, line: RegExp): void {
  expect(result).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(/^error: [^\n]+\n$/) });
  expect(result.stderr).toMatch(line);
}

describe('seed:reference', () => {
  it('writes the reference tables, also in production, and prints how many rows; a second run changes nothing', async () => {
    const env = { DATABASE_URL: await db.create(), ...PERMISSIVE_PRODUCTION };
    const first = await runCli(['seed:reference', '--json'], { env });
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(tablesOf(first.stdout)).toHaveLength(REFERENCE_ENTITIES.length + 1);
    expect(tablesOf(first.stdout)).toContainEqual({ table: 'archetypes', inserted: 8, total: 8 });
    const second = await runCli(['seed:reference'], { env });
    expect(second.stdout).toMatch(/^table +inserted\narchetypes +0\n/);
    expect(second.stdout).toMatch(/Nothing to do: every row exists already\.\n$/);
  });

  it('is refused while migrations are pending', async () => {
    const env = { DATABASE_URL: await db.create({ bare: true }) };
    assertRefused(
      await runCli(['seed:reference'], { env }),
      /Migrations are pending \(\d+\): apply them first with npx shared-db migration:run\./,
    );
  });
});

describe('seed', () => {
  it('writes every table; a second run with the name of the database changes nothing', async () => {
    const url = await db.create();
    const env = { DATABASE_URL: url };
    const first = await runCli(['seed', '--json'], { env });
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(new Set(tablesOf(first.stdout).map(({ table }) => table)).size).toBe(21);
    expect(tablesOf(first.stdout)).toHaveLength(21);
    const second = await runCli(['seed', '--json', '--database', new URL(url).pathname.slice(1)], { env });
    expect(insertedBy(first.stdout)).toBeGreaterThan(100);
    expect(insertedBy(second.stdout)).toBe(0);
  });

  it('is refused in production', async () => {
    const env = { DATABASE_URL: db.url, ...PERMISSIVE_PRODUCTION };
    assertRefused(await runCli(['seed'], { env }), /NODE_ENV is production/);
  });

  it('is refused if --database names another database', async () => {
    const env = { DATABASE_URL: db.url };
    assertRefused(await runCli(['seed', '--database', 'another'], { env }), /not to "another"/);
  });
});

describe('typeorm-extension seed:run -d ormconfig.ts', () => {
  /** As in the repository: `node --import @swc-node/register/esm-register node_modules/.bin/typeorm-extension …`. */
  async function seedRun(env: Record<string, string>, ...args: string[]): Promise<{ code: unknown; printed: string }> {
    const loader = ['--import', '@swc-node/register/esm-register'];
    const command = ['node_modules/.bin/typeorm-extension', 'seed:run', '-d', 'ormconfig.ts', ...args];
    const child = spawn(process.execPath, [...loader, ...command], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (printed += String(chunk)));
    const [code] = (await once(child, 'close')) as unknown[];
    return { code, printed };
  }

  it('writes reference rows and sample data, and a second run changes nothing', async () => {
    const url = await db.create();
    const env = { DATABASE_URL: url, SHARED_DB_CONFIRM_DATABASE: new URL(url).pathname.slice(1) };
    expect(await seedRun(env)).toMatchObject({ code: 0 });
    expect(await ask(url, 'SELECT count(*)::int AS authors FROM authors')).toEqual([{ authors: 15 }]);
    const before = await contents(url);
    expect(await seedRun(env)).toMatchObject({ code: 0 });
    expect(await contents(url)).toBe(before);
    const { stdout } = await runCli(['seed', '--json', '--database', new URL(url).pathname.slice(1)], { env });
    expect(insertedBy(stdout)).toBe(0);
  });

  it('refuses sample data in production, where --name ReferenceSeeder writes the reference rows', async () => {
    const url = await db.create();
    const env = { DATABASE_URL: url, ...PERMISSIVE_PRODUCTION };
    expect(await seedRun(env, '--name', 'ReferenceSeeder')).toMatchObject({ code: 0 });
    expect(await ask(url, 'SELECT count(*)::int AS rows FROM archetypes')).toEqual([{ rows: 8 }]);
    const before = await contents(url);
    const refused = await seedRun(env, '--name', 'SampleSeeder');
    expect(refused).toMatchObject({ code: 2, printed: expect.stringContaining('NODE_ENV is production') });
    expect(await contents(url)).toBe(before);
  });

  it('refuses sample data beside foreign rows, and where the database says staging and is not named', async () => {
    const url = await db.create();
    await say(url, 'staging');
    const unnamed = await seedRun({ DATABASE_URL: url }, '--name', 'SampleSeeder');
    expect(unnamed).toMatchObject({ code: 2, printed: expect.stringContaining('SHARED_DB_CONFIRM_DATABASE') });
    await ask(url, `INSERT INTO authors (platform, platform_id, handle) VALUES ('TWITTER', '1', 'someone')`);
    const env = { DATABASE_URL: url, SHARED_DB_CONFIRM_DATABASE: new URL(url).pathname.slice(1) };
    const foreign = await seedRun(env, '--name', 'SampleSeeder');
    expect(foreign).toMatchObject({
      code: 2,
      printed: expect.stringContaining('rows that are not samples: authors (1)'),
    });
  });
});
