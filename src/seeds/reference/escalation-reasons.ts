import type { EscalationReasonName } from '../../constants/reference-names.js';
import type { EscalationReason } from '../../entities/index.js';

/**
 * The six reasons; severity is the priority a new escalation gets unless its opener says otherwise. Source: architecture 5
 * and epic 1 for the names; project brief (P1..P3), product requirements and stories 3.3 and 3.7 for the severities.
 */
export const ESCALATION_REASON_ROWS: Readonly<
  Record<EscalationReasonName, Pick<EscalationReason, 'severity' | 'description'>>
> = {
  SAFETY_AMBIGUITY: {
    severity: 'CRITICAL',
    description: 'The author may be in distress; the probability is above 0.45.',
  },
  MODERATOR_WARNING: { severity: 'CRITICAL', description: 'A moderator or a platform warned us.' },
  VIRAL_THREAD: { severity: 'HIGH', description: 'The post spreads more than five times faster than usual.' },
  BACKLASH_SPIKE: { severity: 'HIGH', description: 'The answers to one of our replies turned hostile.' },
  LOW_CONFIDENCE: { severity: 'LOW', description: 'The agent was less than 85 % sure of its reply.' },
  MANUAL_FLAG: { severity: 'MEDIUM', description: 'An operator wants it looked at.' },
};
