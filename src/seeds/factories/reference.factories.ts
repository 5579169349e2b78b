import { setSeederFactory } from 'typeorm-extension';
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
import { type Kit, makeRow, pick, type RowFactory, type RowRequest, drawInteger } from './factory.js';

/** Returns what all reference rows share. Names are numbered, so that they never equal those of the reference seeder. */
function createReferenceValues(kit: Kit, kind: string, row: number) {
  return {
    name: `${kind}_${kit.key(row).toUpperCase().replaceAll('-', '_')}`,
    description: `Invented ${kind.toLowerCase().replaceAll('_', ' ')} number ${row}.`,
    isActive: true,
    createdAt: kit.now,
    updatedAt: kit.now,
  };
}

export const archetypeFactory: RowFactory<Archetype> = setSeederFactory<Archetype, RowRequest<Archetype>>(
  Archetype,
  (request) =>
    makeRow<Archetype>(Archetype, request, {
      values: (kit, _given, row) => createReferenceValues(kit, 'ARCHETYPE', row),
    }),
);

export const powerTierFactory: RowFactory<PowerTier> = setSeederFactory<PowerTier, RowRequest<PowerTier>>(
  PowerTier,
  (request) =>
    makeRow<PowerTier>(PowerTier, request, {
      values: (kit, _given, row) => ({
        ...createReferenceValues(kit, 'TIER', row),
        followerThreshold: drawInteger(kit, 5_000, 1_000_000),
      }),
    }),
);

export const competitorCategoryFactory: RowFactory<CompetitorCategory> = setSeederFactory<
  CompetitorCategory,
  RowRequest<CompetitorCategory>
>(CompetitorCategory, (request) =>
  makeRow<CompetitorCategory>(CompetitorCategory, request, {
    values: (kit, _given, row) => createReferenceValues(kit, 'CATEGORY', row),
  }),
);

export const kpiTypeFactory: RowFactory<KpiType> = setSeederFactory<KpiType, RowRequest<KpiType>>(KpiType, (request) =>
  makeRow<KpiType>(KpiType, request, {
    values: (kit, _given, row) => ({
      ...createReferenceValues(kit, 'FAMILY', row),
      aggregationType: pick(kit, AGGREGATION_TYPES),
    }),
  }),
);

export const escalationReasonFactory: RowFactory<EscalationReason> = setSeederFactory<
  EscalationReason,
  RowRequest<EscalationReason>
>(EscalationReason, (request) =>
  makeRow<EscalationReason>(EscalationReason, request, {
    values: (kit, _given, row) => ({
      ...createReferenceValues(kit, 'REASON', row),
      severity: pick(kit, Object.values(EscalationPriority)),
    }),
  }),
);

export const championTierFactory: RowFactory<ChampionTier> = setSeederFactory<ChampionTier, RowRequest<ChampionTier>>(
  ChampionTier,
  (request) =>
    makeRow<ChampionTier>(ChampionTier, request, {
      values: (kit, _given, row) => ({
        ...createReferenceValues(kit, 'RANK', row),
        minEngagement: drawInteger(kit, 3, 40),
        benefits: ['free sample, offered by direct message'],
      }),
    }),
);
