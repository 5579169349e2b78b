import type { EntityTarget, ObjectLiteral, ObjectType } from 'typeorm';
import { CHAMPION, DEFAULT_WEIGHTS, POWER_USER_THRESHOLDS, SEGMENT_KEYS } from '../../constants/figures.js';
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
  SegmentedWeight,
} from '../../entities/index.js';
import { createReferenceId } from '../ids.js';
import { build } from '../insert-missing.js';

/** Source: product requirements, reply archetypes. */
const ARCHETYPE_ROWS: Readonly<Record<ArchetypeName, Pick<Archetype, 'description'>>> = {
  CHECKLIST: { description: 'Two to four concrete steps without jargon, for people who ask what to do.' },
  MYTHBUST: { description: 'Corrects one misconception gently; required where a post spreads one.' },
  COACH: { description: 'Advice graded by the time someone has until they must function.' },
  STORYLET: { description: 'A relatable scene of 20 to 40 words with a tip; never against a competitor.' },
  HUMOR_LIGHT: { description: 'Kind humour without a pitch; never against a competitor.' },
  CREDIBILITY_ANCHOR: { description: 'A simple mechanism with its sources, for health professionals and sceptics.' },
  CONFIDENT_RECOMMENDER: { description: 'A first-person recommendation with a link.' },
  PROBLEM_SOLUTION_DIRECT: {
    description: 'States the problem and offers the solution; preferred beside a competitor.',
  },
};

/**
 * `minEngagement` is the lowest number of positive interactions in 30 days. Source: architecture 5, epic 1, product requirements. The
 * champion tracker, and no row, implements that a power user is GOLD from three interactions.
 */
export const CHAMPION_TIER_ROWS: Readonly<
  Record<ChampionTierName, Pick<ChampionTier, 'minEngagement' | 'benefits' | 'description'>>
> = {
  BRONZE: {
    minEngagement: CHAMPION.interactions,
    benefits: ['free sample, offered by direct message'],
    description: 'Speaks well of us now and then.',
  },
  SILVER: {
    minEngagement: 6,
    benefits: ['free sample, offered by direct message', 'answered with priority'],
    description: 'Speaks well of us often.',
  },
  GOLD: {
    minEngagement: 11,
    benefits: [
      'free sample, offered by direct message',
      'answered with priority',
      'early access to new products',
      'referral code after a review',
    ],
    description: 'Speaks for us.',
  },
};

/** Source: product requirements 6, architecture 5. */
const COMPETITOR_CATEGORY_ROWS: Readonly<Record<CompetitorCategoryName, Pick<CompetitorCategory, 'description'>>> = {
  REHYDRATION: { description: 'Electrolyte drinks and powders.' },
  HANGOVER_PILLS: { description: 'Capsules, shots and powders sold for the morning after.' },
  IV_THERAPY: { description: 'Infusions at home or in a clinic.' },
  HOME_REMEDY: { description: 'What people do without buying a product for it.' },
};

/**
 * `severity` is the default priority of a new escalation. Source: architecture 5 and epic 1 for the names; project brief (P1..P3),
 * product requirements and stories 3.3 and 3.7 for the severities.
 */
const ESCALATION_REASON_ROWS: Readonly<
  Record<EscalationReasonName, Pick<EscalationReason, 'severity' | 'description'>>
> = {
  SAFETY_AMBIGUITY: {
    severity: 'CRITICAL',
    description: 'The author may be in distress; the probability is above 0.45.',
  },
  MODERATOR_WARNING: { severity: 'CRITICAL', description: 'A moderator or a platform warned us.' },
  VIRAL_THREAD: { severity: 'HIGH', description: 'The post spreads more than five times faster than usual.' },
  BACKLASH_SPIKE: { severity: 'HIGH', description: 'The answers to one of our replies turned hostile.' },
  LOW_CONFIDENCE: { severity: 'LOW', description: 'The agent was less than 85 % sure of its reply.' },
  MANUAL_FLAG: { severity: 'MEDIUM', description: 'An operator wants it looked at.' },
};

/**
 * The families of the metrics in constants/kpi-catalogue.ts, which defines the roll-up of each metric. AVG applies to metrics that are not
 * in the catalogue. Source: architecture 5, epic 1.
 */
const KPI_TYPE_ROWS: Readonly<Record<KpiTypeName, Pick<KpiType, 'aggregationType' | 'description'>>> = {
  COMMERCIAL: { aggregationType: 'AVG', description: 'Do replies bring visits, buyers and revenue?' },
  LOVE: { aggregationType: 'AVG', description: 'Do people like what we say?' },
  SAFETY: { aggregationType: 'AVG', description: 'Do platforms and communities put up with us?' },
};

/** `followerThreshold` is the lowest number of followers. Source: product requirements, architecture 5, epic 1. */
const POWER_TIER_ROWS: Readonly<Record<PowerTierName, Pick<PowerTier, 'followerThreshold' | 'description'>>> = {
  MICRO: { followerThreshold: POWER_USER_THRESHOLDS.followers, description: 'Known in their circle.' },
  MACRO: { followerThreshold: 50_000, description: 'Known in their field; answered with priority.' },
  MEGA: { followerThreshold: 500_000, description: 'Known to the public; the highest priority.' },
};

type Segment = Pick<SegmentedWeight, 'segmentType' | 'segmentKey'>;

/**
 * The segments that exist before the agent has learned anything: GLOBAL, the last fallback, and one for each platform. The learning system
 * creates the others. Source: learning-system paper, fallback COMBINED → PLATFORM → GLOBAL.
 */
export const REFERENCE_SEGMENTS: readonly Segment[] = (['GLOBAL', 'PLATFORM'] as const).flatMap((segmentType) =>
  SEGMENT_KEYS[segmentType].map((segmentKey) => ({ segmentType, segmentKey })),
);

/** The weights before the first measurement. */
const STARTING_WEIGHTS = {
  sssWeight: DEFAULT_WEIGHTS.sss,
  arsWeight: DEFAULT_WEIGHTS.ars,
  evsWeight: DEFAULT_WEIGHTS.evs,
  trsWeight: DEFAULT_WEIGHTS.trs,
} as const;

/** The rows of one table. */
export interface SeedTable {
  readonly entity: EntityTarget<ObjectLiteral>;
  readonly rows: readonly ObjectLiteral[];
}

/** Creates all reference rows, by table. */
export function createReferenceRows(): readonly SeedTable[] {
  return [
    createNamedRows(Archetype, ARCHETYPE_NAMES, ARCHETYPE_ROWS),
    createNamedRows(PowerTier, POWER_TIER_NAMES, POWER_TIER_ROWS),
    createNamedRows(CompetitorCategory, COMPETITOR_CATEGORY_NAMES, COMPETITOR_CATEGORY_ROWS),
    createNamedRows(KpiType, KPI_TYPE_NAMES, KPI_TYPE_ROWS),
    createNamedRows(EscalationReason, ESCALATION_REASON_NAMES, ESCALATION_REASON_ROWS),
    createNamedRows(ChampionTier, CHAMPION_TIER_NAMES, CHAMPION_TIER_ROWS),
    { entity: SegmentedWeight, rows: createSegmentedWeights() },
  ];
}

interface NamedRow {
  id: string;
  name: string;
  isActive: boolean;
}

function createNamedRows<Row extends NamedRow, Name extends string>(
  entity: ObjectType<Row>,
  names: readonly Name[],
  values: Readonly<Record<Name, Partial<Row>>>,
): SeedTable {
  const rows = names.map((name, place) =>
    build<NamedRow>(entity, { id: createReferenceId(entity, place + 1), name, isActive: true, ...values[name] }),
  );
  return { entity, rows };
}

function createSegmentedWeights(): SegmentedWeight[] {
  return REFERENCE_SEGMENTS.map((segment, place) =>
    build(SegmentedWeight, {
      id: createReferenceId(SegmentedWeight, place + 1),
      ...segment,
      ...STARTING_WEIGHTS,
      sampleSize: 0,
      performance: null,
    }),
  );
}
