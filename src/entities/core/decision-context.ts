/** One signal of a decision, as recorded. */
export interface Signal {
  score: number;
  /** How sure the signal is, 0..1. */
  confidence?: number;
  reasons?: string[];
  [detail: string]: unknown;
}

/** `decisions.signals_json`: the four signals, and what else spoke. */
export interface SignalBreakdown {
  sss?: Signal;
  ars?: Signal;
  evs?: Signal;
  trs?: Signal;
  [other: string]: unknown;
}

/** `decisions.temporal_context`: what time it was for the market. */
export interface TemporalContext {
  phase: 'peak_suffering' | 'prevention' | 'holiday' | 'normal';
  monitoringMultiplier?: number;
  matchedRules?: string[];
  /** IANA name, e.g. America/New_York. */
  timezone?: string;
  /** ISO 8601 in UTC. */
  evaluatedAt?: string;
  isPriority?: boolean;
}
