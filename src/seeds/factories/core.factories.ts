import { setSeederFactory } from 'typeorm-extension';
import {
  DEFAULT_WEIGHTS,
  EVS_THRESHOLDS,
  INTERACTION_WEIGHTS,
  POWER_USER_THRESHOLDS,
  RELATIONSHIP_START,
  SYSTEM_ACTOR,
} from '../../constants/figures.js';
import { REPLY_SIGNATURE } from '../../constants/reply.js';
import { type OperationalMode, Platform } from '../../entities/enums.js';
import { Author, Decision, Post, Reply } from '../../entities/index.js';
import {
  type InteractionEvent,
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
  drawNumber,
  daysBefore,
  drawWithoutClaims,
  hoursBefore,
  type Kit,
  makeRow,
  minutesAfter,
  pick,
  roundScore,
  type RowFactory,
  type RowRequest,
  drawInteger,
} from './factory.js';
import { ANIMALS, COMPLAINTS, MOODS, OPENINGS, PERSONAS, QUESTIONS, SYMPATHIES, TIPS } from './phrases.js';

/** Makes an author with fewer followers than a power user. The score follows from the given interaction history. */
export const authorFactory: RowFactory<Author> = setSeederFactory<Author, RowRequest<Author>>(Author, (request) =>
  makeRow<Author>(Author, request, {
    values(kit, given, row) {
      const animal = pick(kit, ANIMALS);
      const followerCount = given.followerCount ?? drawInteger(kit, 0, POWER_USER_THRESHOLDS.followers - 1);
      const interactionHistory = given.interactionHistory ?? [];
      const lastSeenAt = given.lastSeenAt ?? hoursBefore(kit.now, drawInteger(kit, 0, 72));
      const firstSeenAt = given.firstSeenAt ?? daysBefore(lastSeenAt, drawInteger(kit, 1, 60));
      return {
        platform: pick(kit, Object.values(Platform)),
        platformId: kit.key(row),
        // "demo" marks the account as invented; 4 digits of base 36 keep the handle within X's 15 characters.
        handle: `demo_${animal}_${(row % 36 ** 4).toString(36)}`,
        displayName: `${pick(kit, MOODS)} ${animal}`,
        followerCount,
        isVerified: false,
        isPowerUser: followerCount >= POWER_USER_THRESHOLDS.followers || typeof given.powerTierId === 'string',
        archetypeTags: kit.faker.helpers.arrayElements(PERSONAS, { min: 0, max: 2 }),
        interactionHistory,
        relationshipScore: computeRelationshipScore(interactionHistory),
        firstSeenAt,
        lastSeenAt,
        createdAt: firstSeenAt,
        updatedAt: lastSeenAt,
      };
    },
  }),
);

/** Returns the score that a history adds up to, 0..1: each event adds its weight, and the sum is clamped after each event. */
export function computeRelationshipScore(history: readonly InteractionEvent[]): number {
  return roundScore(
    history.reduce(
      (score, { type }) => Math.min(1, Math.max(0, score + INTERACTION_WEIGHTS[type])),
      RELATIONSHIP_START,
    ),
  );
}

/** Makes a post that waits in the queue. With `processedAt`, `spamFiltered` or `errorCount` it is in that state instead. */
export const postFactory: RowFactory<Post> = setSeederFactory<Post, RowRequest<Post>>(Post, (request) =>
  makeRow<Post>(Post, request, {
    parents: [{ relation: 'author', factory: authorFactory }],
    values(kit, given, row) {
      const complaint = pick(kit, COMPLAINTS);
      const platform = given.platform ?? given.author?.platform ?? 'TWITTER';
      const detectedAt = given.detectedAt ?? hoursBefore(kit.now, drawInteger(kit, 1, 48));
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
        rawMetrics: createRawMetrics(kit, platform),
        errorCount,
        errorMessage: errorCount > 0 ? 'The language model did not answer in time.' : null,
        createdAt: detectedAt,
        updatedAt: given.processedAt ?? detectedAt,
      };
    },
  }),
);

/** Returns the counters of a post. Each platform has its own names for them. */
function createRawMetrics(kit: Kit, platform: Platform): Record<string, number> {
  const few = drawInteger(kit, 0, 9);
  const some = drawInteger(kit, 0, 60);
  if (platform === 'REDDIT') return { score: some, upvotes: some + few, comments: few };
  if (platform === 'THREADS') return { likes: some, replies: few, reposts: drawInteger(kit, 0, 3) };
  return { likes: some, replies: few, retweets: drawInteger(kit, 0, 5) };
}

/** The range of each signal in which the engine chooses the mode: lowest and highest value. */
const SIGNALS_OF_MODE: Readonly<Record<OperationalMode, Record<keyof PerSignal, readonly [number, number]>>> = {
  HELPFUL: { sss: [0.82, 0.98], ars: [0.4, 0.9], evs: [0.4, 3], trs: [0.7, 0.99] },
  HYBRID: { sss: [0.6, 0.81], ars: [0.5, 0.95], evs: [1, 5], trs: [0.6, 0.95] },
  ENGAGEMENT: { sss: [0.2, 0.54], ars: [0.5, 0.95], evs: [2, 12], trs: [0.55, 0.9] },
  DISENGAGED: { sss: [0.02, 0.5], ars: [0.1, 0.5], evs: [0, 1.5], trs: [0.05, 0.49] },
};

/** Makes a decision, HELPFUL by default. The scores fit the mode; safety flags make it DISENGAGED. */
export const decisionFactory: RowFactory<Decision> = setSeederFactory<Decision, RowRequest<Decision>>(
  Decision,
  (request) =>
    makeRow<Decision>(Decision, request, {
      parents: [{ relation: 'post', factory: postFactory }],
      values(kit, given) {
        const mode = given.mode ?? (hasSafetyFlag(given) ? 'DISENGAGED' : 'HELPFUL');
        const signals = drawSignals(kit, mode);
        const createdAt = given.createdAt ?? chooseDecisionTime(kit, given);
        return {
          sssScore: signals.sss,
          arsScore: signals.ars,
          evsScore: signals.evs,
          trsScore: signals.trs,
          compositeScore: computeCompositeScore(signals),
          mode,
          safetyFlags: [],
          signalsJson: createSignalBreakdown(kit, signals),
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
    }),
);

function hasSafetyFlag({ safetyFlags = [] }: Partial<Decision>): boolean {
  return safetyFlags.some((flag) => flag !== 'OVERRIDE');
}

/** Returns when the decision was made: the post's time of processing. */
function chooseDecisionTime(kit: Kit, { post }: Partial<Decision>): Date {
  if (!post) return hoursBefore(kit.now, drawInteger(kit, 1, 48));
  return post.processedAt ?? minutesAfter(post.detectedAt, drawInteger(kit, 1, 30));
}

function drawSignals(kit: Kit, mode: OperationalMode): PerSignal {
  const { sss, ars, evs, trs } = SIGNALS_OF_MODE[mode];
  return {
    sss: drawNumber(kit, ...sss),
    ars: drawNumber(kit, ...ars),
    evs: drawNumber(kit, ...evs),
    trs: drawNumber(kit, ...trs),
  };
}

/** Computes the composite score as the engine does with default weights: velocity counts as a share of the viral threshold. */
function computeCompositeScore({ sss, ars, evs, trs }: PerSignal): number {
  const velocity = Math.min(1, evs / EVS_THRESHOLDS.viral);
  const { sss: forSss, ars: forArs, evs: forEvs, trs: forTrs } = DEFAULT_WEIGHTS;
  return roundScore(sss * forSss + ars * forArs + velocity * forEvs + trs * forTrs);
}

function createSignalBreakdown(kit: Kit, { sss, ars, evs, trs }: PerSignal): SignalBreakdown {
  const signal = (score: number, confidence: number) => build(Signal, { score, confidence });
  return build(SignalBreakdown, {
    sss: build(Signal, { score: sss, confidence: drawNumber(kit, 0.6, 0.99), reasons: ['asks for help'] }),
    ars: signal(ars, 1),
    evs: signal(evs, 1),
    trs: signal(trs, drawNumber(kit, 0.6, 0.99)),
  });
}

/** Makes a reply that waits for approval. With `postedAt` it is approved and posted, with `deletedAt` also deleted. */
export const replyFactory: RowFactory<Reply> = setSeederFactory<Reply, RowRequest<Reply>>(Reply, (request) =>
  makeRow<Reply>(Reply, request, {
    parents: [{ relation: 'decision', factory: decisionFactory }],
    values(kit, given, row) {
      const decided = given.decision?.createdAt ?? hoursBefore(kit.now, drawInteger(kit, 1, 48));
      const createdAt =
        given.createdAt ?? given.approvedAt ?? given.postedAt ?? given.deletedAt ?? minutesAfter(decided, 1);
      return {
        content: writeReplyContent(kit),
        platform: given.decision?.post.platform ?? 'TWITTER',
        utmCode: `vita_${kit.key(row)}`,
        helpCount: drawInteger(kit, 0, 900),
        replyType: 'AUTO',
        createdAt,
        ...createReplyState(kit, given, createdAt, row),
      };
    },
  }),
);

type ReplyState =
  'approvalStatus' | 'approvedBy' | 'approvedAt' | 'postedAt' | 'platformPostId' | 'metricsJson' | 'deleteReason';

/** Returns the approval, posting and deletion that the given values imply. */
function createReplyState(
  kit: Kit,
  given: Partial<Reply>,
  createdAt: Date,
  row: number,
): Pick<Reply, ReplyState | 'deletedAt' | 'updatedAt'> {
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

/** Writes a reply with the signature, far shorter than every platform's limit. */
function writeReplyContent(kit: Kit): string {
  return drawWithoutClaims(
    () =>
      `${pick(kit, SYMPATHIES)} ${pick(kit, TIPS)} Hope the evening turns out ${kit.faker.word.adjective()}. ${REPLY_SIGNATURE}`,
  );
}

const WINDOWS = { '15m': 15, '60m': 60, '24h': 24 * 60, '7d': 7 * 24 * 60 } as const;

/** Returns the results of a posted reply until `now`, with every window that has passed; null when the first has not passed yet. */
export function createReplyMetrics(kit: Kit, postedAt: Date, now: Date): ReplyMetrics | null {
  const conversions = drawInteger(kit, 0, 5) === 5 ? 1 : 0;
  const last = build(ReplyMetrics, {
    likes: drawInteger(kit, 4, 60),
    replies: drawInteger(kit, 0, 9),
    shares: drawInteger(kit, 0, 6),
    clicks: drawInteger(kit, 0, 20),
    conversions,
    revenue: roundScore(conversions * 29.9),
    ctr: drawNumber(kit, 0.005, 0.06),
    sentiment: drawNumber(kit, -0.4, 0.95),
    reports: 0,
    removed: false,
  });
  const passed = Object.entries(WINDOWS).filter(([, minutes]) => minutesAfter(postedAt, minutes) <= now);
  const windows = passed.map(([window, minutes], index) => [
    window,
    createOutcome(last, postedAt, minutes, (index + 1) / 4),
  ]);
  if (windows.length === 0) return null;
  return Object.assign(last, {
    capturedAt: minutesAfter(postedAt, passed.at(-1)?.[1] ?? 0).toISOString(),
    windows: build(OutcomeWindows, Object.fromEntries(windows) as OutcomeWindows),
  });
}

/** Returns an earlier outcome: the same rates, and a part of the counts. */
function createOutcome(
  { likes = 0, clicks = 0, ctr = 0 }: ReplyOutcome,
  postedAt: Date,
  minutes: number,
  part: number,
) {
  return build(ReplyOutcome, {
    likes: Math.floor(likes * part),
    clicks: Math.floor(clicks * part),
    ctr,
    capturedAt: minutesAfter(postedAt, minutes).toISOString(),
  });
}
