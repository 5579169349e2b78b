import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { compareFingerprints } from '../../../src/operations/backup/differences.js';
import { withoutTables, readFingerprint, type Fingerprint } from '../../../src/operations/backup/fingerprint.js';
import { seedReference } from '../../../src/seeds/reference/reference.seeder.js';
import { useDatabase } from '../../support/database.js';

/** Roles are the whole server's. */
const READER = `reader_${process.env.JEST_WORKER_ID ?? '0'}_${process.pid}_${Date.now().toString(36)}`;

/** What a restore may lose, planted; and in which words it is found. */
const LOSSES: readonly (readonly [kind: string, sql: string, found: RegExp])[] = [
  ['missing index', 'DROP INDEX ix_posts__processed_at', /^index ix_posts__processed_at is missing$/],
  ['missing invalid index', 'DROP INDEX uq_doubles__n', /^index uq_doubles__n is missing$/],
  ['missing rows', `DELETE FROM archetypes WHERE name = (SELECT min(name) FROM archetypes)`, /^archetypes: 1 row is missing \(/],
  ['all rows missing', 'TRUNCATE power_tiers CASCADE', /^power_tiers: \d+ rows are missing \(0, should be \d+\)$/],
  ['row twice', 'INSERT INTO doubles SELECT * FROM doubles LIMIT 1', /^doubles: 1 row is too many \(3, should be 2\)$/],
  ['changed value', `UPDATE kpi_types SET description = description || ' ' WHERE name = (SELECT min(name) FROM kpi_types)`,
    /^kpi_types: \d+ rows, but not with the same values/],
  ['values exchanged between rows', `UPDATE pairs SET b = 3 - b`, /^pairs: 2 rows, but not with the same values$/],
  ['NULL turned into empty text', `UPDATE notes SET note = '' WHERE note IS NULL`, /^notes: 1 rows, but not/],
  ['lost setting of the database', `ALTER DATABASE $db RESET work_mem`, /^setting work_mem of DATABASE \S+ is missing$/],
  ['lost setting of a role here', `ALTER ROLE ${READER} IN DATABASE $db RESET ALL`, /^setting statement_timeout of ROLE \S+ IN DATABASE \S+ is missing$/],
  ['lost right on the database', `REVOKE CREATE ON DATABASE $db FROM ${READER}`, /^grant CREATE ON DATABASE \S+ TO \S+ is missing$/],
  ['lost comment on the database', `COMMENT ON DATABASE $db IS NULL`, /^database: comment is none, should be “Ours\.”$/],
  ['lost connection limit', `ALTER DATABASE $db CONNECTION LIMIT -1`, /^database: connection limit is none, should be “90”$/],
  ['changed default', 'ALTER TABLE posts ALTER error_count SET DEFAULT 1', /^posts\.error_count: default is 1, should be 0$/],
  ['missing constraint', 'ALTER TABLE posts DROP CONSTRAINT ck_posts__content_length', /^posts ck_posts__content_length is missing$/],
  ['constraint no longer validated', `ALTER TABLE doubles DROP CONSTRAINT ck_doubles__n, ADD CONSTRAINT ck_doubles__n CHECK (n > 0) NOT VALID`,
    /^doubles ck_doubles__n: definition is .*NOT VALID, should be/],
  ['foreign key that is not enforced', 'ALTER TABLE posts DISABLE TRIGGER ALL', /^posts fk_posts__author_id: enforcement is disabled, should be enabled$/],
  ['missing trigger', 'DROP TRIGGER tg_audit_logs__append_only ON audit_logs', /^trigger tg_audit_logs__append_only on audit_logs is missing$/],
  ['missing function', 'DROP FUNCTION refuse_audit_log_change CASCADE', /^function refuse_audit_log_change\(\) is missing$/],
  ['lost right on a table', `REVOKE SELECT ON posts FROM ${READER}`, /^grant SELECT ON TABLE posts TO \S+ is missing$/],
  ['lost default privilege', `ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM ${READER}`, /^default privilege .* is missing$/],
  ['lost comment on a column', 'COMMENT ON COLUMN posts.content IS NULL', /^posts\.content: comment is none/],
  ['lost extension', 'DROP EXTENSION btree_gin', /^extension btree_gin is missing$/],
  ['sequence set back', 'ALTER SEQUENCE migrations_id_seq RESTART', /^sequence migrations_id_seq: position is 1, not used yet, should be \d+$/],
  ['other owner of a table', `ALTER TABLE doubles OWNER TO ${READER}`, /^table doubles: owner is/],
  ['column of another type', 'ALTER TABLE posts ALTER error_message TYPE varchar', /^posts\.error_message: type is character varying/],
  ['enum value more', `ALTER TYPE reply_type RENAME VALUE 'AUTO' TO 'AUTOMATIC'`, /^enum reply_type: values are/],
  ['lost large object', `SELECT lo_unlink(oid) FROM pg_largeobject_metadata`, /^large objects: 1 row is missing \(0, should be 1\)$/],
  ['view that is another', `CREATE OR REPLACE VIEW few AS SELECT n FROM doubles WHERE n > 2`, /^view few: query/],
  ['materialized view without rows', 'REFRESH MATERIALIZED VIEW counted WITH NO DATA', /^materialized view counted: rows are not populated/],
]; // prettier-ignore

const FIXTURE = `
CREATE ROLE ${READER};
CREATE TABLE doubles (n int CONSTRAINT ck_doubles__n CHECK (n > 0));
INSERT INTO doubles VALUES (7), (7);
CREATE TABLE pairs (a int, b int); INSERT INTO pairs VALUES (1, 1), (2, 2);
CREATE TABLE notes (note text); INSERT INTO notes VALUES (NULL);
CREATE VIEW few AS SELECT n FROM doubles WHERE n > 1;
CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM doubles;
CREATE EXTENSION btree_gin;
SELECT lo_from_bytea(0, 'large');
GRANT SELECT ON posts TO ${READER};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO ${READER};
ALTER ROLE ${READER} IN DATABASE $db SET statement_timeout = '5s';
ALTER DATABASE $db SET work_mem = '9MB';
ALTER DATABASE $db CONNECTION LIMIT 90;
GRANT CREATE ON DATABASE $db TO ${READER};
COMMENT ON DATABASE $db IS 'Ours.'`;

describe('the fingerprint of a database', () => {
  let client: pg.Client;
  // Before the database goes.
  afterAll(async () => {
    await client.query(
      `DROP OWNED BY ${READER}; ALTER ROLE ${READER} IN DATABASE ${name} RESET ALL; DROP ROLE ${READER}`,
    );
    await client.end();
  });
  const db = useDatabase();
  let before: Fingerprint;
  let name: string;

  const read = (options = {}): Promise<Fingerprint> =>
    readFingerprint(
      async <Row extends object>(sql: string) =>
        ([await client.query(sql)] as pg.QueryResult<Row>[]).flat().at(-1)?.rows ?? [],
      'public',
      options,
    );
  const undone = async <T>(work: () => Promise<T>): Promise<T> => {
    await client.query('BEGIN');
    try {
      return await work();
    } finally {
      await client.query('ROLLBACK');
    }
  };

  beforeAll(async () => {
    await seedReference(db.dataSource);
    client = new pg.Client({ connectionString: db.url });
    await client.connect();
    name = client.escapeIdentifier(new URL(db.url).pathname.slice(1));
    await client.query(FIXTURE.replaceAll('$db', name));
    await expect(client.query('CREATE UNIQUE INDEX CONCURRENTLY uq_doubles__n ON doubles (n)')).rejects.toMatchObject({
      code: '23505',
    });
    before = await undone(() => read());
  });

  it('is equal when nothing changed, also after every row was written again in another order', async () => {
    expect(compareFingerprints(before, await undone(() => read()))).toEqual([]);
    const shuffled = await undone(async () => {
      await client.query(`CREATE TEMP TABLE kept AS SELECT * FROM kpi_types ORDER BY random();
        DELETE FROM kpi_types; INSERT INTO kpi_types SELECT * FROM kept`);
      return read();
    });
    expect(compareFingerprints(before, shuffled)).toEqual([]);
  });

  it.each(LOSSES)('finds: %s', async (_, sql, found) => {
    const after = await undone(async () => {
      await client.query(sql.replaceAll('$db', name));
      return read();
    });
    expect(compareFingerprints(before, after).filter((message) => found.test(message))).toHaveLength(1);
  });

  it('has the same hashes on every version of PostgreSQL and with every setting of the session', async () => {
    const one = await undone(async () => {
      await client.query(`CREATE TABLE sample (t text, n numeric, f float8, at timestamptz, b bytea, j jsonb, d interval, x text[]);
        INSERT INTO sample VALUES ('ä', 1.50, 0.1, '2026-01-02 03:04:05+06', '\\x00ff', '{"b": 1, "a": [null]}', '1 day 2 h', '{NULL,"a b"}'),
          (NULL, 'NaN', '-0', 'infinity', '', 'null', '0', '{}')`);
      await client.query(`SET LOCAL TimeZone = 'Asia/Tokyo'; SET LOCAL DateStyle = 'German'; SET LOCAL extra_float_digits = -3;
        SET LOCAL bytea_output = 'escape'; SET LOCAL IntervalStyle = 'sql_standard'`);
      return read();
    });
    expect(one.tables['public.sample']).toEqual({ rows: 2, hash: EXPECTED });
  });

  it('names the changed columns on request', async () => {
    const [was, is] = await undone(async () => {
      const first = await read({ columns: true });
      await client.query(`UPDATE kpi_types SET description = 'x', is_active = false`);
      return [first, await read({ columns: true })] as const;
    });
    expect(compareFingerprints(was, is)).toEqual([
      expect.stringMatching(/^kpi_types: \d+ rows, but not with the same values \(description, is_active\)$/),
    ]);
  });

  it('can leave out tables with their indexes and constraints', async () => {
    const [was, is] = await undone(async () => {
      await client.query('DROP TABLE migrations');
      return [before, await read()].map((fingerprint) => withoutTables(fingerprint, ['public.migrations']));
    });
    expect(was && is && compareFingerprints(was, is)).toEqual([]);
    expect(Object.keys(was?.catalog.objects ?? {}).filter((key) => key.includes('migrations'))).toEqual([]);
  });

  it('refuses a role from which a policy hides rows, instead of counting fewer', async () => {
    const reading = undone(async () => {
      await client.query(`ALTER TABLE doubles ENABLE ROW LEVEL SECURITY; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${READER};
        GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO ${READER}; SET LOCAL ROLE ${READER}`);
      return read();
    });
    await expect(reading).rejects.toMatchObject({ code: '42501' });
  });

  it('holds no value of any row', () => {
    expect(JSON.stringify(before.tables)).toMatch(/^\{("[\w". ]+":\{"rows":\d+,"hash":"-?\d+"\},?)+\}$/);
  });
});

/** Counted once: of 15 and 18 alike. */
const EXPECTED = '-7341697530165170046';
