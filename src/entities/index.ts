import { KpiMetric } from './analytics/kpi-metric.entity.js';
import { AuditLog } from './audit/audit-log.entity.js';
import { CommunityChampion } from './community/community-champion.entity.js';
import { CompetitiveMention } from './competitive/competitive-mention.entity.js';
import { Competitor } from './competitive/competitor.entity.js';
import { Author } from './core/author.entity.js';
import { Decision } from './core/decision.entity.js';
import { Post } from './core/post.entity.js';
import { Reply } from './core/reply.entity.js';
import { Experiment } from './experiments/experiment.entity.js';
import { LearningEvent } from './learning/learning-event.entity.js';
import { RandomizedExperiment } from './learning/randomized-experiment.entity.js';
import { SegmentedWeight } from './learning/segmented-weight.entity.js';
import { WeightAdjustmentLog } from './learning/weight-adjustment-log.entity.js';
import { Escalation } from './oversight/escalation.entity.js';
import { Archetype } from './reference/archetype.entity.js';
import { ChampionTier } from './reference/champion-tier.entity.js';
import { CompetitorCategory } from './reference/competitor-category.entity.js';
import { EscalationReason } from './reference/escalation-reason.entity.js';
import { KpiType } from './reference/kpi-type.entity.js';
import { PowerTier } from './reference/power-tier.entity.js';

export {
  Archetype,
  AuditLog,
  Author,
  ChampionTier,
  CommunityChampion,
  CompetitiveMention,
  Competitor,
  CompetitorCategory,
  Decision,
  Escalation,
  EscalationReason,
  Experiment,
  KpiMetric,
  KpiType,
  LearningEvent,
  Post,
  PowerTier,
  RandomizedExperiment,
  Reply,
  SegmentedWeight,
  WeightAdjustmentLog,
};

/** Reference tables: operators edit their rows, so a new value needs no migration. */
export const REFERENCE_ENTITIES = [
  Archetype,
  PowerTier,
  CompetitorCategory,
  KpiType,
  EscalationReason,
  ChampionTier,
] as const;

/** Tables that the agent fills. Parents before children. */
export const RECORD_ENTITIES = [
  Author,
  Post,
  Experiment,
  Decision,
  Reply,
  Competitor,
  CompetitiveMention,
  CommunityChampion,
  KpiMetric,
  Escalation,
  AuditLog,
  WeightAdjustmentLog,
  LearningEvent,
  RandomizedExperiment,
  SegmentedWeight,
] as const;

/** All tables. Parents before children. */
export const ENTITIES = [...REFERENCE_ENTITIES, ...RECORD_ENTITIES] as const;
