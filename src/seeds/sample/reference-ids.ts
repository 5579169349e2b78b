import type { EntityManager, ObjectType } from 'typeorm';
import {
  ARCHETYPE_NAMES,
  CHAMPION_TIER_NAMES,
  COMPETITOR_CATEGORY_NAMES,
  ESCALATION_REASON_NAMES,
  KPI_TYPE_NAMES,
  POWER_TIER_NAMES,
  type ArchetypeName,
  type ChampionTierName,
  type CompetitorCategoryName,
  type EscalationReasonName,
  type KpiTypeName,
  type PowerTierName,
} from '../../constants/reference-names.js';
import {
  Archetype,
  ChampionTier,
  CompetitorCategory,
  EscalationReason,
  KpiType,
  PowerTier,
} from '../../entities/index.js';
import { referenceId } from '../reference/reference-id.js';

/** The ids of the reference rows, which sample rows point at. */
export interface ReferenceIds {
  readonly archetype: Readonly<Record<ArchetypeName, string>>;
  readonly powerTier: Readonly<Record<PowerTierName, string>>;
  readonly category: Readonly<Record<CompetitorCategoryName, string>>;
  readonly kpiType: Readonly<Record<KpiTypeName, string>>;
  readonly reason: Readonly<Record<EscalationReasonName, string>>;
  readonly championTier: Readonly<Record<ChampionTierName, string>>;
}

/** Read after the reference rows were seeded, in the same transaction: each is there, under its name or under its id. */
export async function loadReferenceIds(manager: EntityManager): Promise<ReferenceIds> {
  return {
    archetype: await idsOf(manager, Archetype, ARCHETYPE_NAMES),
    powerTier: await idsOf(manager, PowerTier, POWER_TIER_NAMES),
    category: await idsOf(manager, CompetitorCategory, COMPETITOR_CATEGORY_NAMES),
    kpiType: await idsOf(manager, KpiType, KPI_TYPE_NAMES),
    reason: await idsOf(manager, EscalationReason, ESCALATION_REASON_NAMES),
    championTier: await idsOf(manager, ChampionTier, CHAMPION_TIER_NAMES),
  };
}

async function idsOf<Name extends string>(
  manager: EntityManager,
  entity: ObjectType<{ id: string; name: string }>,
  names: readonly Name[],
): Promise<Record<Name, string>> {
  const rows = await manager.find(entity, { select: { id: true, name: true } });
  const byName = new Map(rows.map(({ id, name }) => [name, id]));
  // A renamed row keeps its seeded id.
  const entries = names.map((name, place) => [name, byName.get(name) ?? referenceId(entity, place + 1)]);
  return Object.fromEntries(entries) as Record<Name, string>;
}
