import { Field, createTextRules } from '../columns/index.js';
import type { ColumnRule } from '../columns/registry.js';
import type { Satisfaction, Sentiment, Variant } from '../constants/lists.js';
import type { EscalationPriority, OperationalMode, Platform } from '../entities/enums.js';
import {
  AuditLog,
  Author,
  CompetitiveMention,
  Decision,
  Escalation,
  Experiment,
  KpiMetric,
  Post,
  Reply,
} from '../entities/index.js';
import { InteractionEvent, type SignalBreakdown, type TemporalContext } from '../entities/json-shapes.js';
import { FromIso, SameRulesAs, WithRulesOf } from './input-rules.js';

/** Something that was done to a row. It can never be taken back. */
export class AuditEntryInput {
  /** Lower snake case: decision, reply, author. */
  @SameRulesAs(AuditLog, 'entityType') entityType!: string;

  @SameRulesAs(AuditLog, 'entityId') entityId!: string;

  /** Lower snake case: create, approve, reject, edit, delete. */
  @SameRulesAs(AuditLog, 'action') action!: string;

  /** Operator or system component. */
  @SameRulesAs(AuditLog, 'actor') actor!: string;

  /** Before, after and reasons; never handles or post text, which could not be erased. */
  @SameRulesAs(AuditLog, 'detailsJson') detailsJson?: Record<string, unknown>;
}

/** An account as a monitor sees it. What is left out keeps its value (or gets the column's default). */
@WithRulesOf(Author)
export class AuthorInput {
  @SameRulesAs(Author, 'platform') platform!: Platform;

  /** The platform's immutable account id, as text: X ids exceed 2^53. */
  @SameRulesAs(Author, 'platformId') platformId!: string;

  /** In the form its platform allows. */
  @SameRulesAs(Author, 'handle') handle!: string;

  @SameRulesAs(Author, 'displayName') displayName?: string | null;

  /** 0..1,000,000,000. Leave it out where the platform does not say: 0 would overwrite what was known. */
  @SameRulesAs(Author, 'followerCount') followerCount?: number;

  @SameRulesAs(Author, 'isVerified') isVerified?: boolean;
  @SameRulesAs(Author, 'isPowerUser') isPowerUser?: boolean;

  /** Personas, lower snake case. */
  @SameRulesAs(Author, 'archetypeTags') archetypeTags?: string[];

  /** 0..1; known purchasers are imported with 0.70. */
  @SameRulesAs(Author, 'relationshipScore') relationshipScore?: number;
}

/** A competitor that the decision engine found in a post. */
export class CompetitiveMentionInput {
  @SameRulesAs(CompetitiveMention, 'postId') postId!: string;
  @SameRulesAs(CompetitiveMention, 'competitorId') competitorId!: string;
  @SameRulesAs(CompetitiveMention, 'sentiment') sentiment!: Sentiment;
  @SameRulesAs(CompetitiveMention, 'satisfaction') satisfaction!: Satisfaction;

  /** How good an opening it is, 0..1. */
  @SameRulesAs(CompetitiveMention, 'opportunityScore') opportunityScore!: number;
}

/** What the decision engine decided about a post. Scores are 0..1; the velocity is a ratio without upper bound. */
@WithRulesOf(Decision)
export class DecisionInput {
  @SameRulesAs(Decision, 'postId') postId!: string;

  @SameRulesAs(Decision, 'sssScore') sssScore!: number;
  @SameRulesAs(Decision, 'arsScore') arsScore!: number;
  @SameRulesAs(Decision, 'evsScore') evsScore!: number;
  @SameRulesAs(Decision, 'trsScore') trsScore!: number;
  @SameRulesAs(Decision, 'compositeScore') compositeScore!: number;

  /** The mode actually used, after randomisation. */
  @SameRulesAs(Decision, 'mode') mode!: OperationalMode;

  /** Null or left out: DISENGAGED. */
  @SameRulesAs(Decision, 'archetypeId') archetypeId?: string | null;

  @SameRulesAs(Decision, 'safetyFlags') safetyFlags?: string[];
  @SameRulesAs(Decision, 'signalsJson') signalsJson?: SignalBreakdown | null;
  @SameRulesAs(Decision, 'temporalContext') temporalContext?: TemporalContext | null;
  @SameRulesAs(Decision, 'competitorDetected') competitorDetected?: string | null;
  @SameRulesAs(Decision, 'isPowerUser') isPowerUser?: boolean;

  /** Both or neither. */
  @SameRulesAs(Decision, 'experimentId') experimentId?: string | null;
  @SameRulesAs(Decision, 'experimentVariant') experimentVariant?: Variant | null;

  /** With it comes the mode that would have been used. */
  @SameRulesAs(Decision, 'isRandomizedExperiment') isRandomizedExperiment?: boolean;
  @SameRulesAs(Decision, 'predictedMode') predictedMode?: OperationalMode | null;
}

/** Something a person has to look at: about a post, a decision or a reply, at least one of them. */
@WithRulesOf(Escalation)
export class EscalationInput {
  @SameRulesAs(Escalation, 'postId') postId?: string | null;
  @SameRulesAs(Escalation, 'decisionId') decisionId?: string | null;
  @SameRulesAs(Escalation, 'replyId') replyId?: string | null;
  @SameRulesAs(Escalation, 'reasonId') reasonId?: string | null;

  /** Left out: MEDIUM. */
  @SameRulesAs(Escalation, 'priority') priority?: EscalationPriority;

  /** Operator who is to look. */
  @SameRulesAs(Escalation, 'assignedTo') assignedTo?: string | null;
}

/** An A/B test as a product manager designs it; it begins as DRAFT. */
@WithRulesOf(Experiment)
export class ExperimentInput {
  @SameRulesAs(Experiment, 'name') name!: string;
  @SameRulesAs(Experiment, 'description') description?: string | null;

  /** Configuration of each arm, any JSON object. */
  @SameRulesAs(Experiment, 'variantA') variantA!: Record<string, unknown>;
  @SameRulesAs(Experiment, 'variantB') variantB!: Record<string, unknown>;

  /** Lower snake case: ctr, conversion, sentiment, engagement_rate. */
  @SameRulesAs(Experiment, 'metric') metric!: string;

  /** Share of decisions that go to arm A, 0..1. Left out: 0.5. */
  @SameRulesAs(Experiment, 'trafficSplit') trafficSplit?: number;

  /** When it is planned to run, as Date or ISO 8601 text. */
  @FromIso()
  @SameRulesAs(Experiment, 'startDate')
  startDate?: Date | null;

  @FromIso()
  @SameRulesAs(Experiment, 'endDate')
  endDate?: Date | null;
}

/** Something an author did with us, to be appended to their history by the relationship updater. */
export class InteractionInput extends InteractionEvent {
  /** Whose history. */
  @SameRulesAs(Post, 'authorId') authorId!: string;
}

/** One number of one day, as the KPI services count it. */
export class KpiMetricInput {
  /** `YYYY-MM-DD`, in the caller's time zone (UTC unless agreed otherwise). */
  @SameRulesAs(KpiMetric, 'date') date!: string;

  /** Null or left out: all platforms together. */
  @SameRulesAs(KpiMetric, 'platform') platform?: Platform | null;

  @SameRulesAs(KpiMetric, 'metricTypeId') metricTypeId!: string;

  /** Lower snake case, like conversion_rate. */
  @SameRulesAs(KpiMetric, 'metricName') metricName!: string;

  /** In the metric's unit; fractions, not percentages; may be negative. */
  @SameRulesAs(KpiMetric, 'value') value!: number;
}

/** The requirements' rule, and that of X but for its length. Other platforms allow more: `AuthorInput` asks by platform. */
const STRICT_HANDLE = {
  pattern: /^[A-Za-z0-9_]+$/,
  message: 'must be letters, digits or underscores',
};

const notEmpty: ColumnRule = {
  kind: 'size',
  message: 'must hold at least one item',
  isValid: (value) => Array.isArray(value) && value.length > 0,
};

/** A post as a monitor delivers it. Equivalent to PostContentSchema of the requirements. */
export class PostContentInput {
  /** 1..5,000 characters. */
  @SameRulesAs(Post, 'content') content!: string;

  @SameRulesAs(Post, 'platform') platform!: Platform;

  /** 1..100 letters, digits, dashes or underscores. */
  @SameRulesAs(Post, 'platformPostId') platformPostId!: string;

  /** 1..50 letters, digits or underscores, whatever the platform. */
  @Field(createTextRules({ max: 50, format: STRICT_HANDLE })) authorHandle!: string;

  /** 1..50 different terms. */
  @SameRulesAs(Post, 'keywordMatches', { required: true, also: [notEmpty] }) keywordMatches!: string[];
}

/**
 * The text of a reply as the generator or an operator hands it in. Equivalent to ReplyContentSchema of the requirements:
 * signed, and without prohibited claims, however they are written (`PROHIBITED_CLAIMS` lists what it hits by mistake).
 */
@WithRulesOf(Reply)
export class ReplyContentInput {
  /** 10..1,000 characters, signature included; with a platform its limit too. */
  @SameRulesAs(Reply, 'content') content!: string;

  /** Where it will be posted. Left out: no platform's limit is asked. */
  @SameRulesAs(Reply, 'platform', { optional: true }) platform?: Platform;

  /** Lower-case letters, digits, underscores or dashes, at most 100. */
  @SameRulesAs(Reply, 'utmCode', { required: true }) utmCode!: string;
}
