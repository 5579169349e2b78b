import {
  choiceRule,
  Field,
  flagRule,
  isoMomentRule,
  listRule,
  Open,
  quantityRule,
  ratioRule,
  scoreRule,
  shapeRule,
  textRules,
} from '../../columns/index.js';

/** One signal of a decision, as recorded. May hold more: sub-scores differ from signal to signal. */
@Open()
export class Signal {
  /** 0..1, but for the velocity, which is a ratio: the columns hold each to its own range. */
  @Field(quantityRule()) score!: number;

  /** How sure the signal is, 0..1. */
  @Field(scoreRule, { optional: true }) confidence?: number;

  @Field(listRule(...textRules({ max: 1000 })), { optional: true }) reasons?: string[];

  [detail: string]: unknown;
}

const signal = shapeRule(() => Signal);

/** `decisions.signals_json`: the four signals, and what else spoke (safety, powerUser, competitor, temporal). */
@Open()
export class SignalBreakdown {
  @Field(signal, { optional: true }) sss?: Signal;
  @Field(signal, { optional: true }) ars?: Signal;
  @Field(signal, { optional: true }) evs?: Signal;
  @Field(signal, { optional: true }) trs?: Signal;

  [other: string]: unknown;
}

/** What time it is for the market. */
export const TEMPORAL_PHASES = ['peak_suffering', 'prevention', 'holiday', 'normal'] as const;
export type TemporalPhase = (typeof TEMPORAL_PHASES)[number];

/** `decisions.temporal_context`: what time it was for the market. No other keys. */
export class TemporalContext {
  @Field(choiceRule(TEMPORAL_PHASES)) phase!: TemporalPhase;

  /** How much more often than usual the platforms are polled; 1 = usual. */
  @Field(ratioRule, { optional: true }) monitoringMultiplier?: number;

  @Field(listRule(...textRules({ max: 200 })), { optional: true }) matchedRules?: string[];

  /** IANA name, e.g. America/New_York. Only its length is asked: the list of zones changes. */
  @Field(textRules({ max: 64 }), { optional: true }) timezone?: string;

  /** ISO 8601 in UTC. */
  @Field(isoMomentRule, { optional: true }) evaluatedAt?: string;

  @Field(flagRule, { optional: true }) isPriority?: boolean;
}
