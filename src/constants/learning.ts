/** Share of decisions that get a random mode, 0..1. Source: epic 4, learning-system paper. */
export const RANDOMIZED_SHARE = 0.1;

/** When an adjustment is trusted, measured and judged. Source: learning-system paper, epics 2 and 4. */
export const LEARNING = {
  /** Days from an adjustment to its measurement. */
  measuredAfterDays: 7,
  /** Accuracy to reach: 1 - |actual - predicted|; above. */
  accuracyTarget: 0.85,
  /** Accuracy that alarms; below. */
  accuracyAlarm: 0.7,
  /** Decisions from which a segment's weights are trusted. */
  trustedSampleSize: 50,
  /** Signal segments with enough data that a learning cycle needs, of four. */
  requiredSegments: 3,
  /** Randomised decisions from which the causal analysis begins. */
  causalSampleSize: 200,
  /** Samples per arm from which an experiment may declare a winner. */
  experimentSampleSize: 50,
} as const;
