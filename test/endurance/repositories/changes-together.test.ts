import { afterEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { CompetitorRepository } from '../../../src/repositories/competitor.repository.js';
import { KpiTypeRepository } from '../../../src/repositories/reference.repository.js';
import { engageTogether, offerTogether } from '../../integration/repositories/scenarios/champions.js';
import { mentionTogether } from '../../integration/repositories/scenarios/competitors.js';
import { closeTogether, openTogether, takeTogether } from '../../integration/repositories/scenarios/escalations.js';
import { startTogether } from '../../integration/repositories/scenarios/experiments.js';
import type { Findings } from '../../integration/repositories/scenarios/findings.js';
import { upsertTogether } from '../../integration/repositories/scenarios/kpi-metrics.js';
import { adjustTogether, evaluateTogether } from '../../integration/repositories/scenarios/learning.js';
import { decideTogether, measureTogether, postTogether } from '../../integration/repositories/scenarios/replies.js';
import { useDatabase } from '../../support/database.js';
import { report, rounds } from '../rounds.js';

const db = useDatabase();
const ROUNDS = rounds(1_000);

const SCENARIOS: Readonly<Record<string, (dataSource: DataSource) => Promise<Findings>>> = {
  'two operators decide about a reply, a third edits it': (dataSource) => decideTogether(dataSource, ROUNDS),
  'four posters share the posting queue': (dataSource) => postTogether(dataSource, ROUNDS),
  'four collectors measure one reply': (dataSource) => measureTogether(dataSource, ROUNDS),
  'sixteen calls open the same escalation': (dataSource) => openTogether(dataSource, ROUNDS),
  'two operators take an escalation': (dataSource) => takeTogether(dataSource, ROUNDS),
  'two operators close an escalation': (dataSource) => closeTogether(dataSource, ROUNDS),
  'four services upsert the same KPI values in different orders': async (dataSource) => {
    const type = { name: 'COMMERCIAL', description: 'Money.', aggregationType: 'AVG' } as const;
    const { id } = await KpiTypeRepository.of(dataSource).add(type, 'system');
    return upsertTogether(dataSource, id, ROUNDS);
  },
  'twelve offers to champions': (dataSource) => offerTogether(dataSource, ROUNDS),
  'three jobs store engagements in different orders': (dataSource) => engageTogether(dataSource, ROUNDS),
  'four workers detect the same mention': async (dataSource) => {
    const competitor = { name: 'Salty Drops', brandKeywords: ['salty'] };
    const { id } = await CompetitorRepository.of(dataSource).save(competitor);
    return mentionTogether(dataSource, id, ROUNDS);
  },
  'three operators start a draft': (dataSource) => startTogether(dataSource, ROUNDS),
  'four learning cycles set the weights of a new segment': (dataSource) => adjustTogether(dataSource, ROUNDS),
  'two learning cycles evaluate an adjustment': (dataSource) => evaluateTogether(dataSource, ROUNDS),
};

describe('repositories keep their promises under concurrency', () => {
  afterEach(async () => {
    // What one scenario left waiting is no work for the next.
    await db.dataSource.query('DELETE FROM escalations');
    await db.dataSource.query('DELETE FROM replies');
  });

  it.each(Object.entries(SCENARIOS))(
    'when %s',
    async (name, run) => {
      const start = performance.now();
      const { violations } = await run(db.dataSource);
      report(`${name}: ${ROUNDS} rounds, ${violations.length} violations, ${Math.round(performance.now() - start)} ms`);
      expect(violations).toEqual([]);
    },
    600_000,
  );
});
