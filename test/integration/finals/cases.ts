import type { EntityClass } from '../../../src/columns/registry.js';
import {
  CompetitiveMention,
  Decision,
  Escalation,
  Experiment,
  KpiMetric,
  LearningEvent,
  Post,
  RandomizedExperiment,
  Reply,
  WeightAdjustmentLog,
} from '../../../src/entities/index.js';
import { CONTENT, OTHER_ID, type Row } from '../../support/rows.js';

/** Changes of stored rows that final values refuse, and changes that they allow. */
export interface FinalCase {
  readonly entity: EntityClass;
  readonly final: string;
  /** Of the smallest row. */
  readonly stored: Row;
  readonly refused: readonly Row[];
  readonly accepted: readonly Row[];
}

const noon = new Date('2026-01-31T12:00:00.000Z');
const later = new Date('2026-01-31T13:00:00.000Z');

const approved = { approvalStatus: 'APPROVED', approvedBy: 'operator-1', approvedAt: noon };
const rejected = { approvalStatus: 'REJECTED', approvedBy: null, approvedAt: null };
const pending = { ...rejected, approvalStatus: 'PENDING' };
const posted = { ...approved, postedAt: noon, platformPostId: '42' };
const deleted = { ...posted, deletedAt: noon, deleteReason: 'It missed the tone.' };
const resolved = { status: 'RESOLVED', resolvedBy: 'operator-1', resolvedAt: noon };
const measured = { actualImprovement: 0.1, accuracy: 0.95, evaluatedAt: noon };

export const FINAL_CASES: readonly FinalCase[] = [
  {
    entity: Decision,
    final: 'written_once',
    stored: { mode: 'DISENGAGED', safetyFlags: ['DEATH_MENTION'] },
    refused: [{ mode: 'HELPFUL', safetyFlags: [] }, { sssScore: 0.1 }, { safetyFlags: [] }, { postId: OTHER_ID }],
    accepted: [{ mode: 'DISENGAGED' }],
  },
  {
    entity: Reply,
    final: 'approval_final',
    stored: approved,
    refused: [rejected, pending, { approvedBy: 'operator-2' }, { approvedAt: later }],
    accepted: [{ helpCount: 7 }, { postedAt: later, platformPostId: '42' }],
  },
  {
    entity: Reply,
    final: 'approval_final',
    stored: rejected,
    refused: [approved, pending],
    accepted: [{ helpCount: 7 }],
  },
  {
    entity: Reply,
    final: 'content_final',
    stored: approved,
    refused: [{ content: `Edited. ${CONTENT}` }, { platform: 'REDDIT' }],
    accepted: [{ utmCode: 'r_1' }],
  },
  {
    entity: Reply,
    final: 'content_final',
    stored: rejected,
    refused: [{ content: `Edited. ${CONTENT}` }],
    accepted: [{ utmCode: 'r_1' }],
  },
  {
    entity: Reply,
    final: 'posting_final',
    stored: posted,
    refused: [{ postedAt: later }, { platformPostId: '43' }, { postedAt: null, platformPostId: null }],
    accepted: [{ deletedAt: later, deleteReason: 'It missed the tone.' }, { metricsJson: { likes: 1 } }],
  },
  {
    entity: Reply,
    final: 'deletion_final',
    stored: deleted,
    refused: [{ deletedAt: null, deleteReason: null }, { deletedAt: later }],
    accepted: [{ deleteReason: 'It was hostile.' }],
  },
  {
    entity: Post,
    final: 'stays_processed',
    stored: { processedAt: noon },
    refused: [{ processedAt: null }, { processedAt: null, errorCount: 1 }],
    accepted: [{ processedAt: later }, { errorCount: 1 }],
  },
  {
    entity: Experiment,
    final: 'end_final',
    stored: { status: 'COMPLETED', startDate: noon, endDate: later },
    refused: [{ status: 'RUNNING' }, { status: 'DRAFT' }, { status: 'CANCELLED' }],
    accepted: [{ winner: 'A' }, { resultsJson: { p: 0.01 } }],
  },
  {
    entity: Experiment,
    final: 'end_final',
    stored: { status: 'CANCELLED', startDate: noon, endDate: later },
    refused: [{ status: 'RUNNING' }, { status: 'DRAFT' }, { status: 'COMPLETED' }],
    accepted: [{ description: 'Too few replies.' }],
  },
  {
    entity: Escalation,
    final: 'closing_final',
    stored: resolved,
    refused: [
      ...[{ status: 'DISMISSED' }, { resolvedBy: 'operator-2' }, { resolvedAt: later }],
      { status: 'PENDING', resolvedBy: null, resolvedAt: null },
    ],
    accepted: [{ resolutionNotes: 'Nothing was wrong.' }],
  },
  {
    entity: CompetitiveMention,
    final: 'written_once',
    stored: {},
    refused: [{ sentiment: 'POSITIVE' }, { opportunityScore: 0.1 }, { replied: true, satisfaction: 'SATISFIED' }],
    accepted: [{ replied: true }],
  },
  {
    entity: WeightAdjustmentLog,
    final: 'written_once',
    stored: {},
    refused: [{ reason: 'SUCCESSFUL' }, { predictedImprovement: 0.5 }],
    accepted: [{ action: 'ADJUSTED' }],
  },
  {
    entity: LearningEvent,
    final: 'written_once',
    stored: {},
    refused: [{ predictedImprovement: 0.5 }, { adjustment: { a: 1 } }, { ...measured, baselinePerformance: 0.5 }],
    accepted: [measured],
  },
  {
    entity: LearningEvent,
    final: 'measured_once',
    stored: measured,
    refused: [
      ...[{ actualImprovement: 0.2 }, { accuracy: 0.9 }, { evaluatedAt: later }],
      { actualImprovement: null, accuracy: null, evaluatedAt: null },
    ],
    accepted: [{ accuracy: 0.95 }],
  },
  {
    entity: RandomizedExperiment,
    final: 'written_once',
    stored: {},
    refused: [{ predictedMode: 'HYBRID' }, { actualOutcome: 0.1, predictedOutcome: 0.5 }],
    accepted: [{ actualOutcome: 0.1 }],
  },
  {
    entity: RandomizedExperiment,
    final: 'measured_once',
    stored: { actualOutcome: 0.1 },
    refused: [{ actualOutcome: 0.2 }, { actualOutcome: null }],
    accepted: [{ actualOutcome: 0.1 }],
  },
  { entity: KpiMetric, final: 'created_once', stored: {}, refused: [{ createdAt: noon }], accepted: [{ value: 0.5 }] },
];
