import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { writeMigrationBetween, type GeneratedMigration } from '../../../src/cli/generate.js';
import { createDataSource } from '../../../src/data-source.js';
import { revertMigration, runMigrations } from '../../../src/operations/migrator/runner.js';
import type { MigrationClass } from '../../../src/migrations/migration.js';
import { diff } from '../../../src/operations/catalog/diff.js';
import { readSchemaSnapshot } from '../../../src/operations/catalog/compare.js';
import { withoutMigrationOnly } from '../../../src/operations/catalog/compare.js';
import { MIGRATION_ONLY } from '../../../src/schema/migration-only.js';
import type { Snapshot } from '../../../src/operations/catalog/snapshot.js';
import { fill } from '../../migrations/fill.js';
import { useDatabase } from '../../support/database.js';
import { KINDS, REFUSED, type Kind } from './kinds.js';
import { catalogWith, compiled, lintFindings, statementsOf, withDataSource } from './support.js';
import { TRIGGER_KINDS, TRIGGER_REFUSED } from './trigger-kinds.js';

jest.setTimeout(120_000);

const NAME = 'Generated9999999999999';

describe('a generated migration', () => {
  const db = useDatabase();
  const tried: string[] = [];
  let entities: string;
  let version: string;

  beforeAll(async () => {
    entities = await db.create({ bare: true });
    await withDataSource(entities, (dataSource) => dataSource.synchronize());
    const [row] = await db.dataSource.query<{ server_version: string }[]>('SHOW server_version');
    version = row?.server_version ?? '';
  });

  afterAll(() => {
    process.stdout.write(`generated, run, reverted and run again: ${tried.length} kinds on PostgreSQL ${version}\n`);
  });

  it.each([...KINDS, ...TRIGGER_KINDS])('of $kind runs over rows, and is reverted or says why not', async (kind) => {
    const wanted = await catalogWith(entities, kind.entities);
    const generated = await generate(await db.create(), wanted, kind);
    expectStatements(generated.source, await statementsOf(compiled(generated.source), 'up'), kind);
    await expectDown(compiled(generated.source), kind);
    expect(generated.losses).toEqual((kind.loses ?? []).map((text) => expect.stringContaining(text)));
    expect(generated.stale).toEqual((kind.stale ?? []).map((text) => expect.stringContaining(text)));
    expect(generated.rows.written).toBeGreaterThan(100);
    const Class = compiled(generated.source);
    expect(await lintFindings(Class, db.url)).toEqual(kind.lint ?? []);
    await expectRoundTrip(await db.create(), Class, wanted, kind);
    tried.push(kind.kind);
  });

  it.each([...REFUSED, ...TRIGGER_REFUSED])('is refused for $kind, with the reason', async (refused) => {
    const wanted = await catalogWith(entities, refused.entities);
    await expect(generate(await db.create(), wanted, refused)).rejects.toThrow(refused.says);
  });

  it('is not written when entities and migrations agree', async () => {
    const wanted = await catalogWith(entities, 'SELECT 1');
    await withDataSource(await db.create(), async (migrated) => {
      const options = { className: NAME, renames: [] };
      expect(
        await writeMigrationBetween(migrated, await readSchemaSnapshot(migrated), wanted, options),
      ).toBeUndefined();
    });
  });
});

async function generate(
  url: string,
  wanted: Snapshot,
  { renames = [] }: Pick<Kind, 'renames'>,
): Promise<GeneratedMigration> {
  return withDataSource(url, async (migrated) => {
    const options = { className: NAME, renames };
    const migration = await writeMigrationBetween(migrated, await readSchemaSnapshot(migrated), wanted, options);
    if (migration === undefined) throw new Error('Nothing differs.');
    return migration;
  });
}

function expectStatements(source: string, statements: readonly string[], { up, has = [], hasNot = [] }: Kind): void {
  if (up) expect(statements).toEqual(up);
  for (const text of has) expect(statements.join('\n')).toContain(text);
  for (const text of [...hasNot, 'public']) expect(source).not.toContain(text);
}

/** `down` writes no comment on an object that it drops, and none that `up` did not change. */
async function expectDown(Class: MigrationClass, { down, irreversible }: Kind): Promise<void> {
  if (irreversible !== undefined) return;
  const [up, statements] = [await statementsOf(Class, 'up'), await statementsOf(Class, 'down')];
  if (down) expect(statements).toEqual(down);
  const comments = statements.join('\n').matchAll(/COMMENT ON \w+ ("\w+")(?:\.("\w+"))?/g);
  for (const [comment, table = '', column = table] of comments) {
    const drop = new RegExp(`DROP (COLUMN ${column}|TABLE ${table}|TYPE ${table})`);
    expect(up.join('\n')).toMatch(new RegExp(`${comment}|${drop.source}`));
    expect(statements.join('\n')).not.toMatch(drop);
  }
}

/** Runs the migration over rows that are older than it, with the runner, as a deployment does. */
async function expectRoundTrip(
  url: string,
  Class: MigrationClass,
  wanted: Snapshot,
  { irreversible, rows }: Kind,
): Promise<void> {
  await withDataSource(url, async (dataSource) => {
    await fill(dataSource);
    if (rows !== undefined) await dataSource.query(rows);
    const before = await readSchemaSnapshot(dataSource);
    const source = createDataSource({ url, purpose: 'migrate' });
    source.setOptions({ migrations: [...(source.options.migrations as MigrationClass[]), Class] });
    await runMigrations(source);
    const after = await readSchemaSnapshot(dataSource);
    expect(sentences(withoutMigrationOnly(diff(wanted, after), MIGRATION_ONLY))).toEqual([]);
    if (irreversible !== undefined) {
      expect(new Class()).toMatchObject({
        reversible: false,
        irreversibleBecause: expect.stringMatching(irreversible),
      });
      await expect(revertMigration(source)).rejects.toThrow(/cannot be reverted: the values of/);
      return;
    }
    expect(new Class().reversible).toBe(true);
    await revertMigration(source);
    expect(sentences(diff(before, await readSchemaSnapshot(dataSource)))).toEqual([]);
    await runMigrations(source);
    expect(sentences(diff(after, await readSchemaSnapshot(dataSource)))).toEqual([]);
  });
}

function sentences(differences: readonly { readonly message: string }[]): string[] {
  return differences.map(({ message }) => message);
}
