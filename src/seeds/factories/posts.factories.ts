import { DEFAULT_WEIGHTS, EVS_THRESHOLDS, SYSTEM_ACTOR } from '../../constants/figures.js';
import { REPLY_SIGNATURE } from '../../constants/reply.js';
import type { OperationalMode, Platform } from '../../entities/enums.js';
import { Decision, Post, Reply } from '../../entities/index.js';
import {
  OutcomeWindows,
  type PerSignal,
  ReplyMetrics,
  ReplyOutcome,
  Signal,
  SignalBreakdown,
  TemporalContext,
} from '../../entities/json-shapes.js';
import { build } from '../insert-missing.js';
import {
  between,
  type Factory,
  harmless,
  hoursBefore,
  type Kit,
  minutesAfter,
  pick,
  rounded,
  whole,
} from './factory.js';
import { authorFactory } from './people.factories.js';
import { COMPLAINTS, OPENINGS, QUESTIONS, SYMPATHIES, TIPS } from './phrases.js';

/** A post in the queue, unless told that it was processed, filtered or failed. */
export const postFactory: Factory<Post> = {
  entity: Post,
  parents: [{ relation: 'author', factory: authorFactory }],
  values(kit, given, row) {
    const complaint = pick(kit, COMPLAINTS);
    const platform = given.platform ?? given.author?.platform ?? 'TWITTER';
    const detectedAt = given.detectedAt ?? hoursBefore(kit.now, whole(kit, 1, 48));
    const errorCount = given.errorCount ?? (typeof given.errorMessage === 'string' ? 1 : 0);
    return {
      platform,
      platformPostId: kit.key(row),
      content: `${pick(kit, OPENINGS)} ${complaint.text}. ${pick(kit, QUESTIONS)}`.trim(),
      detectedAt,
      processedAt: null,
      keywordMatches: [complaint.keyword],
      keywordCategories: [complaint.category],
      spamFiltered: false,
      rawMetrics: rawMetrics(kit, platform),
      errorCount,
      errorMessage: errorCount > 0 ? 'The language model did not answer in time.' : null,
      createdAt: detectedAt,
      updatedAt: given.processedAt ?? detectedAt,
    };
  },
};

/** Each platform counts under names of its own. */
function rawMetrics(kit: Kit, platform: Platform): Record<string, number> {
  const few = whole(kit, 0, 9);
  const some = whole(kit, 0, 60);
  if (platform === 'REDDIT') return { score: some, upvotes: some + few, comments: few };
  if (platform === 'THREADS') return { likes: some, replies: few, reposts: whole(kit, 0, 3) };
  return { likes: some, replies: few, retweets: whole(kit, 0, 5) };
}

/** What the signals look like where the engine chooses each mode: lowest and highest of each. */
const SIGNALS_OF_MODE: Readonly<Record<OperationalMode, Record<keyof PerSignal, readonly [number, number]>>> = {
  HELPFUL: { sss: [0.82, 0.98], ars: [0.4, 0.9], evs: [0.4, 3], trs: [0.7, 0.99] },
  HYBRID: { sss: [0.6, 0.81], ars: [0.5, 0.95], evs: [1, 5], trs: [0.6, 0.95] },
  ENGAGEMENT: { sss: [0.2, 0.54], ars: [0.5, 0.95], evs: [2, 12], trs: [0.55, 0.9] },
  DISENGAGED: { sss: [0.02, 0.5], ars: [0.1, 0.5], evs: [0, 1.5], trs: [0.05, 0.49] },
};

/** A HELPFUL decision, unless told otherwise; the scores fit the mode. */
export const decisionFactory: Factory<Decision> = {
  entity: Decision,
  parents: [{ relation: 'post', factory: postFactory }],
  values(kit, given) {
    const mode = given.mode ?? (flagged(given) ? 'DISENGAGED' : 'HELPFUL');
    const signals = drawSignals(kit, mode);
    const createdAt = given.createdAt ?? decidedAt(kit, given);
    return {
      sssScore: signals.sss,
      arsScore: signals.ars,
      evsScore: signals.evs,
      trsScore: signals.trs,
      compositeScore: composite(signals),
      mode,
      safetyFlags: [],
      signalsJson: breakdown(kit, signals),
      temporalContext: build(TemporalContext, {
        phase: pick(kit, ['peak_suffering', 'prevention', 'normal']),
        monitoringMultiplier: 1,
        matchedRules: [],
        timezone: 'America/New_York',
        evaluatedAt: createdAt.toISOString(),
        isPriority: false,
      }),
      competitorDetected: null,
      isPowerUser: given.post?.author.isPowerUser ?? false,
      experimentVariant: typeof given.experimentId === 'string' ? pick(kit, ['A', 'B']) : null,
      isRandomizedExperiment: false,
      predictedMode: given.isRandomizedExperiment ? pick(kit, ['HELPFUL', 'ENGAGEMENT', 'HYBRID']) : null,
      createdAt,
    };
  },
};

function flagged({ safetyFlags = [] }: Partial<Decision>): boolean {
  return safetyFlags.some((flag) => flag !== 'OVERRIDE');
}

/** A decision is stored together with the post's time of processing. */
function decidedAt(kit: Kit, { post }: Partial<Decision>): Date {
  if (!post) return hoursBefore(kit.now, whole(kit, 1, 48));
  return post.processedAt ?? minutesAfter(post.detectedAt, whole(kit, 1, 30));
}

function drawSignals(kit: Kit, mode: OperationalMode): PerSignal {
  const { sss, ars, evs, trs } = SIGNALS_OF_MODE[mode];
  return { sss: between(kit, ...sss), ars: between(kit, ...ars), evs: between(kit, ...evs), trs: between(kit, ...trs) };
}

/** As the engine does it, with default weights: the velocity counts as a share of what is viral. */
function composite({ sss, ars, evs, trs }: PerSignal): number {
  const velocity = Math.min(1, evs / EVS_THRESHOLDS.viral);
  const { sss: forSss, ars: forArs, evs: forEvs, trs: forTrs } = DEFAULT_WEIGHTS;
  return rounded(sss * forSss + ars * forArs + velocity * forEvs + trs * forTrs);
}

function breakdown(kit: Kit, { sss, ars, evs, trs }: PerSignal): SignalBreakdown {
  const signal = (score: number, confidence: number) => build(Signal, { score, confidence });
  return build(SignalBreakdown, {
    sss: build(Signal, { score: sss, confidence: between(kit, 0.6, 0.99), reasons: ['asks for help'] }),
    ars: signal(ars, 1),
    evs: signal(evs, 1),
    trs: signal(trs, between(kit, 0.6, 0.99)),
  });
}

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
