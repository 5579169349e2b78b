import {
  createRangeRule,
  createChoiceRule,
  createCountRule,
  Field,
  flagRule,
  isoTimestampRule,
  createListRule,
  AllowUnknownKeys,
  createQuantityRule,
  ratioRule,
  scoreRule,
  createShapeRule,
  createTextRules,
  UPPER_SNAKE,
  uuidRule,
} from '../columns/index.js';
import { INTERACTION_TYPES, type InteractionType } from '../constants/figures.js';
import { UTM_CODE_TEXT } from './formats.js';

/** One number per signal. */
export interface PerSignal {
  sss: number;
  ars: number;
  evs: number;
  trs: number;
}

/** Weight of each signal, each 0..1. Only `segmented_weights` requires that they add up to 1. */
export class SignalWeights implements PerSignal {
  @Field(scoreRule) sss!: number;
  @Field(scoreRule) ars!: number;
  @Field(scoreRule) evs!: number;
  @Field(scoreRule) trs!: number;

  /** Segment of the weights, e.g. TWITTER_MORNING; the log has no column for it. Absent: GLOBAL. */
  @Field(createTextRules({ max: 64, format: UPPER_SNAKE }), { optional: true }) segment?: string;
}

/** Number of decisions behind each signal. */
export class SampleSizes implements PerSignal {
  @Field(createCountRule()) sss!: number;
  @Field(createCountRule()) ars!: number;
  @Field(createCountRule()) evs!: number;
  @Field(createCountRule()) trs!: number;
}

/** One signal of a decision. Other keys are allowed, because each signal has different sub-scores. */
@AllowUnknownKeys()
export class Signal {
  /** 0..1, except for the velocity, which is a ratio. The columns of the scores check their ranges. */
  @Field(createQuantityRule()) score!: number;

  /** Confidence of the signal, 0..1. */
  @Field(scoreRule, { optional: true }) confidence?: number;

  @Field(createListRule(...createTextRules({ max: 1000 })), { optional: true }) reasons?: string[];

  [detail: string]: unknown;
}

const signal = createShapeRule(() => Signal);

/** `decisions.signals_json`: the four signals, and what else spoke (safety, powerUser, competitor, temporal). */
@AllowUnknownKeys()
export class SignalBreakdown {
  @Field(signal, { optional: true }) sss?: Signal;
  @Field(signal, { optional: true }) ars?: Signal;
  @Field(signal, { optional: true }) evs?: Signal;
  @Field(signal, { optional: true }) trs?: Signal;

  [other: string]: unknown;
}

/** Phase of the week in the target market. */
export const TEMPORAL_PHASES = ['peak_suffering', 'prevention', 'holiday', 'normal'] as const;
export type TemporalPhase = (typeof TEMPORAL_PHASES)[number];

/** `decisions.temporal_context`: the time in the target market at the decision. No other keys. */
export class TemporalContext {
  @Field(createChoiceRule(TEMPORAL_PHASES)) phase!: TemporalPhase;

  /** Polling frequency relative to the usual one; 1 = usual. */
  @Field(ratioRule, { optional: true }) monitoringMultiplier?: number;

  @Field(createListRule(...createTextRules({ max: 200 })), { optional: true }) matchedRules?: string[];

  /** IANA name, e.g. America/New_York, at most 64 characters. Not checked against the list of zones, which changes. */
  @Field(createTextRules({ max: 64 }), { optional: true }) timezone?: string;

  /** ISO 8601 in UTC. */
  @Field(isoTimestampRule, { optional: true }) evaluatedAt?: string;

  @Field(flagRule, { optional: true }) isPriority?: boolean;
}

/** One entry of `authors.interaction_history`. No other keys. */
export class InteractionEvent {
  @Field(createChoiceRule(INTERACTION_TYPES)) type!: InteractionType;

  /** When it happened, ISO 8601 in UTC. */
  @Field(isoTimestampRule) timestamp!: string;

  /** Id of the reply that the author reacted to. */
  @Field(uuidRule, { optional: true }) replyId?: string;

  /** Tracking code of the clicked link. */
  @Field(createTextRules(UTM_CODE_TEXT), { optional: true }) utmCode?: string;

  /** Number of events, for platforms that report only a number. */
  @Field(createCountRule(), { optional: true }) count?: number;
}

/** Results of one reply at one time. Counts are totals since posting. No other keys. */
export class ReplyOutcome {
  @Field(createCountRule(), { optional: true }) likes?: number;
  @Field(createCountRule(), { optional: true }) replies?: number;
  @Field(createCountRule(), { optional: true }) shares?: number;
  @Field(createCountRule(), { optional: true }) clicks?: number;
  @Field(createCountRule(), { optional: true }) conversions?: number;

  /** US dollars; refunds may make it negative. */
  @Field(createQuantityRule(), { optional: true }) revenue?: number;

  /** Unique clicks per view, a fraction; above 1 when the platform counts views late. */
  @Field(ratioRule, { optional: true }) ctr?: number;

  /** Sentiment of the answers, -1 (hostile) .. 1 (warm); below -0.75 we delete the reply. */
  @Field(createRangeRule(-1, 1), { optional: true }) sentiment?: number;

  @Field(createCountRule(), { optional: true }) reports?: number;
  @Field(flagRule, { optional: true }) removed?: boolean;

  /** When it was measured, ISO 8601 in UTC. */
  @Field(isoTimestampRule, { optional: true }) capturedAt?: string;
}

const outcome = createShapeRule(() => ReplyOutcome);

/** Results of a reply 15 minutes, 60 minutes, 24 hours and 7 days after posting. */
export class OutcomeWindows {
  @Field(outcome, { optional: true }) '15m'?: ReplyOutcome;
  @Field(outcome, { optional: true }) '60m'?: ReplyOutcome;
  @Field(outcome, { optional: true }) '24h'?: ReplyOutcome;
  @Field(outcome, { optional: true }) '7d'?: ReplyOutcome;
}

/** Scores of the generator for its reply, shown in the approval queue. Other keys are allowed. */
@AllowUnknownKeys()
export class GenerationScores {
  /** Confidence of the generator, 0..1. Below 0.85 a person reviews the reply, from 0.90 bulk approval is offered. */
  @Field(scoreRule, { optional: true }) confidence?: number;

  @Field(scoreRule, { optional: true }) shareability?: number;

  [detail: string]: unknown;
}

/** `replies.metrics_json`: the latest results, and those at each time of measurement. No other keys. */
export class ReplyMetrics extends ReplyOutcome {
  @Field(createShapeRule(() => OutcomeWindows), { optional: true }) windows?: OutcomeWindows;
  @Field(createShapeRule(() => GenerationScores), { optional: true }) generation?: GenerationScores;
}
