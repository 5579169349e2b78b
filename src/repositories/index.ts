/** One class for each aggregate, with the questions that services ask as named methods. */
import { AuditLogRepository } from './audit-log.repository.js';
import { AuthorRepository } from './author.repository.js';
import { CommunityChampionRepository } from './community-champion.repository.js';
import { CompetitorRepository } from './competitor.repository.js';
import { DecisionRepository } from './decision.repository.js';
import { EscalationRepository } from './escalation.repository.js';
import { ExperimentRepository } from './experiment.repository.js';
import { KpiMetricRepository } from './kpi-metric.repository.js';
import { LearningEventRepository, RandomizedExperimentRepository } from './learning.repository.js';
import { PostRepository } from './post.repository.js';
import {
  ArchetypeRepository,
  ChampionTierRepository,
  CompetitorCategoryRepository,
  EscalationReasonRepository,
  KpiTypeRepository,
  PowerTierRepository,
} from './reference.repository.js';
import { ReplyRepository } from './reply.repository.js';
import { SegmentedWeightRepository } from './segmented-weight.repository.js';
import type { StatementSource } from './table-repository.js';

export { TableRepository, type StatementSource } from './table-repository.js';
export { InvalidCursor, type Page, type PageOptions } from './pages.js';
export {
  AuthorRepository,
  type AppendedInteraction,
  type AuthorProfile,
  type AuthorSighting,
  type RecordedAuthor,
} from './author.repository.js';
export {
  DecisionRepository,
  type DecisionFilter,
  type DecisionSummary,
  type HeatMapCell,
  type MentionOfPost,
  type RecordedDecision,
} from './decision.repository.js';
export { type IngestedPost, type PostSighting } from './post-ingest.js';
export type { BatchReport, ClaimedPost } from './post-queue.js';
export { PostRepository, type SeenPost, TransactionIsOpen } from './post.repository.js';

export { AuditLogRepository, type AuditEntry, type NewAuditEntry, type RecordedEntry } from './audit-log.repository.js';
export { assertActor, writeAudit, type AuditedChange } from './audit-trail.js';
export {
  CommunityChampionRepository,
  type ChampionSummary,
  type Engagement,
  type MessageOutcome,
} from './community-champion.repository.js';
export {
  CompetitorRepository,
  type CompetitiveReplies,
  type CompetitorProfile,
  type MentionStatistic,
  type RecordedMention,
} from './competitor.repository.js';
export {
  EscalationRepository,
  type EscalationSummary,
  type OpenCounts,
  type OpenedEscalation,
} from './escalation.repository.js';
export {
  assignVariant,
  ExperimentRepository,
  type ExperimentSummary,
  type RunningExperiment,
} from './experiment.repository.js';
export {
  KpiMetricRepository,
  type KpiValue,
  type LatestKpi,
  type SeriesQuery,
  type UpsertCounts,
} from './kpi-metric.repository.js';
export {
  LearningEventRepository,
  RandomizedExperimentRepository,
  type DueLearningEvent,
  type LearningResult,
  type MeasuredProbe,
  type NewLearningEvent,
  type NewProbe,
} from './learning.repository.js';
export {
  ArchetypeRepository,
  ChampionTierRepository,
  CompetitorCategoryRepository,
  EscalationReasonRepository,
  KpiTypeRepository,
  NameIsUsedByCode,
  type NewReference,
  PowerTierRepository,
  type ReferenceRow,
  ReferenceRepository,
  UnknownReference,
} from './reference.repository.js';
export {
  type ArchetypePerformance,
  type PendingReply,
  type PostedReply,
  type RankedReply,
  type ReplyFilter,
  type ReplySummary,
} from './reply-lists.js';
export {
  OUTCOME_WINDOWS,
  ReplyRepository,
  type NewReply,
  type OutcomeWindow,
  type RecordedReply,
  type RejectionReason,
  type UnpostedReply,
} from './reply.repository.js';
export {
  SegmentedWeightRepository,
  type ResolvedWeights,
  type SkippedAdjustment,
  type WeightAdjustment,
  type WeightContext,
  type WeightHistoryEntry,
} from './segmented-weight.repository.js';
export {
  EscalationAlreadyAssigned,
  EscalationAlreadyClosed,
  ReplyAlreadyDecided,
  ReplyAlreadyPosted,
  StateConflict,
  type FoundState,
} from './state-conflict.js';

/** Every repository class: NestJS gets a provider for each. */
export const REPOSITORIES: readonly (new (source: StatementSource) => object)[] = [
  ArchetypeRepository,
  AuditLogRepository,
  AuthorRepository,
  ChampionTierRepository,
  CommunityChampionRepository,
  CompetitorCategoryRepository,
  CompetitorRepository,
  DecisionRepository,
  EscalationReasonRepository,
  EscalationRepository,
  ExperimentRepository,
  KpiMetricRepository,
  KpiTypeRepository,
  LearningEventRepository,
  PostRepository,
  PowerTierRepository,
  RandomizedExperimentRepository,
  ReplyRepository,
  SegmentedWeightRepository,
];
