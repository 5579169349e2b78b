import type { EntityClass } from '../columns/registry.js';
import {
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
} from '../entities/index.js';

/** The place in the list is the number of the table in seeded ids: append only, or a second seeding doubles every row. */
const NUMBERED: readonly EntityClass[] = [
  Archetype,
  PowerTier,
  CompetitorCategory,
  KpiType,
  EscalationReason,
  ChampionTier,
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
];

/**
 * The number of an entity's table in seeded ids, from 1.
 *
 * @throws Error when the entity is not in the list: a new table is to be appended to it.
 */
export function tableNumber(entity: EntityClass): number {
  const place = NUMBERED.indexOf(entity);
  if (place < 0) throw new Error(`${entity.name} has no number in src/seeds/table-numbers.ts: append it.`);
  return place + 1;
}
