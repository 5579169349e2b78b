/** Lists of allowed values. Most of them belong to text columns with a CHECK, because they may grow. */

/** Platforms of posts; TWITTER is X. Values of the native enum `platform`. */
export const PLATFORMS = ['TWITTER', 'REDDIT', 'THREADS'] as const;

/** How a post speaks of a competitor. */
export const SENTIMENTS = ['POSITIVE', 'NEUTRAL', 'NEGATIVE'] as const;
export type Sentiment = (typeof SENTIMENTS)[number];

/** Whether the author is satisfied with the product of the competitor. */
export const SATISFACTIONS = ['SATISFIED', 'UNSATISFIED', 'QUESTIONING'] as const;
export type Satisfaction = (typeof SATISFACTIONS)[number];

/** Price class of a competing product. VARIES: no typical price, e.g. a home remedy. */
export const PRICE_POINTS = ['LOW', 'MID', 'HIGH', 'VERY_HIGH', 'VARIES'] as const;
export type PricePoint = (typeof PRICE_POINTS)[number];

/** Response to the offer of a sample. */
export const DM_RESPONSES = ['NO_RESPONSE', 'ACCEPTED', 'DECLINED'] as const;
export type DmResponse = (typeof DM_RESPONSES)[number];

/** Stages of a champion. */
export const ADVOCATE_STATUSES = ['POTENTIAL', 'CONTACTED', 'ENGAGED', 'ADVOCATE', 'VIP'] as const;
export type AdvocateStatus = (typeof ADVOCATE_STATUSES)[number];

/** Variants of an A/B test: of a decision, and of the winner. */
export const VARIANTS = ['A', 'B'] as const;
export type Variant = (typeof VARIANTS)[number];

/** What a run of the learning cycle did with the weights. */
export const WEIGHT_ACTIONS = ['ADJUSTED', 'SKIPPED'] as const;
export type WeightAction = (typeof WEIGHT_ACTIONS)[number];

/** What the learning cycle can adjust. */
export const ADJUSTMENT_TYPES = ['WEIGHT', 'ARCHETYPE', 'KEYWORD'] as const;
export type AdjustmentType = (typeof ADJUSTMENT_TYPES)[number];

/** Kinds of segments with weights of their own. GLOBAL is the fallback. */
export const SEGMENT_TYPES = ['GLOBAL', 'PLATFORM', 'TIME_OF_DAY', 'DAY_OF_WEEK', 'COMBINED'] as const;
export type SegmentType = (typeof SEGMENT_TYPES)[number];

/** How daily values of a KPI family are combined for a longer period, unless the KPI catalogue names another way for the metric. */
export const AGGREGATION_TYPES = ['SUM', 'AVG', 'MIN', 'MAX', 'COUNT', 'LAST'] as const;
export type AggregationType = (typeof AGGREGATION_TYPES)[number];

/*
 * Names of the seeded reference rows, which code looks up. Operators may add rows, and retire these with `is_active`. Only append
 * to these lists: the position of a name is part of the id of the seeded row.
 */

/** Styles of replies. Source: product requirements. MYTHBUST is written without underscore. */
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

/** Classes of authors by follower count, smallest first. Source: product requirements. */
export const POWER_TIER_NAMES = ['MICRO', 'MACRO', 'MEGA'] as const;
export type PowerTierName = (typeof POWER_TIER_NAMES)[number];

/** Kinds of competing products; reply templates are chosen by them. Source: product requirements. */
export const COMPETITOR_CATEGORY_NAMES = ['REHYDRATION', 'HANGOVER_PILLS', 'IV_THERAPY', 'HOME_REMEDY'] as const;
export type CompetitorCategoryName = (typeof COMPETITOR_CATEGORY_NAMES)[number];

/** Families of KPIs. Source: architecture document. */
export const KPI_TYPE_NAMES = ['COMMERCIAL', 'LOVE', 'SAFETY'] as const;
export type KpiTypeName = (typeof KPI_TYPE_NAMES)[number];

/** Reasons for a review by a person. Source: architecture document, product requirements. */
export const ESCALATION_REASON_NAMES = [
  'SAFETY_AMBIGUITY',
  'MODERATOR_WARNING',
  'VIRAL_THREAD',
  'BACKLASH_SPIKE',
  'LOW_CONFIDENCE',
  'MANUAL_FLAG',
] as const;
export type EscalationReasonName = (typeof ESCALATION_REASON_NAMES)[number];

/** Classes of champions, lowest first. Source: architecture document. */
export const CHAMPION_TIER_NAMES = ['BRONZE', 'SILVER', 'GOLD'] as const;
export type ChampionTierName = (typeof CHAMPION_TIER_NAMES)[number];
