import type { DataSource } from 'typeorm';
import { diff, type Difference } from '../../schema/diff.js';
import { expectedIn } from '../../schema/expected.js';
import { compareEntities, compareHistory, snapshotOf } from '../../schema/live.js';
import type { Snapshot } from '../../schema/snapshot.js';
import { withoutRoleAttributes, withRoles } from '../../roles/rights.js';
import { readRoles, roleDifferences } from '../../roles/role-differences.js';
import { rolesAreInUse } from '../../roles/state.js';
import { quietly } from './quiet.js';
import { found, type Report } from './report.js';

/**
 * The live database against the shipped snapshot, the list of migrations and TypeORM's own idea.
 *
 * @param dataSource that only reads
 */
export async function compareLive(dataSource: DataSource): Promise<Pick<Report, 'findings' | 'unseen'>> {
  // Loaded only here: no other command needs it, and it is large.
  const { SHIPPED_SNAPSHOT } = await import('../../schema/shipped-snapshot.js');
  const history = await compareHistory(dataSource);
  const catalog = { differences: await compareCatalog(dataSource, SHIPPED_SNAPSHOT) };
  const answers = [history, catalog, await quietly(() => compareEntities(dataSource))];
  return {
    findings: answers.flatMap((answer) => ('differences' in answer ? found('database', answer.differences) : [])),
    unseen: answers.flatMap((answer) => ('unseen' in answer ? [answer.unseen] : [])),
  };
}

/** Where `db:roles` was run, the rights that it gives belong to what should be. */
export async function compareCatalog(dataSource: DataSource, shipped: Snapshot): Promise<Difference[]> {
  const live = await snapshotOf(dataSource);
  const expected = expectedIn(shipped, live);
  const query = (sql: string): Promise<unknown> => dataSource.query(sql);
  if (!(await rolesAreInUse(query))) return diff(expected, live);
  return [
    ...roleDifferences(await readRoles(query)),
    ...mostOwnedBy(live),
    ...diff(withRoles(expected, live), withoutRoleAttributes(live)),
  ];
}

/** A single table of another owner is a difference by itself. */
function mostOwnedBy({ owner }: Snapshot): Difference[] {
  if (owner === 'owner') return [];
  const sentence = `most tables: owner is ${owner}, should be owner (db:roles)`;
  return [{ object: 'tables', fact: 'owner', is: owner, shouldBe: 'owner', sentence }];
}
