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
