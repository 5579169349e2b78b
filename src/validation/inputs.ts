import type { ColumnRule, RowRule } from '../columns/registry.js';
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
import { HANDLE_FORMATS, HANDLE_MESSAGE } from '../entities/formats.js';
import { FromIso, SameRulesAs, WithRule, WithRulesOf } from './input-rules.js';

/** Input for an audit log entry, which cannot be changed later. */
export class AuditEntryInput {
  /** Lower snake case: decision, reply, author. */
  @SameRulesAs(AuditLog, 'entityType') entityType!: string;

  @SameRulesAs(AuditLog, 'entityId') entityId!: string;

  /** Lower snake case: create, approve, reject, edit, delete. */
  @SameRulesAs(AuditLog, 'action') action!: string;

  /** Operator or system component. */
  @SameRulesAs(AuditLog, 'actor') actor!: string;

  /** Values before and after, and reasons. No handles or post text, because audit entries cannot be erased. */
  @SameRulesAs(AuditLog, 'detailsJson') detailsJson?: Record<string, unknown>;
}

/** Input for an author, as a monitor detects it. An absent property keeps its stored value, or gets the default of its column. */
@WithRulesOf(Author)
export class AuthorInput {
  @SameRulesAs(Author, 'platform') platform!: Platform;

  /** Immutable account id on the platform, as text: X ids exceed 2^53. */
  @SameRulesAs(Author, 'platformId') platformId!: string;

  /** In the format of its platform. */
  @SameRulesAs(Author, 'handle') handle!: string;

  @SameRulesAs(Author, 'displayName') displayName?: string | null;

  /** 0..1,000,000,000. Leave it out if the platform does not report it: 0 would overwrite the stored number. */
  @SameRulesAs(Author, 'followerCount') followerCount?: number;

  @SameRulesAs(Author, 'isVerified') isVerified?: boolean;
  @SameRulesAs(Author, 'isPowerUser') isPowerUser?: boolean;

  /** Personas in lower snake case. */
  @SameRulesAs(Author, 'archetypeTags') archetypeTags?: string[];

  /** 0..1; known purchasers are imported with 0.70. */
  @SameRulesAs(Author, 'relationshipScore') relationshipScore?: number;
}

/** Input for a mention of a competitor in a post. */
export class CompetitiveMentionInput {
  @SameRulesAs(CompetitiveMention, 'postId') postId!: string;
  @SameRulesAs(CompetitiveMention, 'competitorId') competitorId!: string;
  @SameRulesAs(CompetitiveMention, 'sentiment') sentiment!: Sentiment;
  @SameRulesAs(CompetitiveMention, 'satisfaction') satisfaction!: Satisfaction;

  /** How promising a reply is, 0..1. */
  @SameRulesAs(CompetitiveMention, 'opportunityScore') opportunityScore!: number;
}

/** Input for a decision about a post. Scores are 0..1; the velocity (`evsScore`) is a ratio without upper bound. */
@WithRulesOf(Decision)
export class DecisionInput {
  @SameRulesAs(Decision, 'postId') postId!: string;

  @SameRulesAs(Decision, 'sssScore') sssScore!: number;
  @SameRulesAs(Decision, 'arsScore') arsScore!: number;
  @SameRulesAs(Decision, 'evsScore') evsScore!: number;
  @SameRulesAs(Decision, 'trsScore') trsScore!: number;
  @SameRulesAs(Decision, 'compositeScore') compositeScore!: number;

  /** Mode that was used, after randomisation. */
  @SameRulesAs(Decision, 'mode') mode!: OperationalMode;

  /** Null or absent: no archetype, which is required when the mode is DISENGAGED. */
  @SameRulesAs(Decision, 'archetypeId') archetypeId?: string | null;

  @SameRulesAs(Decision, 'safetyFlags') safetyFlags?: string[];
  @SameRulesAs(Decision, 'signalsJson') signalsJson?: SignalBreakdown | null;
  @SameRulesAs(Decision, 'temporalContext') temporalContext?: TemporalContext | null;
  @SameRulesAs(Decision, 'competitorDetected') competitorDetected?: string | null;
  @SameRulesAs(Decision, 'isPowerUser') isPowerUser?: boolean;

  /** Set both `experimentId` and `experimentVariant`, or neither. */
  @SameRulesAs(Decision, 'experimentId') experimentId?: string | null;
  @SameRulesAs(Decision, 'experimentVariant') experimentVariant?: Variant | null;

  /** True requires `predictedMode`: the mode that would have been used without randomisation. */
  @SameRulesAs(Decision, 'isRandomizedExperiment') isRandomizedExperiment?: boolean;
  @SameRulesAs(Decision, 'predictedMode') predictedMode?: OperationalMode | null;
}

/** Input for an escalation. At least one of `postId`, `decisionId` and `replyId` is required. */
@WithRulesOf(Escalation)
export class EscalationInput {
  @SameRulesAs(Escalation, 'postId') postId?: string | null;
  @SameRulesAs(Escalation, 'decisionId') decisionId?: string | null;
  @SameRulesAs(Escalation, 'replyId') replyId?: string | null;
  @SameRulesAs(Escalation, 'reasonId') reasonId?: string | null;

  /** Absent: MEDIUM. */
  @SameRulesAs(Escalation, 'priority') priority?: EscalationPriority;

  /** Operator who should review it. */
  @SameRulesAs(Escalation, 'assignedTo') assignedTo?: string | null;
}

/** Input for an A/B test, which begins as DRAFT. */
@WithRulesOf(Experiment)
export class ExperimentInput {
  @SameRulesAs(Experiment, 'name') name!: string;
  @SameRulesAs(Experiment, 'description') description?: string | null;

  /** Configuration of each variant, any JSON object. */
  @SameRulesAs(Experiment, 'variantA') variantA!: Record<string, unknown>;
  @SameRulesAs(Experiment, 'variantB') variantB!: Record<string, unknown>;

  /** Lower snake case: ctr, conversion, sentiment, engagement_rate. */
  @SameRulesAs(Experiment, 'metric') metric!: string;

  /** Share of decisions that get variant A, 0..1. Absent: 0.5. */
  @SameRulesAs(Experiment, 'trafficSplit') trafficSplit?: number;

  /** Planned start and end, as Date or ISO 8601 text. */
  @FromIso()
  @SameRulesAs(Experiment, 'startDate')
  startDate?: Date | null;

  @FromIso()
  @SameRulesAs(Experiment, 'endDate')
  endDate?: Date | null;
}

/** Input for an interaction of an author, which the relationship updater appends to their history. */
export class InteractionInput extends InteractionEvent {
  /** Author whose history it belongs to. */
  @SameRulesAs(Post, 'authorId') authorId!: string;
}

/** Input for one KPI value of one day. */
export class KpiMetricInput {
  /** `YYYY-MM-DD`; UTC unless the services agreed otherwise. */
  @SameRulesAs(KpiMetric, 'date') date!: string;

  /** Null or absent: all platforms together. */
  @SameRulesAs(KpiMetric, 'platform') platform?: Platform | null;

  @SameRulesAs(KpiMetric, 'metricTypeId') metricTypeId!: string;

  /** Lower snake case, e.g. conversion_rate. */
  @SameRulesAs(KpiMetric, 'metricName') metricName!: string;

  /** In the unit of the metric; fractions, not percentages. May be negative. */
  @SameRulesAs(KpiMetric, 'value') value!: number;
}

/** The rule of authors, under the names of a post. */
const HANDLE_RULE: RowRule = {
  meaning: 'handle_of_platform',
  message: HANDLE_MESSAGE,
  properties: ['platform', 'authorHandle'],
  isValid: ({ platform, authorHandle }) => HANDLE_FORMATS[platform as Platform].pattern.test(authorHandle as string),
  beforeSaveOnly: 'the handle is a column of the author, which has the CHECK',
};

const notEmpty: ColumnRule = {
  kind: 'size',
  message: 'must have at least one item',
  isValid: (value) => Array.isArray(value) && value.length > 0,
};

/** Input for a post, as a monitor detects it. */
@WithRule(HANDLE_RULE)
export class PostContentInput {
  /** 1..5,000 characters. */
  @SameRulesAs(Post, 'content') content!: string;

  @SameRulesAs(Post, 'platform') platform!: Platform;

  /** 1..100 letters, digits, dashes or underscores. */
  @SameRulesAs(Post, 'platformPostId') platformPostId!: string;

  /** In the format of its platform: on X 1..15 letters, digits or underscores; Reddit also takes hyphens, Threads periods. */
  @SameRulesAs(Author, 'handle') authorHandle!: string;

  /** 1..50 different keywords. */
  @SameRulesAs(Post, 'keywordMatches', { required: true, also: [notEmpty] }) keywordMatches!: string[];

  /** Lower snake case, at most 20. */
  @SameRulesAs(Post, 'keywordCategories') keywordCategories?: string[];

  /** Date or ISO 8601 text. Absent: now. */
  @FromIso()
  @SameRulesAs(Post, 'detectedAt')
  detectedAt?: Date;

  @SameRulesAs(Post, 'spamFiltered') spamFiltered?: boolean;

  /** Engagement counts under the names of the platform. */
  @SameRulesAs(Post, 'rawMetrics') rawMetrics?: Record<string, number> | null;
}

/**
 * Input for the text of a reply by the generator or an operator. It must contain the signature, and no prohibited claims in any
 * spelling (see `PROHIBITED_CLAIMS`, which also lists harmless words that it matches).
 */
@WithRulesOf(Reply)
export class ReplyContentInput {
  /** 10..1,000 characters with the signature, and within the limit of `platform` if that is given. */
  @SameRulesAs(Reply, 'content') content!: string;

  /** Platform where it will be posted. Absent: no limit of a platform is checked. */
  @SameRulesAs(Reply, 'platform', { optional: true }) platform?: Platform;

  /** Lower-case letters, digits, underscores or dashes, at most 100. */
  @SameRulesAs(Reply, 'utmCode', { required: true }) utmCode!: string;
}
