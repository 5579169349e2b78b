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
