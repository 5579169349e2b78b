import { withoutTransaction, inTransaction, type Cases } from './case.js';

const DEFINER = 'CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER';

/** Rights, secrets, sessions, and the migration as a whole. */
export const RIGHTS_CASES: Cases = {
  'grant-to-public': {
    found: [
      'GRANT SELECT ON posts TO PUBLIC',
      'GRANT ALL ON SCHEMA public TO reader, PUBLIC',
      'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC',
    ],
    clean: ['REVOKE ALL ON posts FROM PUBLIC', 'GRANT SELECT ON posts TO "public_reader"'],
  },
  'privileged-role': {
    found: [
      'CREATE ROLE boss SUPERUSER',
      'ALTER ROLE boss BYPASSRLS',
      'CREATE USER boss WITH CREATEROLE',
      'ALTER ROLE CURRENT_USER REPLICATION',
      'GRANT pg_execute_server_program TO boss',
    ],
    clean: [
      'CREATE ROLE reader NOLOGIN NOSUPERUSER NOBYPASSRLS',
      'GRANT pg_monitor TO watcher',
      'REVOKE pg_read_all_data FROM r',
    ],
  },
  'hardcoded-secret': {
    found: [
      `CREATE ROLE reader PASSWORD 'invented'`,
      `ALTER ROLE reader WITH LOGIN PASSWORD 'invented'`,
      `CREATE USER MAPPING FOR reader SERVER far OPTIONS (user 'u', password 'invented')`,
      `SELECT dblink_connect('host=far password=invented')`,
      `CREATE SUBSCRIPTION s CONNECTION 'postgres://u:invented@far/db' PUBLICATION p`,
      `COMMENT ON TABLE posts IS 'see postgres://u:invented%2F@far/db'`,
      `INSERT INTO settings VALUES ('AKIAABCDEFGHIJKLMNOP')`,
      `CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'ALTER ROLE r PASSWORD ''invented'''; END $$`,
      {
        name: 'Parameter1',
        up: (queryRunner) => queryRunner.query('INSERT INTO settings VALUES ($1)', ['postgres://u:invented@far/db']),
        down: () => Promise.resolve(),
      },
    ],
    clean: [
      'ALTER ROLE reader PASSWORD NULL',
      `COMMENT ON TABLE posts IS 'Read from https://example.org/a:b, at 12:30 by someone@example.org; holds no password.'`,
    ],
  },
  'security-definer': {
    found: [
      `${DEFINER} AS $$ SELECT 1 $$`,
      inTransaction(`${DEFINER} AS $$ SELECT 1 $$`, 'REVOKE ALL ON FUNCTION f() FROM PUBLIC'),
      `${DEFINER} SET search_path = pg_catalog AS $$ SELECT 1 $$`,
      inTransaction(
        `${DEFINER} SET search_path = pg_catalog AS $$ SELECT 1 $$`,
        'REVOKE ALL ON FUNCTION g() FROM PUBLIC',
        'REVOKE ALL ON FUNCTION f() FROM reader',
      ),
      'ALTER FUNCTION f() SECURITY DEFINER',
    ],
    clean: [
      'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
      'CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY INVOKER AS $$ SELECT 1 $$',
      inTransaction(
        `${DEFINER} SET search_path = pg_catalog AS $$ SELECT 1 $$`,
        'REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC',
      ),
    ],
  },
  'disable-trigger': {
    found: [
      'ALTER TABLE audit_logs DISABLE TRIGGER ALL',
      'ALTER TABLE audit_logs DISABLE TRIGGER tg_audit_logs__append_only',
      'ALTER TABLE audit_logs DISABLE TRIGGER USER',
      'ALTER TABLE posts DISABLE ROW LEVEL SECURITY',
      `SET LOCAL session_replication_role = 'replica'`,
      `SELECT set_config('session_replication_role', 'replica', true)`,
    ],
    clean: ['ALTER TABLE audit_logs ENABLE TRIGGER ALL', 'ALTER TABLE posts ENABLE ROW LEVEL SECURITY'],
  },
  'drop-owned': {
    found: ['DROP OWNED BY reader', 'REASSIGN OWNED BY reader TO CURRENT_USER'],
    clean: ['ALTER TABLE posts OWNER TO migrator'],
  },
  'session-setting': {
    found: [
      `SET lock_timeout = '5s'`,
      'SET SESSION work_mem TO 1000',
      'SET ROLE boss',
      'SET search_path = other',
      `SELECT set_config('search_path', 'other', false)`,
      inTransaction(`SET work_mem = '1GB'`, 'RESET lock_timeout'),
      'SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY',
    ],
    clean: [
      `SET LOCAL lock_timeout = '5s'`,
      `SELECT set_config('search_path', 'other', true)`,
      withoutTransaction(`SET work_mem = '1GB'`, 'RESET work_mem'),
      withoutTransaction(`SET work_mem = '1GB'; SET ROLE boss`, 'DISCARD ALL'),
      'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE',
    ],
  },
  'transaction-control': {
    found: ['COMMIT', 'ROLLBACK', withoutTransaction('BEGIN'), 'START TRANSACTION'],
    clean: [inTransaction('SAVEPOINT a', 'RELEASE SAVEPOINT a')],
  },
  'dynamic-sql': {
    found: ['DO $$ BEGIN EXECUTE $x$DROP TABLE posts$x$; END $$', 'CALL tidy()'],
    clean: [
      'CREATE PROCEDURE tidy() LANGUAGE plpgsql AS $$ BEGIN DROP TABLE posts; END $$',
      'SELECT pg_notify($$a$$, $$DO$$)',
    ],
  },
  'name-too-long': {
    found: [`CREATE TABLE "${'a'.repeat(64)}" ("a" text)`],
    clean: [`CREATE TABLE "${'a'.repeat(63)}" ("a" text)`],
  },
  squawk: {
    found: ['CREATE DOMAIN score AS float8 CHECK (value > 0)', 'ALTER TABLE posts DETACH PARTITION old'],
    clean: ['CREATE TABLE fresh (a int, b varchar(20), c char(2), d timestamp, e serial)'],
  },
  'syntax-error': {
    found: ['SELEC 1', `SELECT 'open`, 'SELECT 1; SELECT $$open', 'SELECT :name', 'SELECT 1\0; DROP TABLE posts'],
  },
  'uncollected-sql': {
    found: [
      { name: 'Throws1', up: () => Promise.reject(new TypeError('invented')), down: () => Promise.resolve() },
      {
        name: 'Endless1',
        up: async (queryRunner) => {
          for (;;) await queryRunner.query('SELECT 1');
        },
        down: () => Promise.resolve(),
      },
    ],
  },
  'unanswered-query': {
    found: [
      {
        name: 'Asks1',
        up: async (queryRunner) => {
          for (const { id } of (await queryRunner.query('SELECT id FROM posts')) as { id: string }[]) {
            await queryRunner.query('DELETE FROM posts WHERE id = $1', [id]);
          }
        },
        down: () => Promise.resolve(),
      },
    ],
    clean: ['SELECT setval($$a$$, 1)', 'SELECT count(*) FROM posts'],
  },
  'empty-migration': {
    found: [{ queries: [] }, '', ' ;; ', '-- TODO'],
  },
  'invalid-suppression': {
    found: [
      '-- lint: accept drop-table: not there\nSELECT 1',
      'SELECT 1 -- lint: accept drop-tabel: misspelt',
      '-- lint: accept syntax-error: cannot be\nSELECT 1',
      '-- lint: acept drop-table: misspelt\nSELECT 1',
      '/* lint: accept */ SELECT 1',
      inTransaction('SELECT 1', '-- lint: accept drop-table: nothing follows'),
      inTransaction(
        '-- lint: accept drop-table: of the next\nSELECT 1',
        '-- lint: accept drop-table: gone\nDROP TABLE posts',
      ),
    ],
    clean: ['-- plain words about lint, which may accept: this\nSELECT 1'],
  },
};
