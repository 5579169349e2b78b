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

/** The parameters of all functions that create sample rows. They draw from one random source, so their order determines the rows. */
export interface SampleContext {
  readonly kit: Kit;
  readonly make: Factories;
  readonly now: Date;
  readonly ids: ReferenceIds;
}

/** Returns the item at the place, and begins again after the end of the list. */
export function cycle<Item>(list: readonly Item[], place: number): Item {
  const item = list[place % list.length];
  if (item === undefined) throw new Error('cycle() needs a list with at least one item.');
  return item;
}

/** The ids of the reference rows that sample rows reference. */
export interface ReferenceIds {
  readonly archetype: Readonly<Record<ArchetypeName, string>>;
  readonly powerTier: Readonly<Record<PowerTierName, string>>;
  readonly category: Readonly<Record<CompetitorCategoryName, string>>;
  readonly kpiType: Readonly<Record<KpiTypeName, string>>;
  readonly reason: Readonly<Record<EscalationReasonName, string>>;
  readonly championTier: Readonly<Record<ChampionTierName, string>>;
}

/** Reads the ids of the reference rows. Call it after seeding them, in the same transaction. */
export async function loadReferenceIds(manager: EntityManager): Promise<ReferenceIds> {
  return {
    archetype: await readIdsByName(manager, Archetype, ARCHETYPE_NAMES),
    powerTier: await readIdsByName(manager, PowerTier, POWER_TIER_NAMES),
    category: await readIdsByName(manager, CompetitorCategory, COMPETITOR_CATEGORY_NAMES),
    kpiType: await readIdsByName(manager, KpiType, KPI_TYPE_NAMES),
    reason: await readIdsByName(manager, EscalationReason, ESCALATION_REASON_NAMES),
    championTier: await readIdsByName(manager, ChampionTier, CHAMPION_TIER_NAMES),
  };
}

async function readIdsByName<Name extends string>(
  manager: EntityManager,
  entity: ObjectType<{ id: string; name: string }>,
  names: readonly Name[],
): Promise<Record<Name, string>> {
  const rows = await manager.find(entity, { select: { id: true, name: true } });
  const byName = new Map(rows.map(({ id, name }) => [name, id]));
  // An operator can have renamed a row; it then keeps its seeded id.
  const entries = names.map((name, place) => [name, byName.get(name) ?? createReferenceId(entity, place + 1)]);
  return Object.fromEntries(entries) as Record<Name, string>;
}
