/** Counts and rates of one reply at one time. All counts are totals since posting. */
export interface ReplyOutcome {
  likes?: number;
  replies?: number;
  shares?: number;
  clicks?: number;
  conversions?: number;
  /** US dollars. */
  revenue?: number;
  /** Unique clicks per view, a fraction. */
  ctr?: number;
  /** Tone of the answers, -1 (hostile) .. 1 (warm); below -0.75 the reply is taken back. */
  sentiment?: number;
  reports?: number;
  removed?: boolean;
  /** When it was measured, ISO 8601 in UTC. */
  capturedAt?: string;
}

/** `replies.metrics_json`: the latest outcome, and what it was at each window. */
export interface ReplyMetrics extends ReplyOutcome {
  windows?: Partial<Record<'15m' | '60m' | '24h' | '7d', ReplyOutcome>>;
}
