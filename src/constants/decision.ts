/** How much each signal counts where nothing was learned yet; together 1. Source: product requirements 2.5. */
export const DEFAULT_WEIGHTS = { sss: 0.4, ars: 0.25, evs: 0.2, trs: 0.15 } as const;

/**
 * How far the four weights may miss 1 together: floating point adds 0.42 + 0.24 + 0.22 + 0.12 to 0.9999999999999999.
 * Source: story 2.5.
 */
export const WEIGHT_SUM_TOLERANCE = 0.001;
