import * as inputs from '../../../src/validation/inputs.js';
import { CONTENT, ID, type Row } from '../../support/rows.js';

/** For each input class the smallest data that it accepts. */
export const VALID_INPUTS: ReadonlyMap<new () => object, Readonly<Row>> = new Map<new () => object, Row>([
  [inputs.AuditEntryInput, { entityType: 'reply', entityId: ID, action: 'approve', actor: 'system' }],
  [inputs.AuthorInput, { platform: 'TWITTER', platformId: '1', handle: 'ann' }],
  [
    inputs.CompetitiveMentionInput,
    { postId: ID, competitorId: ID, sentiment: 'NEGATIVE', satisfaction: 'UNSATISFIED', opportunityScore: 0.9 },
  ],
  [
    inputs.DecisionInput,
    { postId: ID, sssScore: 0.9, arsScore: 0.5, evsScore: 7, trsScore: 0.8, compositeScore: 0.7, mode: 'HELPFUL' },
  ],
  [inputs.EscalationInput, { replyId: ID }],
  [inputs.ExperimentInput, { name: 'Tone', variantA: {}, variantB: {}, metric: 'ctr' }],
  [inputs.InteractionInput, { authorId: ID, type: 'like', timestamp: '2026-01-02T03:04:05.000Z' }],
  [inputs.KpiMetricInput, { date: '2026-01-31', metricTypeId: ID, metricName: 'ctr', value: 0.02 }],
  [
    inputs.PostContentInput,
    { content: 'my head', platform: 'TWITTER', platformPostId: 'p-1', authorHandle: 'ann_b', keywordMatches: ['head'] },
  ],
  [inputs.ReplyContentInput, { content: CONTENT, utmCode: 'reply_1-a' }],
]);
