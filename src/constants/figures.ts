/*
 * Figures that the services apply. The database enforces only WEIGHT_SUM_TOLERANCE, DEFAULT_WEIGHTS (defaults of columns) and
 * QUEUE.maxAttempts (condition of an index). Scores, weights and shares are 0..1 unless a comment states another range. "Source"
 * names the document the figure comes from.
 */
import { PLATFORMS } from './lists.js';

// ----- Scores of a decision -----

/** Solution-Seeking Score, 0..1. Source: product requirements, operational modes. */
export const SSS_THRESHOLDS = {
  /** From this score the mode is HELPFUL. Compared as double precision: `real` would return 0.82 as 0.81999999. */
  helpful: 0.82,
  /** From this score up to `helpful`, the context decides. Below it, a reply never advertises. */
  contextual: 0.55,
} as const;

/** Author Relationship Score, 0..1. Source: product requirements; the older project brief states 0.60. */
export const ARS_THRESHOLDS = {
  /** Above this score the relationship is strong. */
  strong: 0.7,
} as const;

/** Engagement Velocity Score: a ratio to the usual engagement of the author, 0 or more, 1 = usual. Source: product requirements. */
export const EVS_THRESHOLDS = {
  /** From this ratio up to `viral`, the velocity is moderate. */
  moderate: 2,
  /** Above this ratio the post is viral and a person should review it. In the composite score, this ratio counts as 1. */
  viral: 5,
} as const;

/** Topic Relevance Score, 0..1. Source: product requirements. */
export const TRS_THRESHOLDS = {
  /** Below this score the agent does not reply. */
  disengage: 0.5,
  /** From `from` to `to`, the decision is logged for review. */
  review: { from: 0.4, to: 0.6 },
} as const;

/** Composite score, 0..1. Source: product requirements, decision engine. */
export const COMPOSITE_THRESHOLDS = {
  /** From this score the engine loads the context and considers a reply. */
  engage: 0.65,
  /** Below this score the agent does not reply. */
  disengage: 0.4,
} as const;

/** Weights of the four signals before anything is learned; they add up to 1. Source: product requirements, decision engine. */
export const DEFAULT_WEIGHTS = { sss: 0.4, ars: 0.25, evs: 0.2, trs: 0.15 } as const;

/**
 * Largest difference between the sum of the four weights and 1. Needed because 0.42 + 0.24 + 0.22 + 0.12 is 0.9999999999999999 in
 * floating point. Source: user story of the decision engine.
 */
export const WEIGHT_SUM_TOLERANCE = 0.001;

// ----- Queue of posts -----

/** Age of a post in minutes since its publication. Source: product requirements, freshness. */
export const FRESHNESS_MINUTES = {
  /** Up to this age the agent replies. */
  engage: 90,
  /** From this age the agent does not reply. */
  disengage: 360,
} as const;

/** Queue of posts without a decision. Source: product requirements, queue and service levels. */
export const QUEUE = {
  /** Failed attempts after which a post leaves the queue and the index of waiting posts. */
  maxAttempts: 3,
  /** Number of posts in one batch. */
  batchSize: 20,
  /** Seconds between two polls. */
  pollSeconds: 30,
  /** Number of waiting posts above which an alert is sent. */
  alertDepth: 100,
} as const;

// ----- Authors -----

/**
 * Thresholds of a power user; one of them is enough. So is a verified badge, a matching keyword in the profile, or an operator's
 * decision. Source: product requirements, power users.
 */
export const POWER_USER_THRESHOLDS = {
  /** Smallest number of followers (inclusive); also the threshold of the first power tier. */
  followers: 5_000,
  /** Engagements per follower; above. */
  engagementRate: 0.03,
} as const;

/** Relationship score of a new author, 0..1. Source: product requirements, relationship score. */
export const RELATIONSHIP_START = 0.5;

/** Above this relationship score (0..1) the history with the author counts as positive. Source: product requirements, replies. */
export const POSITIVE_HISTORY = 0.6;

/** Kinds of interactions of an author with us. A mute counts as a block, an upvote as a like. */
export const INTERACTION_TYPES = ['thanks', 'like', 'click', 'purchase', 'block', 'report', 'hostile_reply'] as const;
export type InteractionType = (typeof INTERACTION_TYPES)[number];

/**
 * Change of the relationship score by one interaction, -1..1. The score is limited to 0..1 after each interaction. Source: product
 * requirements, relationship score.
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

/**
 * Hours after which a further sighting of an author refreshes `last_seen_at`. Monitors see active authors many times a minute, while the
 * readers of the column ask about days. Source: this package.
 */
export const SIGHTING_REFRESH_HOURS = 1;

// ----- Replies and reviews -----

/** Days before the generation of a reply in which posted replies count as people helped. Source: product requirements, replies. */
export const HELP_COUNT_DAYS = 30;

/** Sentiment of the answers (-1..1) below which the agent deletes its reply. Source: product requirements, self-correction. */
export const TAKE_BACK_SENTIMENT = -0.75;

/** Actor of automatic approvals and of system entries in the audit log. */
export const SYSTEM_ACTOR = 'system';

/** Hours after which an open escalation is late. Source: user story of the review queue. */
export const ESCALATION_SLA_HOURS = 4;

// ----- Learning -----

/** Times of day in the target market: 6–12, 12–18, 18–24 and 0–6 o'clock local time. Source: learning-system paper. */
export const TIMES_OF_DAY = ['MORNING', 'AFTERNOON', 'EVENING', 'NIGHT'] as const;
export type TimeOfDay = (typeof TIMES_OF_DAY)[number];

/** Saturday and Sunday are WEEKEND. Source: learning-system paper. */
export const DAYS_OF_WEEK = ['WEEKDAY', 'WEEKEND'] as const;
export type DayOfWeek = (typeof DAYS_OF_WEEK)[number];

/** Segments of a platform and a part of the day or week: `TWITTER_MORNING`, `REDDIT_WEEKEND`. */
export const COMBINED_SEGMENTS = PLATFORMS.flatMap((platform) =>
  [...TIMES_OF_DAY, ...DAYS_OF_WEEK].map((part) => `${platform}_${part}` as const),
);

/**
 * Keys of `segmented_weights` by type. The engine looks up COMBINED first, then PLATFORM, then GLOBAL. Source: learning-system
 * paper, architecture document.
 */
export const SEGMENT_KEYS = {
  GLOBAL: ['GLOBAL'],
  PLATFORM: PLATFORMS,
  TIME_OF_DAY: TIMES_OF_DAY,
  DAY_OF_WEEK: DAYS_OF_WEEK,
  COMBINED: COMBINED_SEGMENTS,
} as const;

/** Share of decisions with a random mode, 0..1. Source: learning-system paper. */
export const RANDOMIZED_SHARE = 0.1;

/** Limits of the learning cycle. Source: learning-system paper. */
export const LEARNING = {
  /** Days from an adjustment to its measurement. */
  measuredAfterDays: 7,
  /** Target of the accuracy, which is 1 - |actual - predicted|; above. */
  accuracyTarget: 0.85,
  /** Accuracy that triggers an alarm; below. */
  accuracyAlarm: 0.7,
  /** Number of decisions from which the weights of a segment are trusted. */
  trustedSampleSize: 50,
  /** Number of signal segments with enough data that a learning cycle needs, of four. */
  requiredSegments: 3,
  /** Number of randomised decisions from which the causal analysis starts. */
  causalSampleSize: 200,
  /** Number of samples per variant from which an experiment may have a winner. */
  experimentSampleSize: 50,
} as const;

// ----- Competitors and champions -----

/**
 * Opportunity score of a mention, 0..1. If `satisfaction` has no figure, `sentiment` decides. Source: user story of competitor
 * mentions.
 */
export const OPPORTUNITY_SCORES = {
  satisfaction: { UNSATISFIED: 0.9, QUESTIONING: 0.7 },
  sentiment: { NEGATIVE: 0.8, NEUTRAL: 0.5, POSITIVE: 0.3 },
} as const;

/** Largest number of replies to mentions of competitors a day. Source: product requirements, competitive replies. */
export const COMPETITIVE_REPLIES_PER_DAY = {
  /** For each competitor. */
  each: 5,
  /** For all competitors together. */
  total: 15,
} as const;

/** Conditions for champions, and the limit of offers. Source: product requirements, champions. */
export const CHAMPION = {
  /** Smallest number of positive interactions in `windowDays`. */
  interactions: 3,
  /** Days in which interactions count. */
  windowDays: 30,
  /** Mean sentiment, 0..1; above. */
  sentiment: 0.7,
  /** Largest number of days since the author was last seen. */
  activeDays: 7,
  /** Largest number of sample offers a day over all champions. */
  offersPerDay: 5,
} as const;
