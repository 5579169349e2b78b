import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { runSeeders } from 'typeorm-extension';
import { createDataSource } from '../../../src/data-source.js';
import { Author, ENTITIES, Experiment } from '../../../src/entities/index.js';
import { ReferenceSeeder } from '../../../src/seeds/reference/reference.seeder.js';
import { createSampleSeeder, seedSample } from '../../../src/seeds/sample/sample.seeder.js';
import type { SeedSummary } from '../../../src/seeds/insert-missing.js';
import { useDatabase } from '../../support/database.js';
import { everyRow, permissionFor } from './support.js';

// The first seeding loads faker, which takes seconds on a busy machine.
jest.setTimeout(30_000);

const db = useDatabase();
const now = new Date('2026-06-15T09:30:00.000Z');
const nextMonth = new Date('2026-07-18T22:10:00.000Z');

let summary: SeedSummary;

beforeAll(async () => {
  summary = await seedSample(db.dataSource, { now, ...permissionFor(db.url) });
});

/** The values of the first column. */
async function values(sql: string): Promise<unknown[]> {
  const rows = await db.dataSource.query<Record<string, unknown>[]>(sql);
  return rows.map((row) => Object.values(row)[0]);
}

describe('seedSample', () => {
  it('writes rows to every table, and reports each table once', () => {
    expect(summary.map(({ table }) => table).sort()).toEqual(
      ENTITIES.map((entity) => db.dataSource.getMetadata(entity).tableName).sort(),
    );
    for (const { inserted, total } of summary) expect(inserted).toBe(total);
    expect(summary.filter(({ total }) => total === 0)).toEqual([]);
  });

  it('changes no row when it runs again on another day', async () => {
    const before = await everyRow(db.dataSource);
    const again = await seedSample(db.dataSource, { now: nextMonth, ...permissionFor(db.url) });
    expect(again.filter(({ inserted }) => inserted > 0)).toEqual([]);
    expect(await everyRow(db.dataSource)).toEqual(before);
  });

  it('keeps edited rows and writes deleted rows again', async () => {
    const experiments = db.dataSource.getRepository(Experiment);
    // The first is a draft, which no decision names.
    const [deleted, edited] = await experiments.find({ order: { id: 'ASC' } });
    await experiments.update({ id: edited?.id ?? '' }, { name: 'Edited' });
    await experiments.delete({ id: deleted?.id ?? '' });

    const again = await seedSample(db.dataSource, { now: nextMonth, ...permissionFor(db.url) });

    expect(again.filter(({ inserted }) => inserted > 0)).toMatchObject([{ table: 'experiments', inserted: 1 }]);
    expect(await experiments.findOneBy({ id: edited?.id ?? '' })).toMatchObject({ name: 'Edited' });
  });

  it('writes nothing when one table fails', async () => {
    const url = await db.create();
    const source = await createDataSource({ url }).initialize();
    try {
      await source.query('ALTER TABLE "audit_logs" RENAME TO "audit_logs_elsewhere"');
      await source.query('CREATE VIEW "audit_logs" AS SELECT * FROM "audit_logs_elsewhere" LIMIT 0');
      await expect(seedSample(source, { now, ...permissionFor(url) })).rejects.toThrow();
      expect(await source.getRepository(Author).count()).toBe(0);
    } finally {
      await source.destroy();
    }
  });

  it('writes every row once when two processes run it at the same time', async () => {
    const url = await db.create();
    const sources = await Promise.all([1, 2].map(() => createDataSource({ url }).initialize()));
    try {
      const summaries = await Promise.all(sources.map((source) => seedSample(source, { now, ...permissionFor(url) })));
      const inserted = summaries.map((tables) => tables.reduce((sum, table) => sum + table.inserted, 0));
      expect(Math.min(...inserted)).toBe(0);
    } finally {
      await Promise.all(sources.map((source) => source.destroy()));
    }
  });

  it('runs after the ReferenceSeeder in typeorm-extension', async () => {
    const url = await db.create();
    const source = await createDataSource({ url }).initialize();
    try {
      const seeds = await runSeeders(source, {
        seeds: [ReferenceSeeder, createSampleSeeder({ now, ...permissionFor(url) })],
      });
      expect(seeds.map(({ name }) => name)).toEqual(['ReferenceSeeder', 'ConfiguredSampleSeeder']);
      expect(await source.getRepository(Author).count()).toBe(15);
    } finally {
      await source.destroy();
    }
  });
});

describe('the sample contains', () => {
  const at = `timestamptz '${now.toISOString()}'`;

  it.each([
    ['authors, five on each platform', `SELECT count(*)::int FROM authors GROUP BY platform`, [5, 5, 5]],
    [
      'power tiers, and a power user without one',
      `SELECT DISTINCT coalesce(t.name, 'none') AS name FROM authors a LEFT JOIN power_tiers t ON t.id = a.power_tier_id
       WHERE is_power_user ORDER BY 1`,
      ['MACRO', 'MEGA', 'MICRO', 'none'],
    ],
    [
      'posts: given up, retried, spam, processed, waiting',
      `SELECT DISTINCT CASE WHEN processed_at IS NOT NULL THEN 'processed' WHEN spam_filtered THEN 'spam'
         WHEN error_count >= 3 THEN 'given up' WHEN error_count > 0 THEN 'retried' ELSE 'waiting' END AS state
       FROM posts ORDER BY 1`,
      ['given up', 'processed', 'retried', 'spam', 'waiting'],
    ],
    [
      'modes',
      `SELECT DISTINCT mode::text FROM decisions ORDER BY 1`,
      ['DISENGAGED', 'ENGAGEMENT', 'HELPFUL', 'HYBRID'],
    ],
    ['all eight archetypes', `SELECT count(DISTINCT archetype_id)::int FROM decisions`, [8]],
    [
      'replies in every state',
      `SELECT DISTINCT CASE WHEN deleted_at IS NOT NULL THEN 'taken back' WHEN reply_type = 'MANUAL' THEN 'manual'
         WHEN posted_at IS NOT NULL THEN 'posted' ELSE lower(approval_status::text) END AS state
       FROM replies WHERE posted_at IS NULL OR metrics_json IS NOT NULL ORDER BY 1`,
      ['approved', 'manual', 'pending', 'posted', 'rejected', 'taken back'],
    ],
    ['competitors', `SELECT count(*)::int FROM competitors`, [16]],
    [
      'mentions with and without a reply',
      `SELECT DISTINCT replied FROM competitive_mentions ORDER BY 1`,
      [false, true],
    ],
    [
      'champions in every status',
      `SELECT DISTINCT advocate_status FROM community_champions ORDER BY 1`,
      ['ADVOCATE', 'CONTACTED', 'ENGAGED', 'POTENTIAL', 'VIP'],
    ],
    ['all three answers of champions', `SELECT count(DISTINCT dm_response)::int FROM community_champions`, [3]],
    [
      'escalations in every status and priority',
      `SELECT count(DISTINCT (status, priority))::int FROM escalations`,
      [16],
    ],
    ['escalation reasons', `SELECT count(DISTINCT reason_id)::int FROM escalations`, [6]],
    [
      'targets of escalations',
      `SELECT DISTINCT concat_ws('+', CASE WHEN post_id IS NOT NULL THEN 'post' END,
         CASE WHEN decision_id IS NOT NULL THEN 'decision' END, CASE WHEN reply_id IS NOT NULL THEN 'reply' END) AS target
       FROM escalations ORDER BY 1`,
      ['decision', 'post', 'post+decision', 'reply'],
    ],
    [
      'escalations within and beyond the four hours',
      `SELECT DISTINCT created_at < ${at} - interval '4 hours' AS late FROM escalations WHERE resolved_at IS NULL ORDER BY 1`,
      [false, true],
    ],
    [
      'experiments in every status',
      `SELECT DISTINCT status::text FROM experiments ORDER BY 1`,
      ['CANCELLED', 'COMPLETED', 'DRAFT', 'RUNNING'],
    ],
    [
      'both arms of the running experiment',
      `SELECT DISTINCT experiment_variant FROM decisions d JOIN experiments e ON e.id = d.experiment_id
       WHERE status = 'RUNNING' ORDER BY 1`,
      ['A', 'B'],
    ],
    [
      'randomized experiments, measured and not measured',
      `SELECT DISTINCT actual_outcome IS NULL AS waiting FROM randomized_experiments ORDER BY 1`,
      [false, true],
    ],
    ['30 days of KPIs', `SELECT count(DISTINCT date)::int FROM kpi_metrics`, [30]],
    [
      'KPIs of three platforms and of all',
      `SELECT count(DISTINCT coalesce(platform::text, 'all'))::int FROM kpi_metrics`,
      [4],
    ],
    ['learning cycles', `SELECT DISTINCT action FROM weight_adjustment_logs ORDER BY 1`, ['ADJUSTED', 'SKIPPED']],
    [
      'learning events measured, due and not due yet',
      `SELECT DISTINCT CASE WHEN evaluated_at IS NOT NULL THEN 'measured' WHEN date < ${at} - interval '7 days' THEN 'due'
         ELSE 'not yet' END AS state FROM learning_events ORDER BY 1`,
      ['due', 'measured', 'not yet'],
    ],
    ['segments of every type', `SELECT count(DISTINCT segment_type)::int FROM segmented_weights`, [5]],
    [
      'posts that retention deletes',
      `SELECT count(*) > 0 AS some FROM posts WHERE detected_at < ${at} - interval '90 days'`,
      [true],
    ],
    [
      'a DISENGAGED decision about an author who needs help',
      `SELECT count(*) > 0 AS some FROM decisions WHERE sss_score > 0.9 AND mode = 'DISENGAGED'`,
      [true],
    ],
    [
      'authors with five posts of 30 days: a baseline of velocity',
      `SELECT count(*)::int FROM (SELECT FROM posts WHERE detected_at > ${at} - interval '30 days'
         GROUP BY author_id HAVING count(*) >= 5) AS a`,
      [15],
    ],
    [
      'decisions of the last day',
      `SELECT count(*) > 10 AS some FROM decisions WHERE created_at > ${at} - interval '1 day'`,
      [true],
    ],
    [
      'candidates for champions',
      `SELECT count(*) > 0 AS some FROM authors WHERE last_seen_at > ${at} - interval '7 days' AND
         (SELECT count(*) FROM jsonb_array_elements(interaction_history) AS e
          WHERE e ->> 'type' IN ('thanks', 'like', 'click', 'purchase')) >= 3`,
      [true],
    ],
  ])('%s', async (_what, sql, expected) => {
    expect(await values(sql)).toEqual(expected);
  });

  it('no rows that contradict rows of other tables', async () => {
    expect(
      await values(`
        SELECT r.id FROM replies r JOIN decisions d ON d.id = r.decision_id JOIN posts p ON p.id = d.post_id
        WHERE d.mode = 'DISENGAGED' OR r.platform <> p.platform OR r.created_at < d.created_at
        UNION ALL
        SELECT d.id FROM decisions d JOIN posts p ON p.id = d.post_id
        WHERE d.created_at < p.processed_at OR p.processed_at IS NULL OR (d.competitor_detected IS NOT NULL AND d.mode = 'ENGAGEMENT')
        UNION ALL
        SELECT x.id FROM randomized_experiments x JOIN decisions d ON d.id = x.decision_id
        WHERE x.predicted_mode <> d.predicted_mode OR x.actual_mode <> d.mode OR NOT d.is_randomized_experiment
        UNION ALL
        SELECT p.id FROM posts p JOIN authors a ON a.id = p.author_id
        WHERE p.platform <> a.platform OR p.detected_at < a.first_seen_at`),
    ).toEqual([]);
  });
});
