import { PLATFORMS } from './lists.js';

/**
 * Where the engine's scores change what happens. All of them are shares or scores 0..1 unless said otherwise. They are the
 * documented starting points: the engine applies them, nothing in the database enforces them.
 */

/** Solution-Seeking Score. Source: product requirements, operational modes. */
export const SSS_THRESHOLDS = {
  /** From here the mode is HELPFUL. Kept as double precision: `real` reads 0.82 back as 0.81999999 and misses it. */
  helpful: 0.82,
  /** From here, below `helpful`, the context decides; below it a reply never pitches. */
  contextual: 0.55,
} as const;

/** Author Relationship Score. Source: product requirements, architecture 7 (the older project brief says 0.60). */
export const ARS_THRESHOLDS = {
  /** Above: a strong relationship. */
  strong: 0.7,
} as const;

/** Engagement Velocity Score, a ratio to the author's baseline: 1 = usual. Source: product requirements, architecture 7. */
export const EVS_THRESHOLDS = {
  /** From here up to `viral`: moderate. */
  moderate: 2,
  /** Above: viral, which a person should see. Also the ratio that counts as 1 in the composite score. */
  viral: 5,
} as const;

/** Topic Relevance Score. Source: product requirements, architecture 7. */
export const TRS_THRESHOLDS = {
  /** Below: the agent stays away. */
  disengage: 0.5,
  /** From `review.from` to `review.to`: logged for review. */
  review: { from: 0.4, to: 0.6 },
} as const;

/** Composite score. Source: product requirements 2.5. */
export const COMPOSITE_THRESHOLDS = {
  /** From here the context is fetched and an engagement considered. */
  engage: 0.65,
  /** Below: the agent stays away. */
  disengage: 0.4,
} as const;

/** Who is a power user: any of these, a badge, a telling bio, or a mark by hand. Source: product requirements, story 2.11. */
export const POWER_USER_THRESHOLDS = {
  /** Followers, included (story 2.11; the product requirements say "over"). Also where the first power tier begins. */
  followers: 5_000,
  /** Engagements per follower; above. */
  engagementRate: 0.03,
} as const;

/** How old a post may be, in minutes since it was published. Source: product requirements, freshness. */
export const FRESHNESS_MINUTES = {
  /** Engage up to here. */
  engage: 90,
  /** Stay away from here on. */
  disengage: 360,
} as const;

/** How much each signal counts where nothing was learned yet; together 1. Source: product requirements 2.5. */
export const DEFAULT_WEIGHTS = { sss: 0.4, ars: 0.25, evs: 0.2, trs: 0.15 } as const;

/**
 * How far the four weights may miss 1 together: floating point adds 0.42 + 0.24 + 0.22 + 0.12 to 0.9999999999999999.
 * Source: story 2.5.
 */
export const WEIGHT_SUM_TOLERANCE = 0.001;

/** How posts wait for their decision. Source: product requirements 2.7, story 2.7, service levels. */
export const QUEUE = {
  /** Failed attempts after which the queue gives a post up. The index of waiting posts leaves it out from then on. */
  maxAttempts: 3,
  /** Posts taken at once. */
  batchSize: 20,
  /** Seconds between two looks. */
  pollSeconds: 30,
  /** Waiting posts above which an alert goes out. */
  alertDepth: 100,
} as const;

/** Trust in an author we know nothing of, on the scale 0..1. Source: product requirements 2.2. */
export const RELATIONSHIP_START = 0.5;

/** What an author can do with us. A mute counts as a block, an upvote as a like. */
export const INTERACTION_TYPES = ['thanks', 'like', 'click', 'purchase', 'block', 'report', 'hostile_reply'] as const;
export type InteractionType = (typeof INTERACTION_TYPES)[number];

/**
 * What one interaction adds to the relationship score, which is clamped to 0..1 after each. Source: product requirements 2.2
 * and 3.8.
 */
export const INTERACTION_WEIGHTS = {
  thanks: 0.15,
  like: 0.05,
  click: 0.1,
  purchase: 0.25,
  block: -0.3,
  report: -0.4,
  hostile_reply: -0.2,
} as const satisfies Record<InteractionType, number>;

/** Above this score an author counts as one we get on with. Source: reply generator of the product requirements. */
export const POSITIVE_HISTORY = 0.6;

/** Local time of the market: 6–12, 12–18, 18–24, 0–6. Source: learning-system paper, epic 4. */
export const TIMES_OF_DAY = ['MORNING', 'AFTERNOON', 'EVENING', 'NIGHT'] as const;
export type TimeOfDay = (typeof TIMES_OF_DAY)[number];

/** Saturday and Sunday are WEEKEND. Source: learning-system paper. */
export const DAYS_OF_WEEK = ['WEEKDAY', 'WEEKEND'] as const;
export type DayOfWeek = (typeof DAYS_OF_WEEK)[number];

/** A platform and a part of the day or week: `TWITTER_MORNING`, `REDDIT_WEEKEND`. */
export const COMBINED_SEGMENTS = PLATFORMS.flatMap((platform) =>
  [...TIMES_OF_DAY, ...DAYS_OF_WEEK].map((part) => `${platform}_${part}` as const),
);

/**
 * The keys of `segmented_weights` by type. Looked up from the narrowest: COMBINED, then PLATFORM, then GLOBAL. Source:
 * learning-system paper, architecture 7.4.
 */
export const SEGMENT_KEYS = {
  GLOBAL: ['GLOBAL'],
  PLATFORM: PLATFORMS,
  TIME_OF_DAY: TIMES_OF_DAY,
  DAY_OF_WEEK: DAYS_OF_WEEK,
  COMBINED: COMBINED_SEGMENTS,
} as const;

/** Share of decisions that get a random mode, 0..1. Source: epic 4, learning-system paper. */
export const RANDOMIZED_SHARE = 0.1;

/** When an adjustment is trusted, measured and judged. Source: learning-system paper, epics 2 and 4. */
export const LEARNING = {
  /** Days from an adjustment to its measurement. */
  measuredAfterDays: 7,
  /** Accuracy to reach: 1 - |actual - predicted|; above. */
  accuracyTarget: 0.85,
  /** Accuracy that alarms; below. */
  accuracyAlarm: 0.7,
  /** Decisions from which a segment's weights are trusted. */
  trustedSampleSize: 50,
  /** Signal segments with enough data that a learning cycle needs, of four. */
  requiredSegments: 3,
  /** Randomised decisions from which the causal analysis begins. */
  causalSampleSize: 200,
  /** Samples per arm from which an experiment may declare a winner. */
  experimentSampleSize: 50,
} as const;

/** Who qualifies as a champion, and how we approach them. Source: product requirements 4.11, epic 4. */
export const CHAMPION = {
  /** Fewest positive interactions in the last 30 days. */
  interactions: 3,
  /** Days over which interactions count. */
  windowDays: 30,
  /** Mean sentiment, 0..1; above. */
  sentiment: 0.7,
  /** Seen within this many days. */
  activeDays: 7,
  /** Most sample offers a day, over all champions. */
  offersPerDay: 5,
} as const;

/**
 * How good an opening a mention is, 0..1. An unsatisfied customer is the best, a fan the worst; where satisfaction has no
 * figure the sentiment decides. Source: story 2.12.
 */
export const OPPORTUNITY_SCORES = {
  satisfaction: { UNSATISFIED: 0.9, QUESTIONING: 0.7 },
  sentiment: { NEGATIVE: 0.8, NEUTRAL: 0.5, POSITIVE: 0.3 },
} as const;

/** Most competitive replies a day. Source: product requirements 6, story 2.12. */
export const COMPETITIVE_REPLIES_PER_DAY = {
  /** About one competitor. */
  each: 5,
  /** About all of them together. */
  total: 15,
} as const;

/** Hours after which an open escalation is late. Source: story 3.7. */
export const ESCALATION_SLA_HOURS = 4;

/** Who approves when nobody does: the actor of automatic approvals and of system entries in the audit log. */
export const SYSTEM_ACTOR = 'system';

/** Tone of the answers, -1..1, below which the agent takes its reply back. Source: self-correction worker, product requirements. */
export const TAKE_BACK_SENTIMENT = -0.75;

/** Days before generation whose posted replies make the "people helped" figure. Source: product requirements 3.3. */
export const HELP_COUNT_DAYS = 30;
