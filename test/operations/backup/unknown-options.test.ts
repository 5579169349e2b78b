import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { restoreBackup, takeBackup, verifyBackup } from '../../../src/operations/backup/backup.js';
import { compareFingerprints } from '../../../src/operations/backup/differences.js';
import type { Fingerprint } from '../../../src/operations/backup/fingerprint.js';
import { readDatabaseFingerprint } from '../../../src/operations/backup/server.js';
import { withCopy } from '../../../src/operations/rehearsal/copy.js';
import { runCli } from '../../support/cli.js';
import { useDatabase } from '../../support/database.js';
import { onServer, roleName } from '../../support/sql.js';
import { dropBesides, emptyFolder, listening, noPgDump, query } from './support.js';

jest.setTimeout(120_000);

const reason = await noPgDump();
const withPgDump = reason === undefined ? it : it.skip;
if (reason !== undefined) console.warn(`skipped: dumps of unknown options: ${reason}`);

const ROLE = roleName('option_role');

/** Gives a database (0: all of them), a role (0: everybody), or a role in a database a setting that no server knows. */
function setting(database: string, role: string): string {
  const where = database === '0' ? '0' : '(SELECT oid FROM pg_database WHERE datname = current_database())';
  return `DELETE FROM pg_db_role_setting WHERE setdatabase = ${where} AND setrole = ${role};
    INSERT INTO pg_db_role_setting VALUES (${where}, ${role}, '{srv_version=7}')`;
}

/** What a server may keep for itself: options that no documentation names, where only the catalog can be written. */
const UNKNOWN: Readonly<Record<string, string>> = {
  'every column of a table': `UPDATE pg_attribute SET attoptions = array_append(attoptions, 'srv_version=7') WHERE attrelid = 'posts'::regclass AND attnum > 0`,
  'a column beside a documented option': `ALTER TABLE authors ALTER handle SET (n_distinct = 50); UPDATE pg_attribute SET attoptions = array_append(attoptions, 'srv_version=7') WHERE attrelid = 'authors'::regclass AND attname = 'handle'`,
  'a table': `UPDATE pg_class SET reloptions = array_append(reloptions, 'srv_version=7') WHERE oid = 'authors'::regclass`,
  'its TOAST table': `UPDATE pg_class SET reloptions = '{srv_version=7}' WHERE oid = (SELECT reltoastrelid FROM pg_class WHERE oid = 'authors'::regclass)`,
  'an index': `UPDATE pg_class SET reloptions = '{srv_version=7}' WHERE oid = 'ix_posts__author_id_detected_at'::regclass`,
  'an index beside a documented option': `ALTER INDEX ix_posts__detected_at__waiting SET (fillfactor = 70); UPDATE pg_class SET reloptions = array_prepend('srv_version=7', reloptions) WHERE oid = 'ix_posts__detected_at__waiting'::regclass`,
  'the index of a primary key': `UPDATE pg_class SET reloptions = '{srv_version=7}' WHERE oid = 'pk_posts'::regclass`,
  'a view': `UPDATE pg_class SET reloptions = '{srv_version=7}' WHERE oid = 'few'::regclass`,
  'the column of a view': `UPDATE pg_attribute SET attoptions = '{srv_version=7}' WHERE attrelid = 'few'::regclass AND attnum > 0`,
  'a view beside a documented option': `ALTER VIEW barred SET (security_barrier = true); UPDATE pg_class SET reloptions = array_append(reloptions, 'srv_version=7') WHERE oid = 'barred'::regclass`,
  'a materialized view': `UPDATE pg_class SET reloptions = '{srv_version=7}' WHERE oid = 'counted'::regclass`,
  'the database': setting('HERE', '0'),
  'a role': setting('0', `'${ROLE}'::regrole`),
  'a role in the database': setting('HERE', `'${ROLE}'::regrole`),
};

/** Documented options, which an operator set: they are part of the schema. */
const DOCUMENTED: readonly (readonly [kind: string, sql: string, found: RegExp])[] = [
  ['a column', 'ALTER TABLE posts ALTER content SET (n_distinct = 9)', /^posts\.content: options are n_distinct=9/],
  ['a table', 'ALTER TABLE posts SET (fillfactor = 80)', /^table posts: options are fillfactor=80/],
  ['its TOAST table', 'ALTER TABLE posts SET (toast.autovacuum_enabled = off)', /^table posts: toast options are autovacuum_enabled=off/],
  ['an index', 'ALTER INDEX ix_posts__author_id_detected_at SET (fillfactor = 80)', /^index ix_posts__author_id_detected_at: WITH is \(fillfactor='80'\)/],
  ['the index of a key', 'ALTER INDEX pk_posts SET (fillfactor = 80)', /^posts pk_posts: options are fillfactor=80/],
  ['a view', 'ALTER VIEW few SET (security_invoker = true)', /^view few: options are security_invoker=true/],
  ['a materialized view', 'ALTER MATERIALIZED VIEW counted SET (fillfactor = 80)', /^materialized view counted: options are fillfactor=80/],
  ['the database', `ALTER DATABASE $db SET work_mem = '9MB'`, /^setting work_mem of DATABASE \S+ is there/],
  ['a role that becomes another', `ALTER ROLE ${ROLE} IN DATABASE $db SET role = 'pg_monitor'`, /^setting role of ROLE \S+ IN DATABASE \S+ is there/],
  ['a role in the database', `ALTER ROLE ${ROLE} IN DATABASE $db SET app.tenant = '9'`, /^setting app\.tenant of ROLE \S+ IN DATABASE \S+ is there/],
]; // prettier-ignore

describe('options that a server keeps for itself', () => {
  const db = useDatabase();
  let url: string;
  /** The same without anything planted: PostgreSQL alters nothing that has options which it does not know. */
  let plain: string;
  let before: Fingerprint;
  let folder: string;
  let remove: () => Promise<void>;

  const run = (sql: string, at = url) =>
    query(at, `SET allow_system_table_mods = on; ${sql.replaceAll('$db', new URL(at).pathname.slice(1))}`);
  const VIEWS = `GRANT SELECT ON posts TO ${ROLE};
    CREATE VIEW few AS SELECT id, content FROM posts; CREATE VIEW barred AS SELECT id FROM posts;
    CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM posts`;

  beforeAll(async () => {
    ({ folder, remove } = await emptyFolder());
    url = await db.create();
    plain = await db.create();
    await run(`CREATE ROLE ${ROLE}; ${VIEWS}`);
    await run(VIEWS, plain);
    // The documented halves of what is planted below.
    await run(
      `ALTER TABLE authors ALTER handle SET (n_distinct = 50); ALTER VIEW barred SET (security_barrier = true);
       ALTER INDEX ix_posts__detected_at__waiting SET (fillfactor = 70)`,
    );
    before = await readDatabaseFingerprint(listening(url));
    for (const sql of Object.values(UNKNOWN)) await run(sql);
  });

  afterAll(async () => {
    await dropBesides(url);
    await onServer(`DROP ROLE IF EXISTS ${ROLE}`);
    await remove();
  });

  it(`cause no difference, on any of ${Object.keys(UNKNOWN).length} kinds of objects`, async () => {
    expect(compareFingerprints(before, await readDatabaseFingerprint(listening(url)))).toEqual([]);
  });

  it('cause no finding of migration:check', async () => {
    const clean = await db.create();
    const about = new URL(clean).pathname.slice(1);
    await query(
      clean,
      `SET allow_system_table_mods = on;
       UPDATE pg_attribute SET attoptions = array_append(attoptions, 'srv_version=7') WHERE attrelid = 'posts'::regclass;
       UPDATE pg_class SET reloptions = '{srv_version=7}' WHERE relname IN ('posts', 'pk_posts', 'ix_posts__author_id_detected_at');
       INSERT INTO pg_db_role_setting SELECT oid, 0, '{srv_version=7}' FROM pg_database WHERE datname = '${about}'`,
    );
    const env = { DATABASE_URL: clean };
    const { code, stdout } = await runCli(['migration:check'], { env });
    expect(stdout).toContain('Nothing differs');
    expect(code).toBe(0);
    expect(await runCli(['validate:schema'], { env })).toMatchObject({ code: 0 });
    await query(clean, 'ALTER TABLE authors ALTER handle SET (n_distinct = 9)');
    expect(await runCli(['migration:check'], { env })).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('authors.handle: options are n_distinct=9, should be none'),
    });
  });

  withPgDump('are left out when a dump is restored, which gives back an equal database', async () => {
    const backup = await takeBackup(listening(url), { engine: 'dump', folder });
    await verifyBackup(listening(url), backup.folder);
    await restoreBackup(listening(url), backup.folder);
    expect(compareFingerprints(before, await readDatabaseFingerprint(listening(url)))).toEqual([]);
    for (const sql of Object.values(UNKNOWN)) await run(sql);
  });

  it('are kept by a copy on the same server, which is equal', async () => {
    const backup = await takeBackup(listening(url), { engine: 'template', folder });
    await verifyBackup(listening(url), backup.folder);
    await restoreBackup(listening(url), backup.folder);
    expect(compareFingerprints(before, await readDatabaseFingerprint(listening(url)))).toEqual([]);
  });

  it('do not prevent the copy of a rehearsal', async () => {
    const context = listening(url);
    expect(await withCopy(context, context, false, ({ engine }) => Promise.resolve(engine))).toBe('template');
  });

  withPgDump('do not prevent the copy of a rehearsal while others are connected', async () => {
    const context = listening(url);
    const [engine] = await Promise.all([
      withCopy(context, context, false, (copy) => Promise.resolve(copy.engine)),
      query(url, 'SELECT pg_sleep(3)'),
    ]);
    expect(engine).toBe('dump');
  });

  it.each(DOCUMENTED.map(([kind, sql, found]) => ({ kind, sql, found })))(
    'are distinguished from documented ones, which are compared: $kind',
    async ({ sql, found }) => {
      const was = await readDatabaseFingerprint(listening(plain));
      await run(sql, plain);
      const differences = compareFingerprints(was, await readDatabaseFingerprint(listening(plain)));
      expect(differences).toEqual([expect.stringMatching(found)]);
    },
  );
});
