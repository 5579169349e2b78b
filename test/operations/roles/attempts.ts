/** What somebody tries who has the password of one of the roles. Typed by hand: an independent statement of what must be refused. */
export type Attacker = 'app' | 'reader' | 'retention' | 'migrator';

export interface Attempt {
  readonly by: readonly Attacker[];
  /** `$superuser` and `$migrator` stand for the process ids of their sessions. */
  readonly sql: string;
}

const SERVICES: readonly Attacker[] = ['app', 'reader', 'retention'];
const EVERYBODY: readonly Attacker[] = [...SERVICES, 'migrator'];

const by = (attackers: readonly Attacker[], ...statements: string[]): Attempt[] =>
  statements.map((sql) => ({ by: attackers, sql }));

/** The schema is somebody else's. */
const SCHEMA = by(
  SERVICES,
  'CREATE TABLE loot (content text)',
  'CREATE TABLE loot AS SELECT 1 AS one',
  'SELECT 1 AS one INTO loot',
  'CREATE UNLOGGED TABLE loot (content text)',
  'CREATE TEMP TABLE posts (content text)',
  'CREATE TEMP VIEW loot AS SELECT 1',
  'CREATE SCHEMA loot',
  'CREATE TABLE pg_temp.posts (content text)',
  'CREATE VIEW loot AS SELECT 1',
  'CREATE SEQUENCE loot',
  'CREATE DOMAIN loot AS text',
  `CREATE TYPE loot AS ENUM ('a')`,
  'ALTER TABLE posts ADD COLUMN loot text',
  'ALTER TABLE posts DROP CONSTRAINT ck_posts__content_length',
  'ALTER TABLE posts ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE posts OWNER TO CURRENT_USER',
  'ALTER TABLE posts RENAME TO old_posts',
  `ALTER TYPE platform ADD VALUE 'MYSPACE'`,
  'DROP TABLE posts CASCADE',
  'DROP INDEX ix_posts__detected_at__waiting',
  'DROP SCHEMA public CASCADE',
  'CREATE INDEX ON posts (content)',
  `COMMENT ON TABLE posts IS 'ours'`,
  'REINDEX TABLE posts',
  'CREATE POLICY all_of_it ON posts USING (true)',
  'CREATE RULE quiet AS ON INSERT TO audit_logs DO INSTEAD NOTHING',
  'CREATE STATISTICS loot ON platform, author_id FROM posts',
);

/** Code that would run as somebody else, or beside our tables. */
const CODE = by(
  SERVICES,
  `CREATE FUNCTION loot() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'`,
  `CREATE FUNCTION pg_temp.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz'`,
  `CREATE PROCEDURE loot() LANGUAGE sql AS 'SELECT 1'`,
  `CREATE OR REPLACE FUNCTION refuse_audit_log_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'`,
  'ALTER FUNCTION refuse_audit_log_change() SECURITY DEFINER',
  'DROP FUNCTION refuse_audit_log_change() CASCADE',
  'CREATE TRIGGER tg_loot BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION refuse_audit_log_change()',
  `DO $$ BEGIN EXECUTE 'CREATE TABLE loot (a int)'; END $$`,
  'CREATE OPERATOR public.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)',
  'CREATE AGGREGATE public.total (float8) (SFUNC = float8pl, STYPE = float8)',
  'CREATE CAST (text AS platform) WITH INOUT AS IMPLICIT',
  'CREATE EVENT TRIGGER loot ON ddl_command_end EXECUTE FUNCTION refuse_audit_log_change()',
);

/** The trigger that keeps the audit log, switched off. */
const TRIGGERS = by(
  SERVICES,
  'ALTER TABLE audit_logs DISABLE TRIGGER ALL',
  'ALTER TABLE audit_logs DISABLE TRIGGER tg_audit_logs__append_only',
  'DROP TRIGGER tg_audit_logs__append_only ON audit_logs',
  'SET session_replication_role = replica',
  `SELECT set_config('session_replication_role', 'replica', false)`,
);

/** Rows that must stay, or stay as they are. */
const ROWS: readonly Attempt[] = [
  ...by(
    ['app', 'reader'],
    `UPDATE audit_logs SET actor = 'nobody'`,
    'DELETE FROM audit_logs',
    'TRUNCATE audit_logs',
    `BEGIN; SET LOCAL shared_db.audit_purge = 'on'; DELETE FROM audit_logs; COMMIT`,
    `INSERT INTO audit_logs (id, entity_type, entity_id, action, actor) SELECT id, 'x', 'x', 'x', 'x' FROM audit_logs
     ON CONFLICT (id) DO UPDATE SET actor = 'nobody'`,
    'SELECT * FROM audit_logs FOR UPDATE',
    'BEGIN; LOCK TABLE audit_logs IN ACCESS EXCLUSIVE MODE',
    'DELETE FROM replies',
    'TRUNCATE replies CASCADE',
    'MERGE INTO replies USING (SELECT 1) x ON true WHEN MATCHED THEN DELETE',
    `WITH gone AS (DELETE FROM replies RETURNING id) SELECT count(*) FROM gone`,
    'TRUNCATE posts CASCADE',
    'TRUNCATE authors, posts, decisions, replies, audit_logs CASCADE',
    'DELETE FROM migrations',
    `INSERT INTO migrations (timestamp, name) VALUES (1, 'FromTheFuture1')`,
    `UPDATE database_environment SET environment = 'test'`,
    'DELETE FROM database_environment',
  ),
  ...by(
    ['retention'],
    `BEGIN; SET LOCAL shared_db.audit_purge = 'on'; UPDATE audit_logs SET actor = 'nobody'; COMMIT`,
    `BEGIN; SET LOCAL shared_db.audit_purge = 'on'; TRUNCATE audit_logs; COMMIT`,
    'DELETE FROM audit_logs',
    `INSERT INTO audit_logs (entity_type, entity_id, action, actor) VALUES ('x', 'x', 'x', 'x')`,
    'DELETE FROM authors',
    'DELETE FROM replies',
    'DELETE FROM decisions',
    'DELETE FROM escalations',
    'UPDATE posts SET detected_at = now()',
    `UPDATE posts SET content = ''`,
    'SELECT handle FROM authors',
    'SELECT content FROM replies',
    'DELETE FROM posts USING authors WHERE author_id = authors.id RETURNING handle',
    'TRUNCATE posts CASCADE',
  ),
  ...by(
    ['reader'],
    `INSERT INTO kpi_types (name, description) VALUES ('X', 'x')`,
    'SET default_transaction_read_only = off; DELETE FROM posts',
    'UPDATE authors SET relationship_score = 1',
    'SELECT id FROM posts FOR UPDATE',
  ),
];

/** Personal columns, by every way round. */
const COLUMNS = by(
  ['reader'],
  'SELECT handle FROM authors',
  'SELECT * FROM authors',
  'SELECT authors FROM authors',
  'SELECT to_jsonb(a) FROM authors a',
  'SELECT a.*::text FROM authors a',
  'TABLE posts',
  'COPY posts TO STDOUT',
  'COPY (SELECT content FROM posts) TO STDOUT',
  'SELECT content FROM posts',
  'SELECT count(*) FROM posts WHERE content LIKE $$%a%$$',
  'SELECT id FROM posts ORDER BY content',
  'SELECT length(content) FROM replies',
  'SELECT max(handle) FROM authors',
  'SELECT id FROM authors GROUP BY id, handle',
  'SELECT p.id FROM posts p JOIN authors a ON a.platform_id = p.platform_post_id',
  'SELECT p.id FROM posts p NATURAL JOIN replies r',
  'SELECT (SELECT handle FROM authors LIMIT 1)',
  'SELECT 1 / (CASE WHEN EXISTS (SELECT FROM authors WHERE handle = $$a$$) THEN 0 ELSE 1 END)',
  'SELECT cast(handle AS int) FROM authors',
  'SELECT interaction_history -> 0 FROM authors',
  'SELECT signals_json FROM decisions',
  'SELECT resolution_notes FROM escalations',
  'SELECT details_json, actor FROM audit_logs',
  'BEGIN; DECLARE loot CURSOR FOR SELECT content FROM posts',
  'PREPARE loot AS SELECT content FROM posts; EXECUTE loot',
  'EXPLAIN ANALYZE SELECT content FROM posts',
  `SELECT query_to_xml('SELECT handle FROM authors', true, false, '')`,
  `SELECT table_to_xml('authors', true, false, '')`,
  'CREATE TEMP TABLE loot AS SELECT handle FROM authors',
);

/** Becoming somebody else. */
const IDENTITY: readonly Attempt[] = [
  ...by(
    SERVICES,
    'SET ROLE owner',
    'SET ROLE migrator',
    'SET ROLE pg_read_all_data',
    'SET ROLE antone',
    'SET SESSION AUTHORIZATION antone',
    `SELECT set_config('role', 'owner', false)`,
    'GRANT owner TO CURRENT_USER',
    'GRANT pg_read_all_data TO CURRENT_USER',
    'GRANT pg_execute_server_program TO CURRENT_USER',
    'CREATE ROLE loot SUPERUSER',
    'ALTER ROLE CURRENT_USER SUPERUSER',
    'ALTER ROLE CURRENT_USER CREATEROLE',
    'ALTER ROLE CURRENT_USER BYPASSRLS',
    `ALTER ROLE owner LOGIN PASSWORD $$x$$`,
    `ALTER ROLE antone PASSWORD $$x$$`,
    'DROP ROLE owner',
    `ALTER ROLE migrator SET search_path = 'loot'`,
    'REASSIGN OWNED BY owner TO CURRENT_USER',
    'DROP OWNED BY owner',
    'ALTER DEFAULT PRIVILEGES FOR ROLE owner GRANT ALL ON TABLES TO PUBLIC',
    'ALTER DATABASE antone OWNER TO CURRENT_USER',
    'ALTER SCHEMA public OWNER TO CURRENT_USER',
    'SELECT rolpassword FROM pg_authid',
    'SELECT passwd FROM pg_shadow',
    'SELECT stxdmcv FROM pg_statistic_ext_data',
    'SELECT stavalues1 FROM pg_statistic',
    'SELECT umoptions FROM pg_user_mapping',
  ),
  ...by(
    ['migrator'],
    'SET ROLE antone',
    'SET ROLE retention',
    'CREATE ROLE loot SUPERUSER',
    'ALTER ROLE owner SUPERUSER',
    'GRANT retention TO owner',
    `BEGIN; SET LOCAL shared_db.audit_purge = 'on'; DELETE FROM audit_logs; COMMIT`,
    'RESET ROLE; SET ROLE NONE; CREATE TABLE public.loot (a int)',
    'SELECT rolpassword FROM pg_authid',
  ),
];

/** The machine behind the server, other databases, other sessions. */
const SERVER: readonly Attempt[] = [
  ...by(
    EVERYBODY,
    `COPY (SELECT 1) TO PROGRAM 'id'`,
    `CREATE TEMP TABLE loot (a text); COPY loot FROM PROGRAM 'id'`,
    `COPY (SELECT 1) TO '/tmp/loot'`,
    `SELECT pg_read_file('/etc/passwd')`,
    `SELECT pg_read_binary_file('PG_VERSION')`,
    `SELECT pg_ls_dir('/')`,
    `SELECT pg_stat_file('/etc/passwd')`,
    `SELECT lo_import('/etc/passwd')`,
    `SELECT lo_export(1, '/tmp/loot')`,
    'SELECT lo_create(0)',
    'SELECT lo_creat(-1)',
    `SELECT lo_from_bytea(0, 'loot')`,
    'ALTER SYSTEM SET log_statement = none',
    'SELECT pg_reload_conf()',
    'SELECT pg_rotate_logfile()',
    'SELECT * FROM pg_hba_file_rules',
    'SELECT * FROM pg_file_settings',
    'SELECT pg_switch_wal()',
    `SELECT pg_create_restore_point('loot')`,
    `SELECT pg_create_physical_replication_slot('loot')`,
    'SHOW hba_file',
    `LOAD '/tmp/loot.so'`,
    'SET log_statement = none',
    'SET lc_messages = C',
    'CREATE DATABASE loot',
    'DROP DATABASE postgres',
    'ALTER DATABASE antone SET search_path = loot',
    'CREATE EXTENSION dblink',
    'CREATE EXTENSION postgres_fdw',
    'CREATE EXTENSION file_fdw',
    'CREATE EXTENSION pgcrypto',
    'DROP EXTENSION plpgsql CASCADE',
    `CREATE TABLESPACE loot LOCATION '/tmp'`,
    'CREATE PUBLICATION loot FOR ALL TABLES',
    `CREATE SUBSCRIPTION loot CONNECTION 'host=x' PUBLICATION x WITH (connect = false)`,
    'CREATE FOREIGN DATA WRAPPER loot',
    'SELECT pg_terminate_backend($superuser)',
    'SELECT pg_cancel_backend($superuser)',
    'CHECKPOINT',
    'SELECT * FROM pg_backend_memory_contexts',
    `SELECT pg_log_backend_memory_contexts(pg_backend_pid())`,
    'SELECT * FROM vault.secrets',
    'CREATE TABLE vault.loot (a int)',
  ),
  ...by(SERVICES, 'SELECT pg_terminate_backend($migrator)', 'SELECT pg_cancel_backend($migrator)'),
];

export const ATTEMPTS: readonly Attempt[] = [
  ...SCHEMA,
  ...CODE,
  ...TRIGGERS,
  ...ROWS,
  ...COLUMNS,
  ...IDENTITY,
  ...SERVER,
];

/** What PostgreSQL lets every role do, and nobody can forbid: said in docs/reference/roles.md. */
export const ALLOWED: readonly string[] = [
  'SET statement_timeout = 0',
  'SET search_path = pg_catalog',
  'SET default_transaction_read_only = off',
  'SELECT pg_advisory_lock(1); SELECT pg_advisory_unlock(1)',
  'ALTER ROLE CURRENT_USER IN DATABASE antone SET work_mem = $$1GB$$',
  'ALTER ROLE CURRENT_USER IN DATABASE antone RESET work_mem',
];
