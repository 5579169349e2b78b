import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';
import type { OldRule } from '../../generator/old-rules.js';
import { insertMissing } from '../../seeds/insert-missing.js';
import { loadReferenceIds } from '../../seeds/sample/reference-ids.js';
import { referenceRows } from '../../seeds/reference/reference-rows.js';

/** How many rows of the seeds a scratch database took. */
export interface SampleRows {
  readonly written: number;
  /** Rows that the entities, or the rules before the migration, do not allow. */
  readonly skipped: number;
}

/**
 * Writes the seeds to a database that has the new schema. Rows that only the new schema allows are left out, so that the way back
 * meets what it must be able to keep.
 */
export async function writeSampleRows(dataSource: DataSource, rules: readonly OldRule[]): Promise<SampleRows> {
  const held = await hold(dataSource, rules);
  const count = { written: 0, skipped: 0 };
  for (const { entity, rows } of referenceRows()) await write(dataSource, entity, rows, count);
  for (const { entity, rows } of await sampleTables(dataSource)) await write(dataSource, entity, rows, count);
  for (const [table, name] of held) await dataSource.query(`ALTER TABLE ${table} DROP CONSTRAINT ${name}`);
  return count;
}

/** None where their package is missing, or the factories do not fit the entities any more. */
async function sampleTables(
  dataSource: DataSource,
): Promise<readonly { entity: EntityTarget<ObjectLiteral>; rows: readonly ObjectLiteral[] }[]> {
  try {
    const { sampleRows } = await import('../../seeds/sample/sample-rows.js');
    return sampleRows(new Date(), await loadReferenceIds(dataSource.manager));
  } catch {
    return [];
  }
}

async function write(
  { manager }: DataSource,
  entity: EntityTarget<ObjectLiteral>,
  rows: readonly ObjectLiteral[],
  count: { written: number; skipped: number },
): Promise<void> {
  try {
    count.written += (await insertMissing(manager, entity, rows)).inserted;
  } catch {
    // One by one: those that fit are worth having.
    for (const row of rows) {
      try {
        count.written += (await insertMissing(manager, entity, [row])).inserted;
      } catch {
        count.skipped += 1;
      }
    }
  }
}

/** Table and name of each rule that could be added: one about a column that is gone cannot, and need not. */
async function hold(dataSource: DataSource, rules: readonly OldRule[]): Promise<[string, string][]> {
  const held: [string, string][] = [];
  for (const [place, { table, definition }] of rules.entries()) {
    const name = `"old_rule_${place}"`;
    const added = await dataSource
      .query(`ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition}`)
      .then(() => true)
      .catch(() => false);
    if (added) held.push([table, name]);
  }
  return held;
}
