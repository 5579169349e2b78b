import { PLATFORMS } from './choices.js';

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
