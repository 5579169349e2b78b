/** The native enums: lists that the core algorithm depends on, so each new value needs a migration. */
import { declareEnum } from '../columns/index.js';
import { PLATFORMS } from '../constants/lists.js';

/** Platforms of posts. TWITTER is X. */
export const Platform = declareEnum('platform', PLATFORMS);
export type Platform = keyof typeof Platform;

/** How the agent replies: with help, with conversation, with both, or not at all (DISENGAGED). */
export const OperationalMode = declareEnum('operational_mode', ['HELPFUL', 'ENGAGEMENT', 'HYBRID', 'DISENGAGED']);
export type OperationalMode = keyof typeof OperationalMode;

/** Whether a reply may be posted. Automatic approval is APPROVED by a system component. */
export const ApprovalStatus = declareEnum('approval_status', ['PENDING', 'APPROVED', 'REJECTED']);
export type ApprovalStatus = keyof typeof ApprovalStatus;

/** Who wrote a reply: an operator (MANUAL) or the agent (AUTO). */
export const ReplyType = declareEnum('reply_type', ['MANUAL', 'AUTO']);
export type ReplyType = keyof typeof ReplyType;

/** States of an A/B test: DRAFT → RUNNING → COMPLETED or CANCELLED. */
export const ExperimentStatus = declareEnum('experiment_status', ['DRAFT', 'RUNNING', 'COMPLETED', 'CANCELLED']);
export type ExperimentStatus = keyof typeof ExperimentStatus;

/** Priority of an escalation, and severity of its reason. Lowest first, so that `ORDER BY priority DESC` begins with CRITICAL. */
export const EscalationPriority = declareEnum('escalation_priority', ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL']);
export type EscalationPriority = keyof typeof EscalationPriority;

/** States of an escalation: PENDING → IN_REVIEW → RESOLVED or DISMISSED; the last two are closed. */
export const EscalationStatus = declareEnum('escalation_status', ['PENDING', 'IN_REVIEW', 'RESOLVED', 'DISMISSED']);
export type EscalationStatus = keyof typeof EscalationStatus;
