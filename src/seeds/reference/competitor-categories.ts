import type { CompetitorCategoryName } from '../../constants/reference-names.js';
import type { CompetitorCategory } from '../../entities/index.js';

/** The four kinds of alternatives. Source: product requirements 6, architecture 5. */
export const COMPETITOR_CATEGORY_ROWS: Readonly<
  Record<CompetitorCategoryName, Pick<CompetitorCategory, 'description'>>
> = {
  REHYDRATION: { description: 'Electrolyte drinks and powders.' },
  HANGOVER_PILLS: { description: 'Capsules, shots and powders sold for the morning after.' },
  IV_THERAPY: { description: 'Infusions at home or in a clinic.' },
  HOME_REMEDY: { description: 'What people do without buying a product for it.' },
};
