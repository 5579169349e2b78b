import type { InteractionType } from '../../constants/relationship.js';
import { InteractionEvent } from '../../entities/core/interaction-event.js';
import type { Author, Reply } from '../../entities/index.js';
import { build } from '../build.js';
import { relationshipScore } from '../factories/author.factory.js';
import { minutesAfter } from '../factories/kit.js';

/** What each posted reply did to the relationship with its author: history and score follow from its outcome. */
export function rememberOutcomes(replies: readonly Reply[]): void {
  const histories = new Map<Author, InteractionEvent[]>();
  for (const reply of replies) {
    const author = reply.decision?.post.author;
    if (author && reply.postedAt) histories.set(author, [...(histories.get(author) ?? []), ...eventsOf(reply)]);
  }
  for (const [author, events] of histories) {
    author.interactionHistory = events.sort((a, b) => a.timestamp.localeCompare(b.timestamp));
    author.relationshipScore = relationshipScore(author.interactionHistory);
  }
}

/** The author's own part in a reply's outcome, within the hour after posting. */
function eventsOf({ id, utmCode, postedAt, deletedAt, metricsJson }: Reply): InteractionEvent[] {
  if (postedAt === null) return [];
  const event = (type: InteractionType, minutes: number) =>
    build(InteractionEvent, {
      type,
      timestamp: minutesAfter(postedAt, minutes).toISOString(),
      replyId: id,
      ...(utmCode !== null && (type === 'click' || type === 'purchase') ? { utmCode } : {}),
    });
  if (deletedAt !== null) return hostileEvents(metricsJson?.reports ?? 0).map((type, place) => event(type, 5 + place));
  if (metricsJson === null) return [];
  const { likes = 0, clicks = 0, conversions = 0 } = metricsJson;
  return [
    ...(likes > 25 ? [event('like', 4)] : []),
    ...(likes > 45 ? [event('thanks', 9)] : []),
    ...(utmCode !== null && clicks > 14 ? [event('click', 12)] : []),
    ...(utmCode !== null && conversions > 0 ? [event('purchase', 40)] : []),
  ];
}

function hostileEvents(reports: number): InteractionType[] {
  return reports > 2 ? ['hostile_reply', 'report', 'block'] : ['hostile_reply'];
}
