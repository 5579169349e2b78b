/**
 * The names of the reference rows that code refers to, in the order in which people list them. Operators may add rows; a
 * row of these lists is retired by `is_active`, since its name is looked up. Append only: the place in the list is part of
 * the seeded row's id.
 */

/** Shapes of a reply. Source: product requirements, architecture 5. Spelled MYTHBUST, without underscore. */
export const ARCHETYPE_NAMES = [
  'CHECKLIST',
  'MYTHBUST',
  'COACH',
  'STORYLET',
  'HUMOR_LIGHT',
  'CREDIBILITY_ANCHOR',
  'CONFIDENT_RECOMMENDER',
  'PROBLEM_SOLUTION_DIRECT',
] as const;
export type ArchetypeName = (typeof ARCHETYPE_NAMES)[number];

/** Classes of reach, smallest first. Source: product requirements, architecture 5, epic 1. */
export const POWER_TIER_NAMES = ['MICRO', 'MACRO', 'MEGA'] as const;
export type PowerTierName = (typeof POWER_TIER_NAMES)[number];

/** Kinds of alternatives; reply templates are keyed by them. Source: product requirements 6, architecture 5. */
export const COMPETITOR_CATEGORY_NAMES = ['REHYDRATION', 'HANGOVER_PILLS', 'IV_THERAPY', 'HOME_REMEDY'] as const;
export type CompetitorCategoryName = (typeof COMPETITOR_CATEGORY_NAMES)[number];

/** Families of KPIs. Source: architecture 5, epic 1. */
export const KPI_TYPE_NAMES = ['COMMERCIAL', 'LOVE', 'SAFETY'] as const;
export type KpiTypeName = (typeof KPI_TYPE_NAMES)[number];

/** Why a person must look. Source: architecture 5, epic 1, functional requirement 14. */
export const ESCALATION_REASON_NAMES = [
  'SAFETY_AMBIGUITY',
  'MODERATOR_WARNING',
  'VIRAL_THREAD',
  'BACKLASH_SPIKE',
  'LOW_CONFIDENCE',
  'MANUAL_FLAG',
] as const;
export type EscalationReasonName = (typeof ESCALATION_REASON_NAMES)[number];

/** Kinds of champions, lowest first. Source: architecture 5, epic 1. */
export const CHAMPION_TIER_NAMES = ['BRONZE', 'SILVER', 'GOLD'] as const;
export type ChampionTierName = (typeof CHAMPION_TIER_NAMES)[number];
