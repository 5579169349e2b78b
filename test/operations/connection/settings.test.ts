import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { takeBackup, verifyBackup } from '../../../src/operations/backup/backup.js';
import { ReadOnly } from '../../../src/errors/translate.js';
import { UnsupportedDatabase } from '../../../src/connection/connection-failure.js';
import { createDataSource } from '../../../src/data-source.js';
import { Author, Competitor, Decision, KpiMetric, KpiType, Post } from '../../../src/entities/index.js';
import { createHealthCheck } from '../../../src/health/check.js';
import { runMigrations } from '../../../src/operations/migrator/runner.js';
import { diff } from '../../../src/operations/catalog/diff.js';
import { readSchemaSnapshot } from '../../../src/operations/catalog/compare.js';
import { SHIPPED_SNAPSHOT } from '../../../src/schema/shipped-snapshot.js';
import { seedReference } from '../../../src/seeds/reference/reference.seeder.js';
import { useDatabase } from '../../support/database.js';
import { rowOf } from '../../support/rows.js';
import { on, onServer, roleName, withUser } from '../../support/sql.js';
import { dropBesides, emptyFolder, listening, noPgDump, serverVersion } from '../backup/support.js';

jest.setTimeout(300_000);

const MAJOR = Number.parseInt(await serverVersion(), 10);
const ROLE = roleName('hostile');

interface Hostile {
  readonly name: string;
  readonly value: string;
  /** The first version that knows it. Default 15. */
  readonly since?: number;
}

/** Each changes what statements mean, answer or may do, where nothing is pinned. */
const PINNED: readonly Hostile[] = [
  { name: 'DateStyle', value: "'SQL, MDY'" },
  { name: 'DateStyle', value: "'German'" },
  { name: 'IntervalStyle', value: "'iso_8601'" },
  { name: 'TimeZone', value: "'America/St_Johns'" },
  { name: 'timezone_abbreviations', value: "'India'" },
  { name: 'extra_float_digits', value: '-15' },
  { name: 'bytea_output', value: "'escape'" },
  { name: 'client_encoding', value: "'LATIN1'" },
  { name: 'xmlbinary', value: "'hex'" },
  { name: 'xmloption', value: "'document'" },
  { name: 'standard_conforming_strings', value: 'off' },
  { name: 'backslash_quote', value: 'off' },
  { name: 'array_nulls', value: 'off' },
  { name: 'transform_null_equals', value: 'on' },
  { name: 'quote_all_identifiers', value: 'on' },
  { name: 'gin_fuzzy_search_limit', value: '1' },
  { name: 'row_security', value: 'off' },
  { name: 'exit_on_error', value: 'on' },
  { name: 'check_function_bodies', value: 'off' },
  { name: 'search_path', value: 'hostile, public' },
  { name: 'search_path', value: "''" },
  { name: 'default_table_access_method', value: "'other_heap'" },
  { name: 'default_transaction_isolation', value: "'serializable'" },
  { name: 'default_transaction_deferrable', value: 'on' },
  { name: 'statement_timeout', value: "'1ms'" },
  { name: 'lock_timeout', value: "'1ms'" },
  { name: 'idle_in_transaction_session_timeout', value: "'1ms'" },
  { name: 'idle_session_timeout', value: "'1ms'" },
  { name: 'transaction_timeout', value: "'250ms'", since: 17 },
  { name: 'synchronous_commit', value: 'off' },
  { name: 'createrole_self_grant', value: "'set, inherit'", since: 16 },
];

const REFUSED: readonly Hostile[] = [
  { name: 'session_replication_role', value: 'replica' },
  { name: 'zero_damaged_pages', value: 'on' },
  { name: 'ignore_checksum_failure', value: 'on' },
];

const WHERE = ['database', 'role'] as const;
const known = ({ since = 15 }: Hostile): boolean => since <= MAJOR;
const cases = (settings: readonly Hostile[]) =>
  settings.filter(known).flatMap((setting) => WHERE.map((where) => ({ ...setting, where })));

const AT = new Date('2026-03-29T01:30:00.123Z');
const CONTENT = String.raw`C:\new\'folder' “${'\u{1F600}'}” \\ E'\n'` + '\nsecond line, 31/12/2026';
const FLOATS = [0.1 + 0.2, 1e-300, 123456789.12345679];

describe('settings that change what statements mean', () => {
  const db = useDatabase();
  const walked: string[] = [];

  /** A database without tables, with the setting on it or on the role that the URL names. */
  async function hostile({ name, value, where }: Hostile & { where: (typeof WHERE)[number] }): Promise<string> {
    const url = await db.create({ bare: true });
    const database = new URL(url).pathname.slice(1);
    await on(url, 'CREATE ACCESS METHOD other_heap TYPE TABLE HANDLER heap_tableam_handler; CREATE SCHEMA hostile');
    await onServer(`ALTER ROLE ${ROLE} RESET ALL`);
    await onServer(`ALTER ${where === 'database' ? `DATABASE ${database}` : `ROLE ${ROLE}`} SET ${name} TO ${value}`);
    return withUser(url, ROLE, 'hunter2');
  }

  beforeAll(() => onServer(`CREATE ROLE ${ROLE} SUPERUSER LOGIN PASSWORD 'hunter2'`));
  afterAll(async () => {
    console.log(`hostile settings walked through write, read, migrate, check and health: ${walked.length}`);
    await onServer(`DROP ROLE ${ROLE}`);
  });

  it.each(cases(PINNED))('$name = $value on the $where has no effect', async (setting) => {
    const url = await hostile(setting);
    const dataSource = createDataSource({ url });
    expect(await runMigrations(dataSource)).not.toEqual([]);
    await dataSource.initialize();
    try {
      // Of the planted things, and nothing else.
      const drift = diff(SHIPPED_SNAPSHOT, await readSchemaSnapshot(dataSource)).map(({ object }) => object);
      expect(drift.filter((object) => !/^(setting|schema hostile|object access method)/.test(object))).toEqual([]);
      await seedReference(dataSource);
      await writeAndRead(dataSource);
      expect(await createHealthCheck(dataSource, { timeoutMs: 20_000 })()).toMatchObject({ status: 'ok' });
    } finally {
      await dataSource.destroy();
    }
    walked.push(setting.name);
  });

  it.each(cases(REFUSED))('$name = $value on the $where is refused by name everywhere', async (setting) => {
    const url = await hostile(setting);
    const refusal = new RegExp(
      `^Cannot use the database at \\S+: ${setting.name} is ${setting.value}, so that .*RESET it`,
    );
    await expect(createDataSource({ url }).initialize()).rejects.toThrow(refusal);
    await expect(createDataSource({ url }).initialize()).rejects.toThrow(UnsupportedDatabase);
    await expect(runMigrations(createDataSource({ url }))).rejects.toThrow(refusal);
    expect(await createHealthCheck(createDataSource({ url }), { timeoutMs: 20_000 })()).toMatchObject({
      status: 'error',
      reason: expect.stringMatching(refusal),
    });
    walked.push(setting.name);
  });

  it.each(WHERE.map((where) => ({ where })))(
    'default_transaction_read_only on the $where is kept, and named by each error',
    async ({ where }) => {
      const setting = { name: 'default_transaction_read_only', value: 'on', where };
      const bare = await hostile(setting);
      await expect(runMigrations(createDataSource({ url: bare }))).rejects.toThrow(ReadOnly);
      await expect(runMigrations(createDataSource({ url: bare }))).rejects.toThrow(
        /^Cannot migrate the database at \S+: it is read-only \(default_transaction_read_only is on\)/,
      );
      expect(await on(bare, `SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace`)).toMatchObject({
        rowCount: 0,
      });
      const migrated = await db.create();
      if (where === 'database') {
        await onServer(`ALTER DATABASE ${new URL(migrated).pathname.slice(1)} SET default_transaction_read_only = on`);
      }
      const dataSource = await createDataSource({ url: withUser(migrated, ROLE, 'hunter2') }).initialize();
      try {
        await expect(dataSource.getRepository(Author).insert(rowOf(Author))).rejects.toThrow(
          /default_transaction_read_only is on/,
        );
        expect(await dataSource.getRepository(Author).count()).toBe(0);
        expect(await createHealthCheck(dataSource, { timeoutMs: 20_000 })()).toMatchObject({
          status: 'error',
          database: { ok: true },
          reason: expect.stringMatching(/accepts no writes: it is read-only \(default_transaction_read_only is on\)/),
        });
      } finally {
        await dataSource.destroy();
      }
      walked.push(setting.name);
    },
  );

  it('holds on every connection of a pool, after RESET ALL and when the database changes meanwhile', async () => {
    const url = await db.create();
    const dataSource = await createDataSource({ url, poolSize: 4 }).initialize();
    try {
      await on(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET datestyle = 'German'`);
      const show = `SELECT current_setting('DateStyle') AS style, pg_backend_pid() AS pid, pg_sleep(0.3)`;
      const sessions = (await Promise.all([1, 2, 3, 4].map(() => dataSource.query(show)))).flat() as {
        style: string;
        pid: number;
      }[];
      expect(new Set(sessions.map(({ pid }) => pid)).size).toBe(4);
      expect(sessions.map(({ style }) => style)).toEqual(Array(4).fill('ISO, MDY'));
      const runner = dataSource.createQueryRunner();
      await runner.query('RESET ALL');
      expect(await runner.query(show)).toEqual([expect.objectContaining({ style: 'ISO, MDY' })]);
      await runner.release();
    } finally {
      await dataSource.destroy();
    }
  });
});

/** Real rows through repositories and raw SQL: dates, days, JSON, floats, backslashes, lists, nulls. */
async function writeAndRead(dataSource: DataSource): Promise<void> {
  const [authors, posts] = [dataSource.getRepository(Author), dataSource.getRepository(Post)];
  const tags = ['a "quoted" tag', String.raw`back\slash`, 'NULL'];
  const author = await authors.save(authors.create(rowOf(Author) as object));
  const competitors = dataSource.getRepository(Competitor);
  const { id: competitorId } = await competitors.save(
    competitors.create(rowOf(Competitor, { brandKeywords: tags }) as object),
  );
  expect((await competitors.findOneByOrFail({ id: competitorId })).brandKeywords).toEqual(tags);
  const rawMetrics = { likes: 3, ratio: 0.1 };
  const post = posts.create(
    rowOf(Post, { authorId: author.id, content: CONTENT, detectedAt: AT, rawMetrics, processedAt: null }) as object,
  );
  const { id } = await posts.save(Object.assign(post, { author }));
  const read = await posts.findOneOrFail({ where: { id }, relations: { author: true } });
  expect(read).toMatchObject({
    content: CONTENT,
    detectedAt: AT,
    rawMetrics,
    processedAt: null,
  });
  expect(Math.abs(read.createdAt.getTime() - Date.now())).toBeLessThan(3_600_000);

  const [decisions, metrics] = [dataSource.getRepository(Decision), dataSource.getRepository(KpiMetric)];
  const [sss, ars] = FLOATS as [number, number, number];
  const decision = decisions.create(rowOf(Decision, { postId: id, sssScore: sss, arsScore: ars }) as object);
  await decisions.save(Object.assign(decision, { post: read }));
  expect(await decisions.findOneByOrFail({ id: decision.id })).toMatchObject({ sssScore: sss, arsScore: ars });

  const metricType = await dataSource.getRepository(KpiType).findOneByOrFail({});
  const metric = metrics.create(
    rowOf(KpiMetric, { date: '2026-01-02', value: FLOATS[2], metricTypeId: metricType.id }) as object,
  );
  await metrics.save(Object.assign(metric, { metricType }));
  expect(await metrics.findOneByOrFail({ date: '2026-01-02' })).toMatchObject({ date: '2026-01-02', value: FLOATS[2] });
  const [raw] = await dataSource.query<Record<string, unknown>[]>(
    `SELECT date, 'a\\b' AS text, '\\xff00'::bytea AS bytes, ARRAY[1, NULL]::int[] AS list, '{NULL,1}'::int[] AS nulls,
       NULL = NULL AS unknown, interval '1 day 02:00' AS span, '01/02/2026'::date AS american, (SELECT count(*)::int FROM kpi_types) AS types
     FROM kpi_metrics WHERE id = $1`,
    [metric.id],
  );
  expect(raw).toMatchObject({
    ...{ date: '2026-01-02', text: String.raw`a\b`, bytes: Buffer.from([0xff, 0]), list: [1, null], nulls: [null, 1] },
    ...{
      unknown: null,
      span: { days: 1, hours: 2 },
      american: '2026-01-02',
      types: await dataSource.getRepository(KpiType).count(),
    },
  });
}

const reason = await noPgDump();
(reason === undefined ? describe : describe.skip)('backups', () => {
  const db = useDatabase();

  it.each(cases(PINNED.filter(({ name }) => /style|digits|bytea|strings|path|timeout|isolation/i.test(name))))(
    'are equal with $name = $value on the $where',
    async ({ name, value, where }) => {
      const { folder, remove } = await emptyFolder();
      const url = await db.create();
      const role = roleName('backup');
      await onServer(`CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD 'hunter2'`);
      const target = where === 'database' ? `DATABASE ${new URL(url).pathname.slice(1)}` : `ROLE ${role}`;
      await onServer(`ALTER ${target} SET ${name} TO ${value}`);
      try {
        const context = listening(withUser(url, role, 'hunter2'));
        const backup = await takeBackup(context, { engine: 'dump', folder });
        await verifyBackup(context, backup.folder);
      } finally {
        await dropBesides(url);
        await onServer(`DROP ROLE ${role}`);
        await remove();
      }
    },
  );
});
