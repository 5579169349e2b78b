/** Stands in for the KPI services, the champion tracker and the learning cycle. */
import {
  Author,
  ChampionTier,
  CommunityChampion,
  INTERACTION_WEIGHTS,
  KPI_CATALOGUE,
  KpiMetric,
  KpiType,
  LearningEvent,
  Platform,
  SegmentedWeight,
  WeightAdjustmentLog,
  type SegmentType,
} from '@shared/db';
import type { DataSource } from 'typeorm';
import type { Weights } from './decision-engine.js';
import { writeAuditEntry } from './replies.js';

/** Stores the KPIs of a day, of each platform and of all together. A second call replaces the values of the first. */
export async function storeKpis(
  { manager }: DataSource,
  date: string,
  valueOf: (metric: string, platform: Platform | null) => number,
): Promise<void> {
  const types = new Map((await manager.find(KpiType)).map(({ id, name }) => [name, id]));
  const rows = (platform: Platform | null) =>
    KPI_CATALOGUE.filter(({ platforms }) => platform === null || (platforms?.includes(platform) ?? true)).map(
      ({ family, name }) => {
        const metricTypeId = types.get(family);
        if (metricTypeId === undefined) throw new Error(`There is no KPI type ${family}.`);
        return { date, platform, metricTypeId, metricName: name, value: valueOf(name, platform) };
      },
    );
  await manager.upsert(KpiMetric, Object.values(Platform).flatMap(rows), [
    'date',
    'platform',
    'metricTypeId',
    'metricName',
  ]);
  await manager.upsert(KpiMetric, rows(null), {
    conflictPaths: ['date', 'metricTypeId', 'metricName'],
    indexPredicate: '"platform" IS NULL',
  });
}

/** Counts an author's positive interactions. */
export function countPositiveInteractions({ interactionHistory }: Pick<Author, 'interactionHistory'>): number {
  return interactionHistory.filter(({ type }) => INTERACTION_WEIGHTS[type] > 0).length;
}

/** Stores a champion for each author with enough positive interactions. */
export async function trackChampions({ manager }: DataSource, fewest: number): Promise<void> {
  const authors = await manager
    .createQueryBuilder(Author, 'author')
    .where('jsonb_array_length(author.interactionHistory) >= :fewest', { fewest })
    .getMany();
  const tiers = await manager.find(ChampionTier, { where: { isActive: true }, order: { minEngagement: 'DESC' } });
  const champions = authors
    .map((author) => ({ author, engagementCount: countPositiveInteractions(author) }))
    .filter(({ engagementCount }) => engagementCount >= fewest)
    .map(({ author, engagementCount }) => {
      const tier = tiers.find(({ minEngagement }) => engagementCount >= minEngagement) ?? null;
      return manager.create(CommunityChampion, { author, tier, engagementCount });
    });
  await manager.save(champions);
}

export async function offerSample({ manager }: DataSource, authorId: string, dmSentAt: Date): Promise<void> {
  await manager.update(CommunityChampion, { authorId }, { dmSentAt, advocateStatus: 'CONTACTED' });
}

export async function acceptSample({ manager }: DataSource, authorId: string): Promise<void> {
  await manager.update(
    CommunityChampion,
    { authorId },
    { dmResponse: 'ACCEPTED', sampleSent: true, converted: true, advocateStatus: 'VIP' },
  );
}

/** Stores new weights of a segment, all four in one statement, with the log, the prediction and the audit entry. */
export async function adjustWeights(
  dataSource: DataSource,
  segment: { type: SegmentType; key: string; sampleSize: number },
  old: Weights,
  weights: Weights,
  date: Date,
): Promise<void> {
  const { sss: sssWeight, ars: arsWeight, evs: evsWeight, trs: trsWeight } = weights;
  const columns = { sssWeight, arsWeight, evsWeight, trsWeight, sampleSize: segment.sampleSize, performance: 0.042 };
  await dataSource.transaction(async (manager) => {
    await manager.upsert(SegmentedWeight, { segmentType: segment.type, segmentKey: segment.key, ...columns }, [
      'segmentType',
      'segmentKey',
    ]);
    const { id } = await manager.save(
      Object.assign(new WeightAdjustmentLog(), {
        ...({ date, action: 'ADJUSTED', reason: null, validSegments: 3, totalSegments: 4 } as const),
        sampleSizes: { sss: 61, ars: 58, evs: 50, trs: 12 },
        oldWeights: { ...old, segment: segment.key },
        newWeights: { ...weights, segment: segment.key },
        predictedImprovement: 0.15,
      }),
    );
    await manager.save(
      Object.assign(new LearningEvent(), {
        ...({ date, adjustmentType: 'WEIGHT', predictedImprovement: 0.15, baselinePerformance: 0.032 } as const),
        adjustment: { segment: segment.key, from: { ...old }, to: { ...weights } },
      }),
    );
    await writeAuditEntry(manager, 'weight_adjustment_log', id, 'adjust', 'weight_optimiser', { segment: segment.key });
  });
}

export async function logSkippedAdjustment({ manager }: DataSource, date: Date): Promise<void> {
  await manager.insert(WeightAdjustmentLog, {
    ...{ date, action: 'SKIPPED', reason: 'INSUFFICIENT_SAMPLE_SIZE', validSegments: 2, totalSegments: 4 },
    sampleSizes: { sss: 61, ars: 58, evs: 0, trs: 3 },
  });
}

/** Stores how accurate the predictions of adjustments were that are at least a week old. */
export async function evaluateAdjustments({ manager }: DataSource, evaluatedAt: Date): Promise<void> {
  const due = await manager
    .createQueryBuilder(LearningEvent, 'event')
    .where('event.evaluatedAt IS NULL AND event.date <= :before', {
      before: new Date(evaluatedAt.getTime() - 7 * 86_400_000),
    })
    .getMany();
  for (const { id, predictedImprovement } of due) {
    const actualImprovement = -0.07;
    const accuracy = 1 - Math.abs(actualImprovement - predictedImprovement);
    await manager.update(LearningEvent, id, { actualImprovement, accuracy, evaluatedAt });
  }
}
