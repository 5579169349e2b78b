import { describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import { type EntityClass, getEntityRules } from '../../../src/columns/registry.js';
import {
  ARCHETYPE_NAMES,
  CHAMPION_TIER_NAMES,
  COMPETITOR_CATEGORY_NAMES,
  ESCALATION_REASON_NAMES,
  KPI_TYPE_NAMES,
  POWER_TIER_NAMES,
} from '../../../src/constants/lists.js';
import {
  Archetype,
  ChampionTier,
  CompetitorCategory,
  EscalationReason,
  KpiType,
  PowerTier,
} from '../../../src/entities/index.js';
import { isSampleId, createReferenceId } from '../../../src/seeds/ids.js';
import type { ReferenceIds } from '../../../src/seeds/sample/context.js';
import { createSampleRows } from '../../../src/seeds/sample/rows.js';
import { validateEntity } from '../../../src/validation/validate-entity.js';

const DAY_MS = 86_400_000;
const monday = new Date('2026-06-15T09:30:00.000Z');
const leapDay = new Date('2028-02-29T23:59:59.999Z');

function idsOf<Name extends string>(entity: EntityClass, names: readonly Name[]): Record<Name, string> {
  const entries = names.map((name, place) => [name, createReferenceId(entity, place + 1)]);
  return Object.fromEntries(entries) as Record<Name, string>;
}

const ids: ReferenceIds = {
  archetype: idsOf(Archetype, ARCHETYPE_NAMES),
  powerTier: idsOf(PowerTier, POWER_TIER_NAMES),
  category: idsOf(CompetitorCategory, COMPETITOR_CATEGORY_NAMES),
  kpiType: idsOf(KpiType, KPI_TYPE_NAMES),
  reason: idsOf(EscalationReason, ESCALATION_REASON_NAMES),
  championTier: idsOf(ChampionTier, CHAMPION_TIER_NAMES),
};

/** Every value of a row's columns, moments as distances from now. */
function relative(now: Date): unknown[] {
  return createSampleRows(now, ids).flatMap(({ entity, rows }) =>
    rows.map((row) =>
      [...getEntityRules(entity as EntityClass).columns.keys()].map((property) => distance(row[property], now)),
    ),
  );
}

function distance(value: unknown, now: Date): unknown {
  if (value instanceof Date) return value.getTime() - now.getTime();
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value)) {
    // A day's distance from the day of now; an ISO moment's from now.
    const from = value.length === 10 ? new Date(now.toISOString().slice(0, 10)) : now;
    return new Date(value).getTime() - from.getTime();
  }
  if (Array.isArray(value)) return value.map((item) => distance(item, now));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, distance(item, now)]));
}

describe('sample rows', () => {
  it('are the same on every day, but for their dates', () => {
    expect(relative(leapDay)).toEqual(relative(monday));
  });

  it('have sample ids, and every rule accepts them', () => {
    for (const { entity, rows } of createSampleRows(monday, ids)) {
      expect(rows.filter(({ id }) => !isSampleId(id as string))).toEqual([]);
      for (const row of rows) validateEntity(entity as EntityClass, row, { write: 'insert' });
    }
  });

  it('lie in the past, but not far', () => {
    const moments = createSampleRows(monday, ids).flatMap(({ rows }) =>
      rows.flatMap((row) => Object.values(row).filter((value) => value instanceof Date)),
    );
    const oldest = Math.min(...moments.map(Number));
    expect(Math.max(...moments.map(Number))).toBeLessThanOrEqual(monday.getTime());
    expect((monday.getTime() - oldest) / DAY_MS).toBeLessThan(160);
  });
});
