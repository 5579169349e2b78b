/** Closed lists, each typed once, here: most of them text columns with a CHECK, since they may still grow. */

/** Where posts are seen. X is TWITTER here, as in the requirements. Behind the native enum `platform`. */
export const PLATFORMS = ['TWITTER', 'REDDIT', 'THREADS'] as const;

/** How a post speaks of a competitor. */
export const SENTIMENTS = ['POSITIVE', 'NEUTRAL', 'NEGATIVE'] as const;
export type Sentiment = (typeof SENTIMENTS)[number];

/** Whether the author is content with the competitor's product. */
export const SATISFACTIONS = ['SATISFIED', 'UNSATISFIED', 'QUESTIONING'] as const;
export type Satisfaction = (typeof SATISFACTIONS)[number];

/** What a competitor's product costs. VARIES: a home remedy has no price. */
export const PRICE_POINTS = ['LOW', 'MID', 'HIGH', 'VERY_HIGH', 'VARIES'] as const;
export type PricePoint = (typeof PRICE_POINTS)[number];

/** What became of the sample offer. */
export const DM_RESPONSES = ['NO_RESPONSE', 'ACCEPTED', 'DECLINED'] as const;
export type DmResponse = (typeof DM_RESPONSES)[number];

/** How far a champion has come. */
export const ADVOCATE_STATUSES = ['POTENTIAL', 'CONTACTED', 'ENGAGED', 'ADVOCATE', 'VIP'] as const;
export type AdvocateStatus = (typeof ADVOCATE_STATUSES)[number];

/** The arms of an experiment: of a decision's variant and of the winner. */
export const VARIANTS = ['A', 'B'] as const;
export type Variant = (typeof VARIANTS)[number];

/** What a learning cycle did with the weights. */
export const WEIGHT_ACTIONS = ['ADJUSTED', 'SKIPPED'] as const;
export type WeightAction = (typeof WEIGHT_ACTIONS)[number];

/** What a learning cycle adjusts. */
export const ADJUSTMENT_TYPES = ['WEIGHT', 'ARCHETYPE', 'KEYWORD'] as const;
export type AdjustmentType = (typeof ADJUSTMENT_TYPES)[number];

/** By what the weights are learned separately. GLOBAL is the fallback of all. */
export const SEGMENT_TYPES = ['GLOBAL', 'PLATFORM', 'TIME_OF_DAY', 'DAY_OF_WEEK', 'COMBINED'] as const;
export type SegmentType = (typeof SEGMENT_TYPES)[number];

/** How daily values of a KPI family roll up to a longer period, unless the metric's own entry says otherwise. */
export const AGGREGATION_TYPES = ['SUM', 'AVG', 'MIN', 'MAX', 'COUNT', 'LAST'] as const;
export type AggregationType = (typeof AGGREGATION_TYPES)[number];

/**
 * The names of the reference rows that code refers to, in the order in which people list them. Operators may add rows; a
 * row of these lists is retired by `is_active`, since its name is looked up. Append only: the place in the list is part of
 * the seeded row's id.
 */

/** Shapes of a reply. Source: product requirements, architecture 5. Spelled MYTHBUST, without underscore. */
export const ARCHETYPE_NAMES = [
  'CHECKLIST',
  'MYTHBUST',
  'COACH',
  'STORYLET',
  'HUMOR_LIGHT',
  'CREDIBILITY_ANCHOR',
  'CONFIDENT_RECOMMENDER',
  'PROBLEM_SOLUTION_DIRECT',
] as const;
export type ArchetypeName = (typeof ARCHETYPE_NAMES)[number];

/** Classes of reach, smallest first. Source: product requirements, architecture 5, epic 1. */
export const POWER_TIER_NAMES = ['MICRO', 'MACRO', 'MEGA'] as const;
export type PowerTierName = (typeof POWER_TIER_NAMES)[number];

/** Kinds of alternatives; reply templates are keyed by them. Source: product requirements 6, architecture 5. */
export const COMPETITOR_CATEGORY_NAMES = ['REHYDRATION', 'HANGOVER_PILLS', 'IV_THERAPY', 'HOME_REMEDY'] as const;
export type CompetitorCategoryName = (typeof COMPETITOR_CATEGORY_NAMES)[number];

/** Families of KPIs. Source: architecture 5, epic 1. */
export const KPI_TYPE_NAMES = ['COMMERCIAL', 'LOVE', 'SAFETY'] as const;
export type KpiTypeName = (typeof KPI_TYPE_NAMES)[number];

/** Why a person must look. Source: architecture 5, epic 1, functional requirement 14. */
export const ESCALATION_REASON_NAMES = [
  'SAFETY_AMBIGUITY',
  'MODERATOR_WARNING',
  'VIRAL_THREAD',
  'BACKLASH_SPIKE',
  'LOW_CONFIDENCE',
  'MANUAL_FLAG',
] as const;
export type EscalationReasonName = (typeof ESCALATION_REASON_NAMES)[number];

/** Kinds of champions, lowest first. Source: architecture 5, epic 1. */
export const CHAMPION_TIER_NAMES = ['BRONZE', 'SILVER', 'GOLD'] as const;
export type ChampionTierName = (typeof CHAMPION_TIER_NAMES)[number];
