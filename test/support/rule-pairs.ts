import type { EntityClass } from '../../src/columns/registry.js';
import {
  Author,
  CommunityChampion,
  Decision,
  Escalation,
  Experiment,
  LearningEvent,
  Post,
  Reply,
  SegmentedWeight,
  WeightAdjustmentLog,
} from '../../src/entities/index.js';
import { CONTENT, ID, type Row } from './rows.js';

const early = new Date('2026-01-01T00:00:00Z');
const later = new Date('2026-01-02T00:00:00Z');
const approved = { approvalStatus: 'APPROVED', approvedBy: 'ann', approvedAt: early };
const posted = { ...approved, postedAt: later, platformPostId: 'p1' };
const closed = { status: 'RESOLVED', resolvedAt: later, resolvedBy: 'ann' };
const measured = { actualImprovement: 0.1, accuracy: 0.95, evaluatedAt: later };

/** One rule over several columns: rows that it refuses, and the most similar rows that it accepts. */
export interface RulePair {
  entity: EntityClass;
  rule: string;
  refuses: Row[];
  accepts: Row[];
}

/** Of every rule over several columns, as changes of the smallest row. */
export const RULE_PAIRS: readonly RulePair[] = [
  {
    entity: Author,
    rule: 'handle_of_platform',
    refuses: [
      { handle: 'ann-b' },
      { handle: 'a'.repeat(16) },
      { platform: 'REDDIT', handle: 'ab' },
      { platform: 'REDDIT', handle: 'a.b.c' },
      { platform: 'THREADS', handle: 'a-b' },
    ],
    accepts: [
      { handle: 'a'.repeat(15) },
      { platform: 'REDDIT', handle: 'a-b_c' },
      { platform: 'THREADS', handle: 'a.b_c' },
    ],
  },
  {
    entity: Author,
    rule: 'tier_of_power_user',
    refuses: [{ powerTierId: ID }, { powerTier: { id: ID }, isPowerUser: false }],
    accepts: [{ powerTierId: ID, isPowerUser: true }, { isPowerUser: true }],
  },
  {
    entity: Post,
    rule: 'message_of_error',
    refuses: [{ errorMessage: 'It broke.' }],
    accepts: [{ errorMessage: 'It broke.', errorCount: 1 }, { errorCount: 1 }],
  },
  {
    entity: Decision,
    rule: 'randomized_has_prediction',
    refuses: [{ isRandomizedExperiment: true }],
    accepts: [{ isRandomizedExperiment: true, predictedMode: 'HELPFUL' }],
  },
  {
    entity: Decision,
    rule: 'prediction_is_mode',
    refuses: [{ predictedMode: 'HYBRID' }],
    accepts: [{ predictedMode: 'HELPFUL' }, { predictedMode: 'HYBRID', isRandomizedExperiment: true }],
  },
  {
    entity: Decision,
    rule: 'experiment_has_variant',
    refuses: [{ experimentId: ID }, { experiment: { id: ID }, experimentVariant: null }],
    accepts: [{ experimentId: ID, experimentVariant: 'A' }],
  },
  {
    entity: Decision,
    rule: 'variant_of_experiment',
    refuses: [{ experimentVariant: 'A' }],
    accepts: [{ experimentId: ID, experimentVariant: 'A' }],
  },
  {
    entity: Decision,
    rule: 'disengaged_has_no_archetype',
    refuses: [{ mode: 'DISENGAGED', archetypeId: ID }],
    accepts: [{ mode: 'DISENGAGED' }, { archetypeId: ID }],
  },
  {
    entity: Decision,
    rule: 'safety_disengages',
    refuses: [{ safetyFlags: ['OVERRIDE', 'DEATH_MENTION'] }],
    accepts: [{ safetyFlags: ['DEATH_MENTION'], mode: 'DISENGAGED' }, { safetyFlags: ['OVERRIDE'] }],
  },
  {
    entity: Decision,
    rule: 'none_is_no_flag',
    refuses: [{ safetyFlags: ['NONE'], mode: 'DISENGAGED' }],
    accepts: [{ safetyFlags: [] }, { safetyFlags: ['NONE_OF_IT'], mode: 'DISENGAGED' }],
  },
  { entity: Reply, rule: 'new_has_decision', refuses: [{ decisionId: null }], accepts: [{ decisionId: ID }] },
  {
    entity: Reply,
    rule: 'approved_has_approver',
    refuses: [
      { ...approved, approvedBy: null },
      { ...approved, approvedAt: null },
    ],
    accepts: [approved],
  },
  {
    entity: Reply,
    rule: 'unapproved_has_no_approver',
    refuses: [{ approvedBy: 'ann' }, { approvalStatus: 'REJECTED', approvedAt: early }],
    accepts: [{ approvalStatus: 'REJECTED' }],
  },
  {
    entity: Reply,
    rule: 'posted_is_approved',
    refuses: [{ postedAt: later, platformPostId: 'p1' }],
    accepts: [posted],
  },
  {
    entity: Reply,
    rule: 'posted_has_platform_id',
    refuses: [
      { ...posted, platformPostId: null },
      { ...approved, platformPostId: 'p1' },
    ],
    accepts: [posted],
  },
  {
    entity: Reply,
    rule: 'deleted_is_posted',
    refuses: [
      { ...approved, deletedAt: later, deleteReason: 'hostile answers' },
      { deletedAt: later, deleteReason: 'hostile answers' },
    ],
    // By the clock of who took it back, which may be slow.
    accepts: [{ ...posted, deletedAt: early, deleteReason: 'hostile answers' }],
  },
  {
    entity: Reply,
    rule: 'deleted_has_reason',
    refuses: [
      { ...posted, deletedAt: later },
      { ...posted, deleteReason: 'hostile answers' },
    ],
    accepts: [{ ...posted, deletedAt: later, deleteReason: 'hostile answers' }],
  },
  {
    entity: Reply,
    rule: 'content_fits_platform',
    refuses: [
      { content: signed(321) },
      { platform: 'THREADS', content: signed(321) },
      { platform: 'REDDIT', content: signed(501) },
    ],
    accepts: [
      { content: signed(320) },
      { platform: 'THREADS', content: signed(320) },
      { platform: 'REDDIT', content: signed(500) },
    ],
  },
  {
    entity: Reply,
    rule: 'content_makes_no_claims',
    refuses: ['It cures you.', 'PREVENTs it.', 'a treat', 'clinically Proven', 'very secure', 'not a cure'].map(
      (text) => ({
        content: `${text} ${CONTENT}`,
      }),
    ),
    accepts: [{ content: `clinically tested ${CONTENT}` }],
  },
  {
    entity: Escalation,
    rule: 'new_has_target',
    refuses: [{ replyId: null }, { replyId: undefined }],
    accepts: [
      { replyId: null, postId: ID },
      { replyId: undefined, decisionId: ID },
    ],
  },
  {
    entity: Escalation,
    rule: 'closed_has_time',
    refuses: [{ ...closed, resolvedAt: null }, { resolvedAt: later }],
    accepts: [closed, { ...closed, status: 'DISMISSED' }],
  },
  {
    entity: Escalation,
    rule: 'closed_has_resolver',
    refuses: [{ ...closed, resolvedBy: null }, { resolvedBy: 'operator-1' }],
    accepts: [closed, {}],
  },
  {
    entity: Experiment,
    rule: 'ends_after_start',
    refuses: [
      { startDate: early, endDate: early },
      { startDate: later, endDate: early },
    ],
    accepts: [
      { startDate: early, endDate: later },
      { endDate: early },
      // Cancelled at once, by another clock than it was started by.
      { status: 'CANCELLED', startDate: later, endDate: early },
    ],
  },
  {
    entity: Experiment,
    rule: 'winner_of_completed',
    refuses: [{ winner: 'A' }],
    accepts: [{ winner: 'A', status: 'COMPLETED', startDate: early, endDate: later }],
  },
  {
    entity: Experiment,
    rule: 'dates_of_status',
    refuses: [{ status: 'RUNNING' }, { status: 'COMPLETED', startDate: early }],
    accepts: [{ status: 'RUNNING', startDate: early }, { status: 'CANCELLED' }],
  },
  {
    entity: LearningEvent,
    rule: 'measured_together',
    refuses: [
      { ...measured, accuracy: null },
      { ...measured, actualImprovement: null },
      { ...measured, evaluatedAt: null },
    ],
    accepts: [measured],
  },
  {
    entity: SegmentedWeight,
    rule: 'weights_sum_to_one',
    refuses: [{ sssWeight: 0.5 }, { sssWeight: 0.398 }],
    accepts: [{ sssWeight: 0.42, arsWeight: 0.24, evsWeight: 0.22, trsWeight: 0.12 }, { sssWeight: 0.4009 }],
  },
  {
    entity: WeightAdjustmentLog,
    rule: 'segments_in_total',
    refuses: [{ validSegments: 5, totalSegments: 4 }],
    accepts: [{ validSegments: 4, totalSegments: 4 }, { validSegments: 5 }],
  },
  {
    entity: WeightAdjustmentLog,
    rule: 'adjusted_has_weights',
    refuses: [{ newWeights: null }, { oldWeights: undefined }],
    accepts: [{ action: 'SKIPPED', reason: 'TOO_FEW', oldWeights: null, newWeights: null }],
  },
  {
    entity: WeightAdjustmentLog,
    rule: 'skipped_has_reason',
    refuses: [{ action: 'SKIPPED' }],
    accepts: [{ action: 'SKIPPED', reason: 'TOO_FEW' }],
  },
  {
    entity: CommunityChampion,
    rule: 'response_to_dm',
    refuses: [{ dmResponse: 'ACCEPTED' }],
    accepts: [{ dmResponse: 'ACCEPTED', dmSentAt: early }, { dmSentAt: early }],
  },
];

/** A signed reply of exactly so many characters, one of them outside the basic plane. */
function signed(length: number): string {
  return `😀${'x'.repeat(length - 1 - Array.from(CONTENT).length)}${CONTENT}`;
}
