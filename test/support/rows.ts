import type { EntityClass } from '../../src/columns/registry.js';
import * as entities from '../../src/entities/index.js';

export type Row = Record<string, unknown>;

export const ID = '6f8f1e6e-9d0c-4a7e-8f43-2b0f3c9f6a11';
export const OTHER_ID = 'b1d1f0aa-3c55-4b0e-9d57-0d6a2f1c7e22';
export const CONTENT = 'Plenty of water helps. —Antone (Vita)';

const named = { name: 'SOME_NAME', description: 'What belongs to it.' };
const weights = { sss: 0.4, ars: 0.25, evs: 0.2, trs: 0.15 };

/** For each entity the smallest row that keeps every rule. Foreign keys point to ID, which need not exist. */
export const SMALLEST_ROWS: ReadonlyMap<EntityClass, Readonly<Row>> = new Map<EntityClass, Row>([
  [entities.Archetype, named],
  [entities.PowerTier, { ...named, followerThreshold: 5000 }],
  [entities.CompetitorCategory, named],
  [entities.KpiType, named],
  [entities.EscalationReason, named],
  [entities.ChampionTier, { ...named, minEngagement: 3 }],
  [entities.Author, { platform: 'TWITTER', platformId: '1', handle: 'ann' }],
  [
    entities.Post,
    { platform: 'TWITTER', platformPostId: '1', authorId: ID, content: 'my head', detectedAt: new Date('2026-01-02') },
  ],
  [entities.Experiment, { name: 'Tone', variantA: {}, variantB: {}, metric: 'ctr' }],
  [
    entities.Decision,
    { postId: ID, sssScore: 0.9, arsScore: 0.5, evsScore: 7, trsScore: 0.8, compositeScore: 0.7, mode: 'HELPFUL' },
  ],
  [entities.Reply, { decisionId: ID, content: CONTENT, platform: 'TWITTER' }],
  [entities.Competitor, { name: 'Other', brandKeywords: ['other'] }],
  [
    entities.CompetitiveMention,
    { postId: ID, competitorId: ID, sentiment: 'NEGATIVE', satisfaction: 'UNSATISFIED', opportunityScore: 0.9 },
  ],
  [entities.CommunityChampion, { authorId: ID }],
  [entities.KpiMetric, { date: '2026-01-31', metricTypeId: ID, metricName: 'ctr', value: 0.02 }],
  [entities.Escalation, { replyId: ID }],
  [entities.AuditLog, { entityType: 'reply', entityId: ID, action: 'approve', actor: 'system' }],
  [entities.WeightAdjustmentLog, { action: 'ADJUSTED', oldWeights: weights, newWeights: weights }],
  [
    entities.LearningEvent,
    { adjustmentType: 'WEIGHT', adjustment: {}, predictedImprovement: 0.15, baselinePerformance: 0.032 },
  ],
  [
    entities.RandomizedExperiment,
    { decisionId: ID, predictedMode: 'HELPFUL', actualMode: 'HYBRID', predictedOutcome: 0.04 },
  ],
  [entities.SegmentedWeight, { segmentType: 'GLOBAL', segmentKey: 'GLOBAL' }],
]);

/** The smallest row of an entity, changed. A property set to undefined is left out. */
export function rowOf(entity: EntityClass, changes: Row = {}): Row {
  return { ...SMALLEST_ROWS.get(entity), ...changes };
}
