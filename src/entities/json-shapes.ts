import {
  createRangeRule,
  createChoiceRule,
  createCountRule,
  Field,
  flagRule,
  createIsoTimestampRule,
  createListRule,
  AllowUnknownKeys,
  createQuantityRule,
  createRatioRule,
  createScoreRule,
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

/** How much each signal counts, 0..1 each. That they add up to 1 is asked of the weights in force, not of a log. */
export class SignalWeights implements PerSignal {
  @Field(createScoreRule) sss!: number;
  @Field(createScoreRule) ars!: number;
  @Field(createScoreRule) evs!: number;
  @Field(createScoreRule) trs!: number;

  /** Which segment they belong to, like TWITTER_MORNING. Absent: GLOBAL. The log has no column for it. */
  @Field(createTextRules({ max: 64, format: UPPER_SNAKE }), { optional: true }) segment?: string;
}

/** How many decisions are behind each signal. */
export class SampleSizes implements PerSignal {
  @Field(createCountRule()) sss!: number;
  @Field(createCountRule()) ars!: number;
  @Field(createCountRule()) evs!: number;
  @Field(createCountRule()) trs!: number;
}

/** One signal of a decision, as recorded. May hold more: sub-scores differ from signal to signal. */
@AllowUnknownKeys()
export class Signal {
  /** 0..1, but for the velocity, which is a ratio: the columns hold each to its own range. */
  @Field(createQuantityRule()) score!: number;

  /** How sure the signal is, 0..1. */
  @Field(createScoreRule, { optional: true }) confidence?: number;

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

/** What time it is for the market. */
export const TEMPORAL_PHASES = ['peak_suffering', 'prevention', 'holiday', 'normal'] as const;
export type TemporalPhase = (typeof TEMPORAL_PHASES)[number];

/** `decisions.temporal_context`: what time it was for the market. No other keys. */
export class TemporalContext {
  @Field(createChoiceRule(TEMPORAL_PHASES)) phase!: TemporalPhase;

  /** How much more often than usual the platforms are polled; 1 = usual. */
  @Field(createRatioRule, { optional: true }) monitoringMultiplier?: number;

  @Field(createListRule(...createTextRules({ max: 200 })), { optional: true }) matchedRules?: string[];

  /** IANA name, e.g. America/New_York. Only its length is asked: the list of zones changes. */
  @Field(createTextRules({ max: 64 }), { optional: true }) timezone?: string;

  /** ISO 8601 in UTC. */
  @Field(createIsoTimestampRule, { optional: true }) evaluatedAt?: string;

  @Field(flagRule, { optional: true }) isPriority?: boolean;
}

/** One entry of `authors.interaction_history`. No other keys. */
export class InteractionEvent {
  @Field(createChoiceRule(INTERACTION_TYPES)) type!: InteractionType;

  /** When it happened, ISO 8601 in UTC. */
  @Field(createIsoTimestampRule) timestamp!: string;

  /** The reply it answered. */
  @Field(uuidRule, { optional: true }) replyId?: string;

  /** The tracking code that was clicked. */
  @Field(createTextRules(UTM_CODE_TEXT), { optional: true }) utmCode?: string;

  /** How often, for events that platforms report as a number. */
  @Field(createCountRule(), { optional: true }) count?: number;
}

/** Counts and rates of one reply at one time. All counts are totals since posting. No other keys. */
export class ReplyOutcome {
  @Field(createCountRule(), { optional: true }) likes?: number;
  @Field(createCountRule(), { optional: true }) replies?: number;
  @Field(createCountRule(), { optional: true }) shares?: number;
  @Field(createCountRule(), { optional: true }) clicks?: number;
  @Field(createCountRule(), { optional: true }) conversions?: number;

  /** US dollars; refunds may make it negative. */
  @Field(createQuantityRule(), { optional: true }) revenue?: number;

  /** Unique clicks per view, a fraction; above 1 where the platform counts views late. */
  @Field(createRatioRule, { optional: true }) ctr?: number;

  /** Tone of the answers, -1 (hostile) .. 1 (warm); below -0.75 the reply is taken back. */
  @Field(createRangeRule(-1, 1), { optional: true }) sentiment?: number;

  @Field(createCountRule(), { optional: true }) reports?: number;
  @Field(flagRule, { optional: true }) removed?: boolean;

  /** When it was measured, ISO 8601 in UTC. */
  @Field(createIsoTimestampRule, { optional: true }) capturedAt?: string;
}

const outcome = createShapeRule(() => ReplyOutcome);

/** When a reply is measured: after 15 minutes, an hour, a day, a week. */
export class OutcomeWindows {
  @Field(outcome, { optional: true }) '15m'?: ReplyOutcome;
  @Field(outcome, { optional: true }) '60m'?: ReplyOutcome;
  @Field(outcome, { optional: true }) '24h'?: ReplyOutcome;
  @Field(outcome, { optional: true }) '7d'?: ReplyOutcome;
}

/** What the generator thought of its reply; the approval queue shows it. May hold more. */
@AllowUnknownKeys()
export class GenerationScores {
  /** How sure the generator was, 0..1; below 0.85 a person looks, from 0.90 bulk approval is offered. */
  @Field(createScoreRule, { optional: true }) confidence?: number;

  @Field(createScoreRule, { optional: true }) shareability?: number;

  [detail: string]: unknown;
}

/** `replies.metrics_json`: the latest outcome, and what it was at each window. No other keys. */
export class ReplyMetrics extends ReplyOutcome {
  @Field(createShapeRule(() => OutcomeWindows), { optional: true }) windows?: OutcomeWindows;
  @Field(createShapeRule(() => GenerationScores), { optional: true }) generation?: GenerationScores;
}
