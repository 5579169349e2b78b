import type { DataSource } from 'typeorm';
import { ExperimentRepository } from '../../../../src/repositories/experiment.repository.js';
import { StateConflict } from '../../../../src/repositories/state-conflict.js';
import { readAudit } from '../stored-rows.js';
import type { Findings } from './findings.js';

/** Three operators start the same draft at once. One does. */
export async function startTogether(dataSource: DataSource, rounds: number): Promise<Findings> {
  const violations: string[] = [];
  const experiments = ExperimentRepository.of(dataSource);
  for (let round = 0; round < rounds; round += 1) {
    const { id } = await experiments.draft({ name: 'Tone', variantA: {}, variantB: {}, metric: 'ctr' }, 'operator_1');
    const ends = await Promise.allSettled(
      ['operator_1', 'operator_2', 'operator_3'].map((operator) => experiments.start(id, operator)),
    );
    const lost = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
    const isTold = lost.every((error) => error instanceof StateConflict && error.status === 'RUNNING');
    const audit = await readAudit(dataSource, id);
    if (lost.length !== 2 || !isTold || audit.length !== 2)
      violations.push(`round ${round}: ${lost.map(String).join()}`);
  }
  return { rounds, violations };
}
