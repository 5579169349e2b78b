import type { DataSource } from 'typeorm';
import type { MigrationClass } from '../../src/migrations/migration.js';
import { diff } from '../../src/operations/catalog/diff.js';
import type { Snapshot } from '../../src/operations/catalog/snapshot.js';
import type { Contents, Site } from './site.js';

type Migrations = readonly MigrationClass[];

/**
 * Takes an empty database up through all migrations. Each goes up over the rows written before it, down over rows in its own
 * tables too, and up again. Says what is not as it should be: down brings back the catalog, and no step changes a row of a
 * table or column that outlives it.
 *
 * A migration that must rewrite rows of others is to be excepted here, with its reason; none does.
 */
export async function wayUp(
  site: Site,
  migrations: Migrations,
  fill: (dataSource: DataSource) => Promise<void>,
): Promise<string[]> {
  const issues: string[] = [];
  let earlier = await site.catalog();
  for (const migration of migrations) {
    const rows = await site.contents();
    await site.up(migration);
    issues.push(...changedRows(`${migration.name}: up`, rows, await site.contents()));
    await fill(site.dataSource);
    const catalog = await site.catalog();
    issues.push(...(await downAndUp(site, migration, catalog, earlier)));
    await fill(site.dataSource);
    earlier = catalog;
  }
  return issues;
}

/** The same from the newest schema, whatever rows it holds, down to the empty one, or to what cannot be taken back. */
export async function wayDown(site: Site, migrations: Migrations): Promise<string[]> {
  const issues: string[] = [];
  for (const migration of migrations.toReversed()) {
    issues.push(...(await downAndUp(site, migration, await site.catalog())));
    if (!new migration().reversible) break;
    await site.down(migration);
  }
  return issues;
}

/** Installs the first of the migrations, writes rows, installs the others: the catalog after it, and what was done to the rows. */
export async function upgrade(
  site: Site,
  installed: Migrations,
  others: Migrations,
  fill: (dataSource: DataSource) => Promise<void>,
): Promise<{ catalog: Snapshot; issues: string[] }> {
  for (const migration of installed) await site.up(migration);
  await fill(site.dataSource);
  const before = await site.contents();
  for (const migration of others) await site.up(migration);
  const name = `upgrade from ${installed.at(-1)?.name ?? 'nothing'}`;
  return { catalog: await site.catalog(), issues: changedRows(name, before, await site.contents()) };
}

/** What is different between two catalogs, in words. */
export function changedCatalog(step: string, before: Snapshot, after: Snapshot): string[] {
  return diff(before, after).map(({ message }) => `${step}: ${message}`);
}

/** One migration, applied last: down, and up again. The catalog with it, and the one before it where that is known. */
async function downAndUp(
  site: Site,
  migration: MigrationClass,
  catalog: Snapshot,
  earlier?: Snapshot,
): Promise<string[]> {
  if (!new migration().reversible) return refusedDown(site, migration, catalog);
  const full = await site.contents();
  await site.down(migration);
  const reverted = await site.contents();
  const issues = [
    ...(earlier ? changedCatalog(`${migration.name}: down`, earlier, await site.catalog()) : []),
    ...changedRows(`${migration.name}: down`, full, reverted),
  ];
  await site.up(migration);
  return [
    ...issues,
    ...changedCatalog(`${migration.name}: up again`, catalog, await site.catalog()),
    ...changedRows(`${migration.name}: up again`, reverted, await site.contents()),
  ];
}

/** An irreversible migration refuses with its reason, and has done nothing by then. */
async function refusedDown(site: Site, migration: MigrationClass, catalog: Snapshot): Promise<string[]> {
  const { irreversibleBecause: reason = '' } = new migration() as { irreversibleBecause?: string };
  const contents = await site.contents();
  const answer = await site.down(migration).then(
    () => 'accepted',
    (error: unknown) => (error instanceof Error ? error.message : 'refused without an error'),
  );
  return [
    ...(reason.trim() === '' ? [`${migration.name}: gives no reason why it is irreversible`] : []),
    ...(answer.includes(reason) ? [] : [`${migration.name}: is irreversible, but its down was ${answer}`]),
    ...changedCatalog(`${migration.name}: refused down`, catalog, await site.catalog()),
    ...changedRows(`${migration.name}: refused down`, contents, await site.contents()),
  ];
}

function changedRows(step: string, before: Contents, after: Contents): string[] {
  return Object.keys(before)
    .filter((key) => key in after && after[key] !== before[key])
    .map((key) => `${step}: changes the rows of ${key}`);
}
