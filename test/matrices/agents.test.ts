import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { compareLive } from '../../src/cli/check.js';
import { createDataSource } from '../../src/data-source.js';
import { Author } from '../../src/entities/index.js';
import { createHealthCheck } from '../../src/health/check.js';
import { previewMigrations } from '../../src/operations/migrator/dry-run.js';
import { readMigrationStatus } from '../../src/operations/migrator/status.js';
import { revertMigration, runMigrations } from '../../src/operations/migrator/runner.js';
import { MIGRATIONS } from '../../src/migrations/index.js';
import { readSchemaCatalog } from '../../src/operations/catalog/compare.js';
import { validateCatalog } from '../../src/operations/catalog/rules/index.js';
import { seedSample } from '../../src/seeds/sample/sample.seeder.js';
import { useDatabase } from '../support/database.js';
import { ask } from '../support/migrator/query.js';
import { stateOf, tablesIn, withSchema } from '../support/schemas.js';
import { SCHEMA_REQUIREMENTS } from '../../src/schema/requirements.js';

jest.setTimeout(60_000);

/** Every operation of a service and its deployment, with `createDataSource({ schema })`: each changes that schema and no other. */
describe('two agents that share a database, each with its own schema,', () => {
  const db = useDatabase();
  let url: string;
  const agents = ['agent_one', 'agent_two'] as const;

  beforeAll(async () => {
    url = await db.create({ bare: true });
    for (const schema of agents) {
      await runMigrations(createDataSource({ url, schema, purpose: 'migrate' }));
      await withSchema({ url, schema }, (dataSource) => seedSample(dataSource, { nodeEnv: 'test', now: new Date() }));
    }
  });

  it('have 24 tables each in their own schema, and none elsewhere', async () => {
    const { agent_one: one, agent_two: two, ...others } = await tablesIn(url);
    expect([one, two, others]).toEqual([24, 24, {}]);
  });

  it.each(agents)('pass drift check, schema rules, migration status and health check: %s', async (schema) => {
    await withSchema({ url, schema }, async (dataSource) => {
      expect(await compareLive(dataSource)).toEqual({ findings: [], unseen: [] });
      expect(validateCatalog(await readSchemaCatalog(dataSource), SCHEMA_REQUIREMENTS).findings).toEqual([]);
      expect(await dataSource.getRepository(Author).count()).toBeGreaterThan(0);
      expect((await readMigrationStatus(dataSource)).pending).toEqual([]);
      expect(await createHealthCheck(dataSource, { timeoutMs: 5_000 })()).toMatchObject({ status: 'ok' });
    });
  });

  it('have the same catalog', async () => {
    const [one, two] = await Promise.all(agents.map((schema) => stateOf(url, schema)));
    expect(one?.catalog.objects).toEqual(two?.catalog.objects);
    expect(Object.keys(one?.catalog.objects ?? {}).length).toBeGreaterThan(500);
  });

  it('revert separately: the other agent keeps its catalog and every row', async () => {
    const before = await stateOf(url, 'agent_one');
    const two = createDataSource({ url, schema: 'agent_two', purpose: 'migrate' });
    expect(await revertMigration(two)).toBe(MIGRATIONS.at(-1)?.name);
    expect(await stateOf(url, 'agent_one')).toEqual(before);
    await withSchema({ url, schema: 'agent_two' }, async (dataSource) => {
      expect((await readMigrationStatus(dataSource)).pending).toHaveLength(1);
      const { findings } = await compareLive(dataSource);
      expect(findings.map(({ message }) => message)).toContainEqual(
        expect.stringMatching(/^function refuse_\w+\(\) is missing$/),
      );
      const repairs = findings.flatMap(({ repair }) => repair ?? []).join('\n');
      expect(repairs).toContain('agent_two.');
      expect(repairs).not.toMatch(/public\.|agent_one|ALTER (DATABASE|ROLE)|RESET/);
    });
    await runMigrations(two);
    await withSchema({ url, schema: 'agent_two' }, async (dataSource) => {
      expect(await compareLive(dataSource)).toMatchObject({ findings: [] });
    });
    expect(await stateOf(url, 'agent_one')).toEqual(before);
  });

  it('are repaired separately, with the statements that migration:check prints', async () => {
    const before = await stateOf(url, 'agent_one');
    for (const sql of [
      'ALTER TABLE agent_two.posts DROP CONSTRAINT ck_posts__error_count_range',
      'DROP INDEX agent_two.ix_posts__detected_at__waiting',
      'ALTER TABLE agent_two.posts ALTER COLUMN error_count SET DEFAULT 1',
      'DROP TRIGGER tg_audit_logs__append_only ON agent_two.audit_logs',
      `COMMENT ON TABLE agent_two.posts IS 'agent_two.posts, or public.posts'`,
      'ALTER FUNCTION agent_two.refuse_audit_log_change() SET search_path = agent_two, pg_temp',
    ])
      await ask(url, sql);
    await withSchema({ url, schema: 'agent_two', purpose: 'migrate' }, async (dataSource) => {
      const { findings } = await compareLive(dataSource);
      expect(findings.map(({ message }) => message)).toEqual(
        expect.arrayContaining([
          'posts ck_posts__error_count_range is missing',
          'index ix_posts__detected_at__waiting is missing',
          'function refuse_audit_log_change(): settings are search_path=agent_two, pg_temp, should be search_path=pg_catalog, pg_temp',
          expect.stringContaining('table posts: comment is “agent_two.posts, or public.posts”'),
        ]),
      );
      for (const { repair } of findings) if (repair !== undefined) await dataSource.query(repair);
      expect(await compareLive(dataSource)).toEqual({ findings: [], unseen: [] });
    });
    expect(await stateOf(url, 'agent_one')).toEqual(before);
  });

  it('are reported when a column has a type of another schema', async () => {
    await ask(url, `CREATE TYPE public.platform AS ENUM ('TWITTER', 'REDDIT', 'THREADS')`);
    await ask(
      url,
      'ALTER TABLE agent_two.posts ALTER COLUMN platform TYPE public.platform USING platform::text::public.platform',
    );
    await withSchema({ url, schema: 'agent_two' }, async (dataSource) => {
      const { findings } = await compareLive(dataSource);
      expect(findings.map(({ message }) => message)).toContainEqual(
        'posts.platform: type is public.platform, should be platform',
      );
    });
    await ask(
      url,
      'ALTER TABLE agent_two.posts ALTER COLUMN platform TYPE agent_two.platform USING platform::text::agent_two.platform',
    );
    await ask(url, 'DROP TYPE public.platform');
  });

  it('are dropped separately: dropDatabase() drops the tables of its own schema', async () => {
    const before = await stateOf(url, 'agent_one');
    await withSchema({ url, schema: 'agent_two', purpose: 'migrate' }, (dataSource) => dataSource.dropDatabase());
    expect(await tablesIn(url)).toEqual({ agent_one: 24 });
    expect(await stateOf(url, 'agent_one')).toEqual(before);
  });

  it('preview the migrations of a schema that does not exist in statements without a schema name, and create nothing', async () => {
    const source = createDataSource({ url, schema: 'agent_three', purpose: 'migrate' });
    const statements = (await previewMigrations(source)).flatMap(({ statements: all }) => all.map(({ sql }) => sql));
    expect(statements.length).toBeGreaterThan(50);
    expect(statements.filter((sql) => /\bpublic"?\.|agent_|SET SCHEMA/i.test(sql))).toEqual([]);
    expect(await ask(url, `SELECT to_regnamespace('agent_three') AS there`)).toEqual([{ there: null }]);
  });
});
