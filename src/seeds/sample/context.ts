import type { EntityManager, ObjectType } from 'typeorm';
import {
  ARCHETYPE_NAMES,
  type ArchetypeName,
  CHAMPION_TIER_NAMES,
  type ChampionTierName,
  COMPETITOR_CATEGORY_NAMES,
  type CompetitorCategoryName,
  ESCALATION_REASON_NAMES,
  type EscalationReasonName,
  KPI_TYPE_NAMES,
  type KpiTypeName,
  POWER_TIER_NAMES,
  type PowerTierName,
} from '../../constants/lists.js';
import {
  Archetype,
  ChampionTier,
  CompetitorCategory,
  EscalationReason,
  KpiType,
  PowerTier,
} from '../../entities/index.js';
import type { Kit } from '../factories/factory.js';
import type { Factories } from '../factories/index.js';
import { createReferenceId } from '../ids.js';

/** What the makers of sample rows share. They draw from one source, so their order is part of the sample. */
export interface SampleContext {
  readonly kit: Kit;
  readonly make: Factories;
  readonly now: Date;
  readonly ids: ReferenceIds;
}

/** The item of a list at a place that goes round and round. */
export function cycle<Item>(list: readonly Item[], place: number): Item {
  const item = list[place % list.length];
  if (item === undefined) throw new Error('An empty list has nothing to go round.');
  return item;
}

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
  const entries = names.map((name, place) => [name, byName.get(name) ?? createReferenceId(entity, place + 1)]);
  return Object.fromEntries(entries) as Record<Name, string>;
}
