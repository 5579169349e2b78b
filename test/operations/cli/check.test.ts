import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { runCli, spawnCli, type CliResult } from '../../support/cli.js';
import { useDatabase } from '../../support/database.js';
import { preparedServer } from '../../support/databases.js';
import { on, onServer, roleName, withUser } from '../../support/sql.js';

jest.setTimeout(60_000);

const WATCHER = roleName('watcher');

describe('migration:check', () => {
  const db = useDatabase();
  afterAll(() => onServer(`DROP ROLE IF EXISTS ${WATCHER}`));

  const check = (url: string, ...args: string[]): Promise<CliResult> =>
    runCli(['migration:check', ...args], { env: { DATABASE_URL: url } });

  describe('with a role that may connect and nothing else', () => {
    let url: string;

    beforeAll(async () => {
      await onServer(
        `CREATE ROLE ${WATCHER} LOGIN PASSWORD 'hunter2'; ALTER ROLE ${WATCHER} SET default_transaction_read_only = on`,
      );
      url = withUser(db.url, WATCHER, 'hunter2');
    });

    it('compares the whole catalog, and lists what the role may not read', async () => {
      const { code, stdout, stderr } = await check(url);
      expect(stdout).toMatch(
        new RegExp(
          `^not compared: which migrations are applied: this role cannot read public.migrations .*
not compared: what TypeORM would change: this role has no privilege on 24 of the tables .*
Nothing differs: \\S+ has the schema of this version.\n$`,
        ),
      );
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    });

    it('compares everything once the role may read the tables', async () => {
      await onServer(`GRANT pg_read_all_data TO ${WATCHER}`);
      const { code, stdout } = await check(url, '--json');
      expect(JSON.parse(stdout)).toMatchObject({ same: true, findings: [], unseen: [] });
      expect(code).toBe(0);
    });

    it('exits 2 with --full, because the role may not create scratch databases', async () => {
      const { code, stdout, stderr } = await check(url, '--full');
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('error: Cannot create scratch databases: the role has no CREATEDB');
    });
  });

  it('prints what was changed by hand with the SQL that repairs it, and exits 1', async () => {
    const url = await db.create();
    await on(
      url,
      `COMMENT ON COLUMN posts.content IS NULL;
       DROP INDEX ix_posts__detected_at__waiting; CREATE INDEX ix_posts__detected_at__waiting ON posts (detected_at);
       REVOKE USAGE ON SCHEMA public FROM PUBLIC;
       CREATE TRIGGER tg_extra BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION refuse_audit_log_change()`,
    );
    const { code, stdout, stderr } = await check(url);
    expect(stdout.replace(/;?\n\d differences; .*\n$/, '')).toBe(
      `The database differs from the schema of this version of the package:
  posts.content: comment is none, should be “Text of the post as the platform delivered it, 1..5,000 characters.”
    repair: COMMENT ON COLUMN public.posts.content IS 'Text of the post as the platform delivered it, 1..5,000 characters.';
  grant USAGE ON SCHEMA public TO PUBLIC is missing
    repair: GRANT USAGE ON SCHEMA public TO PUBLIC;
  index ix_posts__detected_at__waiting: WHERE is none, should be ((processed_at IS NULL) AND (NOT spam_filtered) AND (error_count < 3))
    repair: DROP INDEX public.ix_posts__detected_at__waiting; CREATE INDEX ix_posts__detected_at__waiting ON public.posts USING btree (detected_at) WHERE ((processed_at IS NULL) AND (NOT spam_filtered) AND (error_count < 3));
  trigger tg_extra on posts is there, should not be
    repair: DROP TRIGGER tg_extra ON public.posts;
  entities: TypeORM would run COMMENT ON COLUMN "posts"."content" IS 'Text of the post as the platform delivered it, 1..5,000 characters.'`,
    );
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  });

  it('prints in one line that migrations are pending', async () => {
    const url = await db.create({ bare: true });
    const { code, stdout } = await check(url);
    expect(stdout).toMatch(
      /migrations are pending, run migration:run: CreateReferenceTables\d+, .*ProtectFinalValues\d+\n/,
    );
    expect(stdout).toMatch(/entities: TypeORM would run \d+ statements, perhaps because of the above/);
    expect(code).toBe(1);
  });

  it('prints the names of unknown migrations', async () => {
    const url = await db.create();
    await on(url, `INSERT INTO migrations (timestamp, name) VALUES (1, 'FromTheFuture1')`);
    const { code, stdout } = await check(url);
    expect(stdout).toContain('that this version does not know, use the version that has them: FromTheFuture1\n');
    expect(code).toBe(1);
  });

  it('compares entities, migrations and shipped schema with --full', async () => {
    const { code, stdout, stderr } = await check(db.url, '--full');
    expect(stdout).toMatch(/^Nothing differs: entities, migrations, shipped schema and \S+ agree\.\n$/);
    expect(stderr).toContain('creating two scratch databases');
    expect(code).toBe(0);
  });

  it('drops its scratch databases at Ctrl-C', async () => {
    const running = spawnCli(['migration:check', '--full'], { env: { DATABASE_URL: db.url } });
    await running.says('creating two scratch databases');
    const made = await scratchDatabases((names) => names.length > 0);
    running.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 2, stderr: expect.stringContaining('error: Interrupted:') });
    const left = await scratchDatabases(() => true);
    expect(made.filter((name) => left.includes(name))).toEqual([]);
  });

  it.each([
    [['migration:check'], 'postgres://someone:hunter2@127.0.0.1:1/antone', 'no server listens on this host and port'],
    [['migration:check', '--nonsense'], 'postgres://127.0.0.1:1/antone', "unknown option '--nonsense'"],
  ])('exits 2 if the check cannot be done: %j on %s', async (args, url, reason) => {
    const { code, stdout, stderr } = await runCli(args, { env: { DATABASE_URL: url } });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(reason);
    expect(stderr).not.toContain('hunter2');
  });
});

/** Reads the names of the scratch databases until `done` accepts them. */
async function scratchDatabases(done: (names: string[]) => boolean): Promise<string[]> {
  for (;;) {
    const { rows } = await on(
      preparedServer().url,
      `SELECT datname FROM pg_database WHERE starts_with(datname, 'shared_db_check_')`,
    );
    const names = (rows as { datname: string }[]).map(({ datname }) => datname);
    if (done(names)) return names;
  }
}
