import { describe, expect, it } from '@jest/globals';
import { runSeeders } from 'typeorm-extension';
import { createDataSource } from '../../../src/data-source.js';
import { Archetype, EscalationReason, PowerTier, SegmentedWeight } from '../../../src/entities/index.js';
import { ReferenceSeeder, seedReference } from '../../../src/seeds/reference/reference.seeder.js';
import { useDatabase } from '../../support/database.js';
import { everyRow } from './support.js';

const db = useDatabase();

const SEEDED = {
  archetypes: 8,
  power_tiers: 3,
  competitor_categories: 4,
  kpi_types: 3,
  escalation_reasons: 6,
  champion_tiers: 3,
  segmented_weights: 4,
};

describe('seedReference', () => {
  it('writes every reference row and reports the counts', async () => {
    const summary = await seedReference(db.dataSource);
    expect(summary).toEqual(Object.entries(SEEDED).map(([table, rows]) => ({ table, inserted: rows, total: rows })));
  });

  it('writes the documented values', async () => {
    const tiers = await db.dataSource.getRepository(PowerTier).find({ order: { followerThreshold: 'ASC' } });
    expect(tiers.map(({ name, followerThreshold }) => [name, followerThreshold])).toEqual([
      ['MICRO', 5_000],
      ['MACRO', 50_000],
      ['MEGA', 500_000],
    ]);
    const reasons = await db.dataSource.getRepository(EscalationReason).find();
    expect(Object.fromEntries(reasons.map(({ name, severity }) => [name, severity]))).toEqual({
      SAFETY_AMBIGUITY: 'CRITICAL',
      MODERATOR_WARNING: 'CRITICAL',
      VIRAL_THREAD: 'HIGH',
      BACKLASH_SPIKE: 'HIGH',
      LOW_CONFIDENCE: 'LOW',
      MANUAL_FLAG: 'MEDIUM',
    });
    const weights = await db.dataSource.getRepository(SegmentedWeight).find();
    expect(weights.map(({ segmentType, segmentKey }) => `${segmentType} ${segmentKey}`).sort()).toEqual([
      'GLOBAL GLOBAL',
      'PLATFORM REDDIT',
      'PLATFORM THREADS',
      'PLATFORM TWITTER',
    ]);
    expect(weights[0]).toMatchObject({ sssWeight: 0.4, arsWeight: 0.25, evsWeight: 0.2, trsWeight: 0.15 });
  });

  it('changes no row when it runs again', async () => {
    const before = await everyRow(db.dataSource);
    const summary = await seedReference(db.dataSource);
    expect(summary.map(({ inserted }) => inserted)).toEqual(Object.values(SEEDED).map(() => 0));
    expect(await everyRow(db.dataSource)).toEqual(before);
  });

  it('keeps rows that operators edited, retired, renamed or added', async () => {
    const archetypes = db.dataSource.getRepository(Archetype);
    await archetypes.update({ name: 'COACH' }, { description: 'Edited.' });
    await archetypes.update({ name: 'STORYLET' }, { isActive: false });
    await archetypes.update({ name: 'HUMOR_LIGHT' }, { name: 'HUMOR_DRY' });
    await archetypes.save(archetypes.create({ name: 'HAIKU', description: 'Seventeen syllables.' }));
    const before = await everyRow(db.dataSource);

    const [first] = await seedReference(db.dataSource);

    expect(first).toEqual({ table: 'archetypes', inserted: 0, total: 9 });
    expect(await everyRow(db.dataSource)).toEqual(before);
  });

  it('keeps a row with the same name that seed:reference did not write', async () => {
    const tiers = db.dataSource.getRepository(PowerTier);
    await tiers.delete({ name: 'MEGA' });
    const { id } = await tiers.save(tiers.create({ name: 'MEGA', followerThreshold: 1, description: 'By hand.' }));
    await seedReference(db.dataSource);
    expect(await tiers.findBy({ name: 'MEGA' })).toEqual([expect.objectContaining({ id, description: 'By hand.' })]);
  });

  it('writes a deleted row again', async () => {
    await db.dataSource.getRepository(Archetype).delete({ name: 'CHECKLIST' });
    const [first] = await seedReference(db.dataSource);
    expect(first).toMatchObject({ inserted: 1 });
    expect(await db.dataSource.getRepository(Archetype).countBy({ name: 'CHECKLIST' })).toBe(1);
  });
});

describe('seedReference in four processes at the same time', () => {
  it('writes every row once', async () => {
    const url = await db.create();
    const sources = await Promise.all([1, 2, 3, 4].map(() => createDataSource({ url, poolSize: 1 }).initialize()));
    try {
      const summaries = await Promise.all(sources.map((source) => seedReference(source)));
      for (const [place, [table, rows]] of Object.entries(SEEDED).entries()) {
        const inserted = summaries.map((summary) => summary[place]?.inserted ?? 0);
        expect([table, inserted.sort().reverse()]).toEqual([table, [rows, 0, 0, 0]]);
      }
    } finally {
      await Promise.all(sources.map((source) => source.destroy()));
    }
  });
});

describe('ReferenceSeeder', () => {
  it('runs in typeorm-extension', async () => {
    const source = await createDataSource({ url: await db.create() }).initialize();
    try {
      const [seed] = await runSeeders(source, { seeds: [ReferenceSeeder] });
      expect(seed?.name).toBe('ReferenceSeeder');
      expect(await source.getRepository(Archetype).count()).toBe(8);
    } finally {
      await source.destroy();
    }
  });
});
