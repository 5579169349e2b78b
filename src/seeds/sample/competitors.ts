import type { CompetitorCategoryName } from '../../constants/reference-names.js';
import type { PricePoint } from '../../constants/choices.js';
import type { Competitor } from '../../entities/index.js';
import { daysBefore } from '../factories/kit.js';
import type { SampleContext } from './context.js';

type Entry = readonly [name: string, category: CompetitorCategoryName, price: PricePoint, keywords: readonly string[]];

/** The 16 alternatives of the requirements. What people call them is a first guess, to be edited from the dashboard. */
const COMPETITORS: readonly Entry[] = [
  ['LiquidIV', 'REHYDRATION', 'MID', ['liquidiv', 'liquid iv', 'liquid i.v.']],
  ['Drip Drop', 'REHYDRATION', 'MID', ['drip drop', 'dripdrop']],
  ['Pedialyte', 'REHYDRATION', 'LOW', ['pedialyte']],
  ['Gatorade', 'REHYDRATION', 'LOW', ['gatorade']],
  ['Nuun', 'REHYDRATION', 'MID', ['nuun']],
  ['ZBiotics', 'HANGOVER_PILLS', 'HIGH', ['zbiotics', 'z-biotics']],
  ['Flyby', 'HANGOVER_PILLS', 'MID', ['flyby']],
  ['AfterDrink', 'HANGOVER_PILLS', 'MID', ['afterdrink', 'after drink']],
  // Not "cheers" alone: most people who write it mean no product.
  ['Cheers', 'HANGOVER_PILLS', 'HIGH', ['cheers restore', 'cheers pills']],
  ['DHM Detox', 'HANGOVER_PILLS', 'MID', ['dhm detox', 'dhm']],
  ['The I.V. Doc', 'IV_THERAPY', 'VERY_HIGH', ['the iv doc', 'iv doc']],
  ['Revive', 'IV_THERAPY', 'HIGH', ['revive drip', 'revive iv']],
  ['HydroMed', 'IV_THERAPY', 'HIGH', ['hydromed', 'hydro med']],
  ['Hair of the Dog', 'HOME_REMEDY', 'VARIES', ['hair of the dog']],
  ['Activated Charcoal', 'HOME_REMEDY', 'LOW', ['activated charcoal', 'charcoal pills']],
  ['Pickle Juice', 'HOME_REMEDY', 'LOW', ['pickle juice', 'picklejuice']],
];

const MECHANISMS: Readonly<Record<CompetitorCategoryName, string>> = {
  REHYDRATION: 'oral electrolytes',
  HANGOVER_PILLS: 'oral capsule or shot',
  IV_THERAPY: 'infusion',
  HOME_REMEDY: 'household means',
};

export function sampleCompetitors({ make, now, ids }: SampleContext): Competitor[] {
  return COMPETITORS.map(([name, category, pricePoint, brandKeywords]) =>
    make.competitor({
      name,
      categoryId: ids.category[category],
      primaryMechanism: MECHANISMS[category],
      pricePoint,
      brandKeywords: [...brandKeywords],
      createdAt: daysBefore(now, 150),
      updatedAt: daysBefore(now, 150),
    }),
  );
}
