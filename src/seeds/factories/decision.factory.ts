import { DEFAULT_WEIGHTS } from '../../constants/decision.js';
import { EVS_THRESHOLDS } from '../../constants/thresholds.js';
import { Signal, SignalBreakdown, TemporalContext } from '../../entities/core/decision-context.js';
import type { OperationalMode } from '../../entities/enums.js';
import { Decision } from '../../entities/index.js';
import type { PerSignal } from '../../entities/learning/signal-weights.js';
import { build } from '../build.js';
import type { Factory } from './factory.js';
import { between, hoursBefore, minutesAfter, pick, rounded, whole, type Kit } from './kit.js';
import { postFactory } from './post.factory.js';

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
