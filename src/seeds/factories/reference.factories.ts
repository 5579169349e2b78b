import { AGGREGATION_TYPES } from '../../constants/lists.js';
import { EscalationPriority } from '../../entities/enums.js';
import {
  Archetype,
  ChampionTier,
  CompetitorCategory,
  EscalationReason,
  KpiType,
  PowerTier,
} from '../../entities/index.js';
import { type Factory, type Kit, pick, whole } from './factory.js';

/** What all reference rows share. Names are numbered: the seeded ones are for the reference seeder. */
function reference(kit: Kit, kind: string, row: number) {
  return {
    name: `${kind}_${kit.key(row).toUpperCase().replaceAll('-', '_')}`,
    description: `Invented ${kind.toLowerCase().replaceAll('_', ' ')} number ${row}.`,
    isActive: true,
    createdAt: kit.now,
    updatedAt: kit.now,
  };
}

export const archetypeFactory: Factory<Archetype> = {
  entity: Archetype,
  parents: [],
  values: (kit, _given, row) => reference(kit, 'ARCHETYPE', row),
};

export const powerTierFactory: Factory<PowerTier> = {
  entity: PowerTier,
  parents: [],
  values: (kit, _given, row) => ({ ...reference(kit, 'TIER', row), followerThreshold: whole(kit, 5_000, 1_000_000) }),
};

export const competitorCategoryFactory: Factory<CompetitorCategory> = {
  entity: CompetitorCategory,
  parents: [],
  values: (kit, _given, row) => reference(kit, 'CATEGORY', row),
};

export const kpiTypeFactory: Factory<KpiType> = {
  entity: KpiType,
  parents: [],
  values: (kit, _given, row) => ({ ...reference(kit, 'FAMILY', row), aggregationType: pick(kit, AGGREGATION_TYPES) }),
};

export const escalationReasonFactory: Factory<EscalationReason> = {
  entity: EscalationReason,
  parents: [],
  values: (kit, _given, row) => ({
    ...reference(kit, 'REASON', row),
    severity: pick(kit, Object.values(EscalationPriority)),
  }),
};

export const championTierFactory: Factory<ChampionTier> = {
  entity: ChampionTier,
  parents: [],
  values: (kit, _given, row) => ({
    ...reference(kit, 'RANK', row),
    minEngagement: whole(kit, 3, 40),
    benefits: ['free sample, offered by direct message'],
  }),
};
