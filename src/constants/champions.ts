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
