import { Field, textRules } from '../columns/index.js';
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
import { FromIso, Like, WithRulesOf } from './input-rules.js';

/** Something that was done to a row. It can never be taken back. */
export class AuditEntryInput {
  /** Lower snake case: decision, reply, author. */
  @Like(AuditLog, 'entityType') entityType!: string;

  @Like(AuditLog, 'entityId') entityId!: string;

  /** Lower snake case: create, approve, reject, edit, delete. */
  @Like(AuditLog, 'action') action!: string;

  /** Operator or system component. */
  @Like(AuditLog, 'actor') actor!: string;

  /** Before, after and reasons; never handles or post text, which could not be erased. */
  @Like(AuditLog, 'detailsJson') detailsJson?: Record<string, unknown>;
}

/** An account as a monitor sees it. What is left out keeps its value (or gets the column's default). */
@WithRulesOf(Author)
export class AuthorInput {
  @Like(Author, 'platform') platform!: Platform;

  /** The platform's immutable account id, as text: X ids exceed 2^53. */
  @Like(Author, 'platformId') platformId!: string;

  /** In the form its platform allows. */
  @Like(Author, 'handle') handle!: string;

  @Like(Author, 'displayName') displayName?: string | null;

  /** 0..1,000,000,000. Leave it out where the platform does not say: 0 would overwrite what was known. */
  @Like(Author, 'followerCount') followerCount?: number;

  @Like(Author, 'isVerified') isVerified?: boolean;
  @Like(Author, 'isPowerUser') isPowerUser?: boolean;

  /** Personas, lower snake case. */
  @Like(Author, 'archetypeTags') archetypeTags?: string[];

  /** 0..1; known purchasers are imported with 0.70. */
  @Like(Author, 'relationshipScore') relationshipScore?: number;
}

/** A competitor that the decision engine found in a post. */
export class CompetitiveMentionInput {
  @Like(CompetitiveMention, 'postId') postId!: string;
  @Like(CompetitiveMention, 'competitorId') competitorId!: string;
  @Like(CompetitiveMention, 'sentiment') sentiment!: Sentiment;
  @Like(CompetitiveMention, 'satisfaction') satisfaction!: Satisfaction;

  /** How good an opening it is, 0..1. */
  @Like(CompetitiveMention, 'opportunityScore') opportunityScore!: number;
}

/** What the decision engine decided about a post. Scores are 0..1; the velocity is a ratio without upper bound. */
@WithRulesOf(Decision)
export class DecisionInput {
  @Like(Decision, 'postId') postId!: string;

  @Like(Decision, 'sssScore') sssScore!: number;
  @Like(Decision, 'arsScore') arsScore!: number;
  @Like(Decision, 'evsScore') evsScore!: number;
  @Like(Decision, 'trsScore') trsScore!: number;
  @Like(Decision, 'compositeScore') compositeScore!: number;

  /** The mode actually used, after randomisation. */
  @Like(Decision, 'mode') mode!: OperationalMode;

  /** Null or left out: DISENGAGED. */
  @Like(Decision, 'archetypeId') archetypeId?: string | null;

  @Like(Decision, 'safetyFlags') safetyFlags?: string[];
  @Like(Decision, 'signalsJson') signalsJson?: SignalBreakdown | null;
  @Like(Decision, 'temporalContext') temporalContext?: TemporalContext | null;
  @Like(Decision, 'competitorDetected') competitorDetected?: string | null;
  @Like(Decision, 'isPowerUser') isPowerUser?: boolean;

  /** Both or neither. */
  @Like(Decision, 'experimentId') experimentId?: string | null;
  @Like(Decision, 'experimentVariant') experimentVariant?: Variant | null;

  /** With it comes the mode that would have been used. */
  @Like(Decision, 'isRandomizedExperiment') isRandomizedExperiment?: boolean;
  @Like(Decision, 'predictedMode') predictedMode?: OperationalMode | null;
}

/** Something a person has to look at: about a post, a decision or a reply, at least one of them. */
@WithRulesOf(Escalation)
export class EscalationInput {
  @Like(Escalation, 'postId') postId?: string | null;
  @Like(Escalation, 'decisionId') decisionId?: string | null;
  @Like(Escalation, 'replyId') replyId?: string | null;
  @Like(Escalation, 'reasonId') reasonId?: string | null;

  /** Left out: MEDIUM. */
  @Like(Escalation, 'priority') priority?: EscalationPriority;

  /** Operator who is to look. */
  @Like(Escalation, 'assignedTo') assignedTo?: string | null;
}

/** An A/B test as a product manager designs it; it begins as DRAFT. */
@WithRulesOf(Experiment)
export class ExperimentInput {
  @Like(Experiment, 'name') name!: string;
  @Like(Experiment, 'description') description?: string | null;

  /** Configuration of each arm, any JSON object. */
  @Like(Experiment, 'variantA') variantA!: Record<string, unknown>;
  @Like(Experiment, 'variantB') variantB!: Record<string, unknown>;

  /** Lower snake case: ctr, conversion, sentiment, engagement_rate. */
  @Like(Experiment, 'metric') metric!: string;

  /** Share of decisions that go to arm A, 0..1. Left out: 0.5. */
  @Like(Experiment, 'trafficSplit') trafficSplit?: number;

  /** When it is planned to run, as Date or ISO 8601 text. */
  @FromIso()
  @Like(Experiment, 'startDate')
  startDate?: Date | null;

  @FromIso()
  @Like(Experiment, 'endDate')
  endDate?: Date | null;
}

/** Something an author did with us, to be appended to their history by the relationship updater. */
export class InteractionInput extends InteractionEvent {
  /** Whose history. */
  @Like(Post, 'authorId') authorId!: string;
}

/** One number of one day, as the KPI services count it. */
export class KpiMetricInput {
  /** `YYYY-MM-DD`, in the caller's time zone (UTC unless agreed otherwise). */
  @Like(KpiMetric, 'date') date!: string;

  /** Null or left out: all platforms together. */
  @Like(KpiMetric, 'platform') platform?: Platform | null;

  @Like(KpiMetric, 'metricTypeId') metricTypeId!: string;

  /** Lower snake case, like conversion_rate. */
  @Like(KpiMetric, 'metricName') metricName!: string;

  /** In the metric's unit; fractions, not percentages; may be negative. */
  @Like(KpiMetric, 'value') value!: number;
}

/** The requirements' rule, and that of X but for its length. Other platforms allow more: `AuthorInput` asks by platform. */
const STRICT_HANDLE = {
  pattern: /^[A-Za-z0-9_]+$/,
  sentence: 'must be letters, digits or underscores',
};

const notEmpty: ColumnRule = {
  kind: 'size',
  sentence: 'must hold at least one item',
  holds: (value) => Array.isArray(value) && value.length > 0,
};

/** A post as a monitor delivers it. Equivalent to PostContentSchema of the requirements. */
export class PostContentInput {
  /** 1..5,000 characters. */
  @Like(Post, 'content') content!: string;

  @Like(Post, 'platform') platform!: Platform;

  /** 1..100 letters, digits, dashes or underscores. */
  @Like(Post, 'platformPostId') platformPostId!: string;

  /** 1..50 letters, digits or underscores, whatever the platform. */
  @Field(textRules({ max: 50, format: STRICT_HANDLE })) authorHandle!: string;

  /** 1..50 different terms. */
  @Like(Post, 'keywordMatches', { required: true, also: [notEmpty] }) keywordMatches!: string[];
}

/**
 * The text of a reply as the generator or an operator hands it in. Equivalent to ReplyContentSchema of the requirements:
 * signed, and without prohibited claims, however they are written (`PROHIBITED_CLAIMS` lists what it hits by mistake).
 */
@WithRulesOf(Reply)
export class ReplyContentInput {
  /** 10..1,000 characters, signature included; with a platform its limit too. */
  @Like(Reply, 'content') content!: string;

  /** Where it will be posted. Left out: no platform's limit is asked. */
  @Like(Reply, 'platform', { optional: true }) platform?: Platform;

  /** Lower-case letters, digits, underscores or dashes, at most 100. */
  @Like(Reply, 'utmCode', { required: true }) utmCode!: string;
}
