import type { DataSource } from 'typeorm';
import { diff } from '../../schema/diff.js';
import { compareEntities, compareHistory, snapshotOf } from '../../schema/live.js';
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
  const catalog = { differences: diff(SHIPPED_SNAPSHOT, await snapshotOf(dataSource)) };
  const answers = [history, catalog, await quietly(() => compareEntities(dataSource))];
  return {
    findings: answers.flatMap((answer) => ('differences' in answer ? found('database', answer.differences) : [])),
    unseen: answers.flatMap((answer) => ('unseen' in answer ? [answer.unseen] : [])),
  };
}
