/** Hours after which an open escalation is late. Source: story 3.7. */
export const ESCALATION_SLA_HOURS = 4;

/** Who approves when nobody does: the actor of automatic approvals and of system entries in the audit log. */
export const SYSTEM_ACTOR = 'system';

/** Tone of the answers, -1..1, below which the agent takes its reply back. Source: self-correction worker, product requirements. */
export const TAKE_BACK_SENTIMENT = -0.75;

/** Days before generation whose posted replies make the "people helped" figure. Source: product requirements 3.3. */
export const HELP_COUNT_DAYS = 30;
