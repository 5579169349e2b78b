/** What an author can do with us, and what it does to the relationship score (constants/relationship.ts). */
export const INTERACTION_TYPES = ['thanks', 'like', 'click', 'purchase', 'block', 'report', 'hostile_reply'] as const;
export type InteractionType = (typeof INTERACTION_TYPES)[number];

/** One entry of `authors.interaction_history`. */
export interface InteractionEvent {
  type: InteractionType;
  /** When it happened, ISO 8601 in UTC. */
  timestamp: string;
  /** The reply it answered. */
  replyId?: string;
  /** The tracking code that was clicked. */
  utmCode?: string;
  /** How often, for events that platforms report as a number. */
  count?: number;
}
