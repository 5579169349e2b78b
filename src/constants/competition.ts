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
