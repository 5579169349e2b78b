import { HELP_COUNT_DAYS, SYSTEM_ACTOR } from '../../constants/figures.js';
import { ReplyMetrics } from '../../entities/json-shapes.js';
import type { Decision, Reply } from '../../entities/index.js';
import { build } from '../insert-missing.js';
import { daysBefore, hoursBefore, minutesAfter, whole } from '../factories/factory.js';
import { OPERATORS } from '../factories/community.factories.js';
import { replyMetrics } from '../factories/core.factories.js';
import { cycle, type SampleContext } from './context.js';

/** What became of a reply: of those of the last day, and of older ones. */
const RECENT = ['pending', 'approved', 'posted', 'pending', 'approved', 'posted', 'rejected'] as const;
const OLDER = ['posted', 'posted', 'posted', 'taken back', 'posted', 'rejected', 'by hand'] as const;

type Fate = (typeof RECENT)[number] | (typeof OLDER)[number];

/** One reply per engaged decision, in every state a reply can be in. */
export function sampleReplies(context: SampleContext, decisions: readonly Decision[]): Reply[] {
  const engaged = decisions.filter(({ mode }) => mode !== 'DISENGAGED');
  const dayAgo = hoursBefore(context.now, 24);
  const counts = { recent: 0, older: 0 };
  const replies = engaged.map((decision) => {
    const isRecent = decision.createdAt > dayAgo;
    const fate = isRecent ? cycle(RECENT, counts.recent) : cycle(OLDER, counts.older);
    counts[isRecent ? 'recent' : 'older'] += 1;
    return sampleReply(context, decision, fate);
  });
  for (const reply of replies) reply.helpCount = helped(replies, reply.createdAt);
  return replies;
}

function sampleReply(context: SampleContext, decision: Decision, fate: Fate): Reply {
  const { kit, make } = context;
  const createdAt = minutesAfter(decision.createdAt, 1);
  const shared = {
    decision,
    createdAt,
    archetypeId: decision.archetypeId,
    // Company without a pitch carries no link.
    ...(decision.mode === 'ENGAGEMENT' ? { utmCode: null } : {}),
  };
  if (fate === 'pending') return make.reply(shared);
  if (fate === 'rejected') return make.reply({ ...shared, approvalStatus: 'REJECTED' });
  const approval = {
    approvalStatus: 'APPROVED' as const,
    approvedAt: minutesAfter(createdAt, whole(kit, 1, 15)),
    approvedBy: whole(kit, 0, 2) === 0 ? SYSTEM_ACTOR : cycle(OPERATORS, whole(kit, 0, 2)),
  };
  if (fate === 'approved') return make.reply({ ...shared, ...approval });
  return make.reply({ ...shared, ...approval, ...posting(context, fate, approval.approvedAt) });
}

function posting({ kit, now }: SampleContext, fate: Fate, approvedAt: Date): Partial<Reply> {
  const postedAt = minutesAfter(approvedAt, whole(kit, 1, 5));
  const metrics = replyMetrics(kit, postedAt, now);
  if (fate === 'by hand') return { postedAt, metricsJson: metrics, replyType: 'MANUAL', archetypeId: null };
  if (fate !== 'taken back') return { postedAt, metricsJson: metrics };
  const hostile = { sentiment: -0.82, reports: whole(kit, 1, 4), conversions: 0, revenue: 0 };
  return {
    postedAt,
    metricsJson: Object.assign(metrics ?? build(ReplyMetrics, {}), hostile),
    deletedAt: minutesAfter(postedAt, whole(kit, 15, 45)),
    deleteReason: 'The answers turned hostile.',
  };
}

/** The "people helped" figure at that time. */
function helped(replies: readonly Reply[], at: Date): number {
  const since = daysBefore(at, HELP_COUNT_DAYS);
  return replies.filter(({ postedAt }) => postedAt !== null && postedAt >= since && postedAt < at).length;
}
