import { CORE_CHECKS } from './areas/core.js';
import { LEARNING_CHECKS } from './areas/learning.js';
import { MARKET_CHECKS } from './areas/market.js';
import { OVERSIGHT_CHECKS } from './areas/oversight.js';
import { REFERENCE_CHECKS } from './areas/reference.js';
import { REPLY_CHECKS } from './areas/replies.js';
import type { Case } from './case.js';
import { ENUM_CASES, NOT_NULL_CASES } from './columns.js';
import { FOREIGN_KEY_CASES } from './foreign-keys.js';
import { PRIMARY_KEY_CASES, UNIQUE_CASES } from './keys.js';
import { TRIGGER_CASES } from './triggers.js';

/** Exactly one case for each guard of the migrated schema: `gapsOf` compares them with the catalog. */
export const CASES: readonly Case[] = [
  ...PRIMARY_KEY_CASES,
  ...UNIQUE_CASES,
  ...FOREIGN_KEY_CASES,
  ...NOT_NULL_CASES,
  ...ENUM_CASES,
  ...TRIGGER_CASES,
  ...REFERENCE_CHECKS,
  ...CORE_CHECKS,
  ...REPLY_CHECKS,
  ...MARKET_CHECKS,
  ...LEARNING_CHECKS,
  ...OVERSIGHT_CHECKS,
];

export function casesOf(table: string): Case[] {
  return CASES.filter(({ guard }) => guard.table === table);
}
