import type { KpiTypeName } from '../../constants/reference-names.js';
import type { KpiType } from '../../entities/index.js';

/**
 * The three families; their metrics are in constants/kpi-catalogue.ts, each with its own roll-up. AVG is the fallback for a
 * metric that the catalogue does not know. Source: architecture 5, epic 1.
 */
export const KPI_TYPE_ROWS: Readonly<Record<KpiTypeName, Pick<KpiType, 'aggregationType' | 'description'>>> = {
  COMMERCIAL: { aggregationType: 'AVG', description: 'Do replies bring visits, buyers and revenue?' },
  LOVE: { aggregationType: 'AVG', description: 'Do people like what we say?' },
  SAFETY: { aggregationType: 'AVG', description: 'Do platforms and communities put up with us?' },
};
