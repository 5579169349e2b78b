import { DEFAULT_WEIGHTS } from '../../constants/decision.js';
import { SEGMENT_KEYS } from '../../constants/segments.js';
import type { SegmentedWeight } from '../../entities/index.js';

type Segment = Pick<SegmentedWeight, 'segmentType' | 'segmentKey'>;

/**
 * The segments that exist before anything is learned: the last resort GLOBAL, and one per platform. The others appear when
 * they are learned. Source: learning-system paper, fallback COMBINED → PLATFORM → GLOBAL.
 */
export const REFERENCE_SEGMENTS: readonly Segment[] = (['GLOBAL', 'PLATFORM'] as const).flatMap((segmentType) =>
  SEGMENT_KEYS[segmentType].map((segmentKey) => ({ segmentType, segmentKey })),
);

/** The weights they start with; nothing has been measured, so the sample size is 0 and the performance unknown. */
export const STARTING_WEIGHTS = {
  sssWeight: DEFAULT_WEIGHTS.sss,
  arsWeight: DEFAULT_WEIGHTS.ars,
  evsWeight: DEFAULT_WEIGHTS.evs,
  trsWeight: DEFAULT_WEIGHTS.trs,
} as const;
