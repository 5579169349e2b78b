import { HELP_COUNT_DAYS, SYSTEM_ACTOR } from '../../constants/figures.js';
import { ReplyMetrics } from '../../entities/json-shapes.js';
import type { Decision, Reply } from '../../entities/index.js';
import { build } from '../insert-missing.js';
import { daysBefore, hoursBefore, minutesAfter, drawInteger } from '../factories/factory.js';
import { OPERATORS } from '../factories/community.factories.js';
import { createReplyMetrics } from '../factories/core.factories.js';
import { cycle, type SampleContext } from './context.js';

/** The states of replies in turn: of the last day, and of older ones. */
const RECENT = ['pending', 'approved', 'posted', 'pending', 'approved', 'posted', 'rejected'] as const;
const OLDER = ['posted', 'posted', 'posted', 'deleted', 'posted', 'rejected', 'manual'] as const;

type SampleState = (typeof RECENT)[number] | (typeof OLDER)[number];

/** Creates one reply for each decision that is not DISENGAGED. Together they have every state of a reply. */
export function createSampleReplies(context: SampleContext, decisions: readonly Decision[]): Reply[] {
  const engaged = decisions.filter(({ mode }) => mode !== 'DISENGAGED');
  const dayAgo = hoursBefore(context.now, 24);
  const counts = { recent: 0, older: 0 };
  const replies = engaged.map((decision) => {
    const isRecent = decision.createdAt > dayAgo;
    const state = isRecent ? cycle(RECENT, counts.recent) : cycle(OLDER, counts.older);
    counts[isRecent ? 'recent' : 'older'] += 1;
    return createSampleReply(context, decision, state);
  });
  for (const reply of replies) reply.helpCount = countHelped(replies, reply.createdAt);
  return replies;
}

function createSampleReply(context: SampleContext, decision: Decision, state: SampleState): Reply {
  const { kit, make } = context;
  const createdAt = minutesAfter(decision.createdAt, 1);
  const shared = {
    decision,
    createdAt,
    archetypeId: decision.archetypeId,
    // A reply without a recommendation has no link.
    ...(decision.mode === 'ENGAGEMENT' ? { utmCode: null } : {}),
  };
  if (state === 'pending') return make.reply(shared);
  if (state === 'rejected') return make.reply({ ...shared, approvalStatus: 'REJECTED' });
  const approval = {
    approvalStatus: 'APPROVED' as const,
    approvedAt: minutesAfter(createdAt, drawInteger(kit, 1, 15)),
    approvedBy: drawInteger(kit, 0, 2) === 0 ? SYSTEM_ACTOR : cycle(OPERATORS, drawInteger(kit, 0, 2)),
  };
  if (state === 'approved') return make.reply({ ...shared, ...approval });
  return make.reply({ ...shared, ...approval, ...createPosting(context, state, approval.approvedAt) });
}

function createPosting({ kit, now }: SampleContext, state: SampleState, approvedAt: Date): Partial<Reply> {
  const postedAt = minutesAfter(approvedAt, drawInteger(kit, 1, 5));
  const metrics = createReplyMetrics(kit, postedAt, now);
  if (state === 'manual') return { postedAt, metricsJson: metrics, replyType: 'MANUAL', archetypeId: null };
  if (state !== 'deleted') return { postedAt, metricsJson: metrics };
  const hostile = { sentiment: -0.82, reports: drawInteger(kit, 1, 4), conversions: 0, revenue: 0 };
  return {
    postedAt,
    metricsJson: Object.assign(metrics ?? build(ReplyMetrics, {}), hostile),
    deletedAt: minutesAfter(postedAt, drawInteger(kit, 15, 45)),
    deleteReason: 'The answers turned hostile.',
  };
}

/** Counts the replies posted in the period of HELP_COUNT_DAYS before that time. */
function countHelped(replies: readonly Reply[], at: Date): number {
  const since = daysBefore(at, HELP_COUNT_DAYS);
  return replies.filter(({ postedAt }) => postedAt !== null && postedAt >= since && postedAt < at).length;
}
