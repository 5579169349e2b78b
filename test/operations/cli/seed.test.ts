import { describe, expect, it, jest } from '@jest/globals';
import { REFERENCE_ENTITIES } from '../../../src/entities/index.js';
import type { SeededTable } from '../../../src/seeds/insert-missing.js';
import { runCli } from '../../support/cli.js';
import { useDatabase } from '../../support/database.js';
import { PERMISSIVE_PRODUCTION } from '../../support/production.js';

jest.setTimeout(30_000);

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
