import type { EntityTarget, ObjectLiteral, ObjectType } from 'typeorm';
import {
  ARCHETYPE_NAMES,
  CHAMPION_TIER_NAMES,
  COMPETITOR_CATEGORY_NAMES,
  ESCALATION_REASON_NAMES,
  KPI_TYPE_NAMES,
  POWER_TIER_NAMES,
} from '../../constants/reference-names.js';
import {
  Archetype,
  ChampionTier,
  CompetitorCategory,
  EscalationReason,
  KpiType,
  PowerTier,
  SegmentedWeight,
} from '../../entities/index.js';
import { build } from '../build.js';
import { ARCHETYPE_ROWS } from './archetypes.js';
import { CHAMPION_TIER_ROWS } from './champion-tiers.js';
import { COMPETITOR_CATEGORY_ROWS } from './competitor-categories.js';
import { ESCALATION_REASON_ROWS } from './escalation-reasons.js';
import { KPI_TYPE_ROWS } from './kpi-types.js';
import { POWER_TIER_ROWS } from './power-tiers.js';
import { referenceId } from './reference-id.js';
import { REFERENCE_SEGMENTS, STARTING_WEIGHTS } from './segmented-weights.js';

/** The rows of one table. */
export interface SeedTable {
  readonly entity: EntityTarget<ObjectLiteral>;
  readonly rows: readonly ObjectLiteral[];
}

/** All reference rows, table by table, as they are written when they are missing. */
export function referenceRows(): readonly SeedTable[] {
  return [
    named(Archetype, ARCHETYPE_NAMES, ARCHETYPE_ROWS),
    named(PowerTier, POWER_TIER_NAMES, POWER_TIER_ROWS),
    named(CompetitorCategory, COMPETITOR_CATEGORY_NAMES, COMPETITOR_CATEGORY_ROWS),
    named(KpiType, KPI_TYPE_NAMES, KPI_TYPE_ROWS),
    named(EscalationReason, ESCALATION_REASON_NAMES, ESCALATION_REASON_ROWS),
    named(ChampionTier, CHAMPION_TIER_NAMES, CHAMPION_TIER_ROWS),
    { entity: SegmentedWeight, rows: segmentedWeights() },
  ];
}

interface Named {
  id: string;
  name: string;
  isActive: boolean;
}

function named<Row extends Named, Name extends string>(
  entity: ObjectType<Row>,
  names: readonly Name[],
  values: Readonly<Record<Name, Partial<Row>>>,
): SeedTable {
  const rows = names.map((name, place) =>
    build<Named>(entity, { id: referenceId(entity, place + 1), name, isActive: true, ...values[name] }),
  );
  return { entity, rows };
}

function segmentedWeights(): SegmentedWeight[] {
  return REFERENCE_SEGMENTS.map((segment, place) =>
    build(SegmentedWeight, {
      id: referenceId(SegmentedWeight, place + 1),
      ...segment,
      ...STARTING_WEIGHTS,
      sampleSize: 0,
      performance: null,
    }),
  );
}
