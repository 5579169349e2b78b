import type { DataSource } from 'typeorm';
import { diff } from '../../schema/diff.js';
import { compareEntities, compareHistory, snapshotOf } from '../../schema/live.js';
import { quietly } from './quiet.js';
import { found, type Report } from './report.js';

/**
 * A DataSource, not yet connected, on whose connections PostgreSQL refuses every write. Said when they are made, not by SET: behind a
 * pooler the next one to use the connection would inherit that.
 */
export function readOnly(dataSource: DataSource): DataSource {
  const extra = dataSource.options.extra as { options?: string } | undefined;
  const options = `${extra?.options ?? ''} -c default_transaction_read_only=on`.trim();
  return dataSource.setOptions({ extra: { ...extra, options } });
}

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
