import type { DataSource } from 'typeorm';
import { LearningEventRepository } from '../../../../src/repositories/learning.repository.js';
import { SegmentedWeightRepository } from '../../../../src/repositories/segmented-weight.repository.js';
import { StateConflict } from '../../../../src/repositories/state-conflict.js';
import { type Findings, settle } from './findings.js';

/** Four learning cycles set the weights of one new segment at once. The old weights of each log row are the new ones of another. */
export async function adjustTogether(dataSource: DataSource, rounds: number): Promise<Findings> {
  const violations: string[] = [];
  const weights = SegmentedWeightRepository.of(dataSource);
  for (let round = 0; round < rounds; round += 1) {
    await dataSource.query('DELETE FROM segmented_weights');
    await dataSource.query('DELETE FROM weight_adjustment_logs');
    const calls = [0.1, 0.2, 0.3, 0.5].map((sss) =>
      weights.set(
        {
          ...{ segmentType: 'PLATFORM', segmentKey: 'REDDIT', sampleSize: 60 },
          weights: { sss, ars: 0.9 - sss, evs: 0.06, trs: 0.04 },
        },
        'system',
      ),
    );
    violations.push(...(await settle(calls)));
    const logged = await dataSource.query<{ old: number; new: number }[]>(
      `SELECT (old_weights ->> 'sss')::float8 AS old, (new_weights ->> 'sss')::float8 AS new FROM weight_adjustment_logs`,
    );
    // The default 0.4, then each new weight but the last.
    const stored = (await weights.findOneByOrFail({ segmentKey: 'REDDIT' })).sssWeight;
    const expected = [0.4, 0.1, 0.2, 0.3, 0.5].filter((sss) => sss !== stored);
    const old = logged.map((row) => row.old);
    if (logged.length !== 4 || old.sort().join() !== expected.sort().join()) {
      violations.push(`round ${round}: ${JSON.stringify(logged)}`);
    }
  }
  return { rounds, violations };
}

/** Two learning cycles add the effect of one adjustment at once. One does. */
export async function evaluateTogether(dataSource: DataSource, rounds: number): Promise<Findings> {
  const violations: string[] = [];
  const events = LearningEventRepository.of(dataSource);
  for (let round = 0; round < rounds; round += 1) {
    const { id } = await events.record({
      ...{ adjustmentType: 'KEYWORD', adjustment: {}, predictedImprovement: 0.1, baselinePerformance: 0.03 },
    });
    const ends = await Promise.allSettled([events.evaluate(id, 0.1), events.evaluate(id, 0.2)]);
    const lost = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
    if (lost.length !== 1 || !(lost[0] instanceof StateConflict))
      violations.push(`round ${round}: ${lost.map(String).join()}`);
  }
  return { rounds, violations };
}
