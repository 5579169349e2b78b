import type { DataSource } from 'typeorm';
import type { MigrationClass } from '../../src/migrations/migration.js';
import { diff } from '../../src/operations/catalog/diff.js';
import type { Snapshot } from '../../src/operations/catalog/snapshot.js';
import type { Contents, Site } from './site.js';

type Migrations = readonly MigrationClass[];

/**
 * Applies all migrations to an empty database. Each runs up over the rows written before it, down over rows in its own tables too,
 * and up again. Returns the issues: down() must restore the catalog, and no step may change a row of a table or column that exists
 * before and after it.
 *
 * If a migration must rewrite such rows, list it here as an exception with a reason. There is none yet.
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

/** Does the same from the newest schema with any rows down to the empty one, or to an irreversible migration. */
export async function wayDown(site: Site, migrations: Migrations): Promise<string[]> {
  const issues: string[] = [];
  for (const migration of migrations.toReversed()) {
    issues.push(...(await downAndUp(site, migration, await site.catalog())));
    if (!new migration().reversible) break;
    await site.down(migration);
  }
  return issues;
}

/** Applies the first migrations, writes rows, applies the others. Returns the catalog, and the changes of the rows. */
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

/** Describes the differences between two catalogs. */
export function changedCatalog(step: string, before: Snapshot, after: Snapshot): string[] {
  return diff(before, after).map(({ message }) => `${step}: ${message}`);
}

/** Reverts and reapplies the newest migration. Compares the catalogs with it and, if known, before it. */
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

/** Checks that an irreversible migration throws its reason and changes nothing before. */
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
