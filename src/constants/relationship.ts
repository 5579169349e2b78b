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
