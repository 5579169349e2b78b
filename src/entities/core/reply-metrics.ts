import {
  betweenRule,
  countRule,
  Field,
  flagRule,
  isoMomentRule,
  Open,
  quantityRule,
  ratioRule,
  scoreRule,
  shapeRule,
} from '../../columns/index.js';

/** Counts and rates of one reply at one time. All counts are totals since posting. No other keys. */
export class ReplyOutcome {
  @Field(countRule(), { optional: true }) likes?: number;
  @Field(countRule(), { optional: true }) replies?: number;
  @Field(countRule(), { optional: true }) shares?: number;
  @Field(countRule(), { optional: true }) clicks?: number;
  @Field(countRule(), { optional: true }) conversions?: number;

  /** US dollars; refunds may make it negative. */
  @Field(quantityRule(), { optional: true }) revenue?: number;

  /** Unique clicks per view, a fraction; above 1 where the platform counts views late. */
  @Field(ratioRule, { optional: true }) ctr?: number;

  /** Tone of the answers, -1 (hostile) .. 1 (warm); below -0.75 the reply is taken back. */
  @Field(betweenRule(-1, 1), { optional: true }) sentiment?: number;

  @Field(countRule(), { optional: true }) reports?: number;
  @Field(flagRule, { optional: true }) removed?: boolean;

  /** When it was measured, ISO 8601 in UTC. */
  @Field(isoMomentRule, { optional: true }) capturedAt?: string;
}

const outcome = shapeRule(() => ReplyOutcome);

/** When a reply is measured: after 15 minutes, an hour, a day, a week. */
export class OutcomeWindows {
  @Field(outcome, { optional: true }) '15m'?: ReplyOutcome;
  @Field(outcome, { optional: true }) '60m'?: ReplyOutcome;
  @Field(outcome, { optional: true }) '24h'?: ReplyOutcome;
  @Field(outcome, { optional: true }) '7d'?: ReplyOutcome;
}

/** What the generator thought of its reply; the approval queue shows it. May hold more. */
@Open()
export class GenerationScores {
  /** How sure the generator was, 0..1; below 0.85 a person looks, from 0.90 bulk approval is offered. */
  @Field(scoreRule, { optional: true }) confidence?: number;

  @Field(scoreRule, { optional: true }) shareability?: number;

  [detail: string]: unknown;
}

/** `replies.metrics_json`: the latest outcome, and what it was at each window. No other keys. */
export class ReplyMetrics extends ReplyOutcome {
  @Field(shapeRule(() => OutcomeWindows), { optional: true }) windows?: OutcomeWindows;
  @Field(shapeRule(() => GenerationScores), { optional: true }) generation?: GenerationScores;
}
