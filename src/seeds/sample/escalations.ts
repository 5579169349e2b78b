import { ESCALATION_REASON_NAMES } from '../../constants/reference-names.js';
import { EscalationPriority, EscalationStatus } from '../../entities/enums.js';
import type { Decision, Escalation, Reply } from '../../entities/index.js';
import { hoursBefore } from '../factories/kit.js';
import { cycle, type SampleContext } from './context.js';

/** Hours since opening, of open ones: within the four hours, and late. */
const OPEN_HOURS = [0.5, 2.5, 5, 26] as const;
const CLOSED_HOURS = [30, 75, 150, 220] as const;

/** Every status with every priority, about posts, decisions, replies and both of the first, for every reason. */
export function sampleEscalations(
  { make, now, ids }: SampleContext,
  decisions: readonly Decision[],
  replies: readonly Reply[],
): Escalation[] {
  return Object.values(EscalationStatus).flatMap((status, row) =>
    Object.values(EscalationPriority).map((priority, column) => {
      const place = row * 4 + column;
      const isOpen = status === 'PENDING' || status === 'IN_REVIEW';
      return make.escalation({
        ...target(place, cycle(decisions, place * 5), cycle(replies, place * 2)),
        status,
        priority,
        reasonId: ids.reason[cycle(ESCALATION_REASON_NAMES, place)],
        createdAt: hoursBefore(now, cycle(isOpen ? OPEN_HOURS : CLOSED_HOURS, row + column)),
      });
    }),
  );
}

function target(place: number, decision: Decision, reply: Reply): Partial<Escalation> {
  const { post } = decision;
  // A row that is not about a post says so, or the factory would make one.
  return cycle<Partial<Escalation>>([{ post }, { decision }, { reply }, { post, decision }], place);
}
