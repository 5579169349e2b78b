/** The seven native enums: closed lists of the core algorithm. A new value is a migration, on purpose. */
import { declareEnum } from '../columns/index.js';
import { PLATFORMS } from '../constants/lists.js';

/** Where a post was seen. X is TWITTER here, as in the requirements. */
export const Platform = declareEnum('platform', PLATFORMS);
export type Platform = keyof typeof Platform;

/** How the agent engages: with help, with company, with both, or not at all. */
export const OperationalMode = declareEnum('operational_mode', ['HELPFUL', 'ENGAGEMENT', 'HYBRID', 'DISENGAGED']);
export type OperationalMode = keyof typeof OperationalMode;

/** Whether a reply may be posted. Automatic approval is APPROVED by a system actor. */
export const ApprovalStatus = declareEnum('approval_status', ['PENDING', 'APPROVED', 'REJECTED']);
export type ApprovalStatus = keyof typeof ApprovalStatus;

/** Whether a person or the agent wrote the reply. */
export const ReplyType = declareEnum('reply_type', ['MANUAL', 'AUTO']);
export type ReplyType = keyof typeof ReplyType;

/** The life of an A/B test: DRAFT → RUNNING → COMPLETED or CANCELLED. */
export const ExperimentStatus = declareEnum('experiment_status', ['DRAFT', 'RUNNING', 'COMPLETED', 'CANCELLED']);
export type ExperimentStatus = keyof typeof ExperimentStatus;

/** Lowest first, so that `ORDER BY priority DESC` puts CRITICAL on top. Also the severity of escalation reasons. */
export const EscalationPriority = declareEnum('escalation_priority', ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL']);
export type EscalationPriority = keyof typeof EscalationPriority;

/** The life of a human review: PENDING → IN_REVIEW → RESOLVED or DISMISSED; the last two are closed. */
export const EscalationStatus = declareEnum('escalation_status', ['PENDING', 'IN_REVIEW', 'RESOLVED', 'DISMISSED']);
export type EscalationStatus = keyof typeof EscalationStatus;
