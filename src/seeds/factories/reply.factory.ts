import { SYSTEM_ACTOR } from '../../constants/oversight.js';
import { REPLY_SIGNATURE } from '../../constants/reply.js';
import { OutcomeWindows, ReplyMetrics, ReplyOutcome } from '../../entities/core/reply-metrics.js';
import { Reply } from '../../entities/index.js';
import { build } from '../build.js';
import { decisionFactory } from './decision.factory.js';
import type { Factory } from './factory.js';
import { between, harmless, hoursBefore, minutesAfter, pick, rounded, whole, type Kit } from './kit.js';
import { SYMPATHIES, TIPS } from './phrases.js';

/** A reply that waits for approval. Giving `postedAt` approves and posts it, giving `deletedAt` takes it back as well. */
export const replyFactory: Factory<Reply> = {
  entity: Reply,
  parents: [{ relation: 'decision', factory: decisionFactory }],
  values(kit, given, row) {
    const decided = given.decision?.createdAt ?? hoursBefore(kit.now, whole(kit, 1, 48));
    const createdAt =
      given.createdAt ?? given.approvedAt ?? given.postedAt ?? given.deletedAt ?? minutesAfter(decided, 1);
    return {
      content: content(kit),
      platform: given.decision?.post.platform ?? 'TWITTER',
      utmCode: `vita_${kit.key(row)}`,
      helpCount: whole(kit, 0, 900),
      replyType: 'AUTO',
      createdAt,
      ...life(kit, given, createdAt, row),
    };
  },
};

type Life =
  'approvalStatus' | 'approvedBy' | 'approvedAt' | 'postedAt' | 'platformPostId' | 'metricsJson' | 'deleteReason';

/** How far the reply has come, as far as the given values imply it. */
function life(
  kit: Kit,
  given: Partial<Reply>,
  createdAt: Date,
  row: number,
): Pick<Reply, Life | 'deletedAt' | 'updatedAt'> {
  const deletedAt = given.deletedAt ?? null;
  const isPosted = given.postedAt != null || given.platformPostId != null || deletedAt !== null;
  const approvalStatus = given.approvalStatus ?? (isPosted || given.approvedAt != null ? 'APPROVED' : 'PENDING');
  const isApproved = approvalStatus === 'APPROVED';
  const approvedAt = isApproved ? (given.approvedAt ?? createdAt) : null;
  const postedAt = isPosted ? (given.postedAt ?? approvedAt) : null;
  return {
    approvalStatus,
    approvedBy: isApproved ? SYSTEM_ACTOR : null,
    approvedAt,
    postedAt,
    platformPostId: isPosted ? `reply-${kit.key(row)}` : null,
    metricsJson: null,
    deletedAt,
    deleteReason: deletedAt === null ? null : 'The answers turned hostile.',
    updatedAt: deletedAt ?? postedAt ?? approvedAt ?? createdAt,
  };
}

/** Far below every platform's limit, and signed. */
function content(kit: Kit): string {
  return harmless(
    () =>
      `${pick(kit, SYMPATHIES)} ${pick(kit, TIPS)} Hope the evening turns out ${kit.faker.word.adjective()}. ${REPLY_SIGNATURE}`,
  );
}

const WINDOWS = { '15m': 15, '60m': 60, '24h': 24 * 60, '7d': 7 * 24 * 60 } as const;

/** What came of a posted reply until now, with the windows that have passed. Null: too young for the first. */
export function replyMetrics(kit: Kit, postedAt: Date, now: Date): ReplyMetrics | null {
  const conversions = whole(kit, 0, 5) === 5 ? 1 : 0;
  const last = build(ReplyMetrics, {
    likes: whole(kit, 4, 60),
    replies: whole(kit, 0, 9),
    shares: whole(kit, 0, 6),
    clicks: whole(kit, 0, 20),
    conversions,
    revenue: rounded(conversions * 29.9),
    ctr: between(kit, 0.005, 0.06),
    sentiment: between(kit, -0.4, 0.95),
    reports: 0,
    removed: false,
  });
  const passed = Object.entries(WINDOWS).filter(([, minutes]) => minutesAfter(postedAt, minutes) <= now);
  const windows = passed.map(([window, minutes], place) => [
    window,
    measuredAt(last, postedAt, minutes, (place + 1) / 4),
  ]);
  if (windows.length === 0) return null;
  return Object.assign(last, {
    capturedAt: minutesAfter(postedAt, passed.at(-1)?.[1] ?? 0).toISOString(),
    windows: build(OutcomeWindows, Object.fromEntries(windows) as OutcomeWindows),
  });
}

/** An earlier outcome: the same rates, and a part of the counts. */
function measuredAt({ likes = 0, clicks = 0, ctr = 0 }: ReplyOutcome, postedAt: Date, minutes: number, part: number) {
  return build(ReplyOutcome, {
    likes: Math.floor(likes * part),
    clicks: Math.floor(clicks * part),
    ctr,
    capturedAt: minutesAfter(postedAt, minutes).toISOString(),
  });
}
