import type { Drift } from '../planting.js';

/** Functions, triggers, policies, extensions and what is rarely met. */
export const ROUTINE_DRIFTS: readonly Drift[] = [
  [
    "CREATE FUNCTION extra(a int, b text DEFAULT 'x') RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ['function extra(a integer, b text) is there, should not be'],
    'by hand',
  ],
  [
    "CREATE FUNCTION zoo.twice(n text) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ['function zoo.twice(n text) is there, should not be'],
    'by hand',
  ],
  ['DROP FUNCTION zoo.twice(int)', ['function zoo.twice(n integer) is missing']],
  [
    "CREATE OR REPLACE FUNCTION zoo.twice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n * 3'",
    ['function zoo.twice(n integer): body is “SELECT n * 3”, should be “SELECT n * 2”'],
  ],
  [
    "CREATE OR REPLACE FUNCTION refuse_audit_log_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN OLD; END'",
    [
      "function refuse_audit_log_change(): body is “BEGIN RETURN OLD; END”, should be “BEGIN IF TG_OP = 'DELETE' AND current_setting('shared_db.audit_purge', true) = 'on' AN…",
    ],
  ],
  [
    'ALTER FUNCTION refuse_audit_log_change() SECURITY DEFINER',
    ['function refuse_audit_log_change(): security is DEFINER, should be INVOKER'],
  ],
  [
    'ALTER FUNCTION refuse_audit_log_change() RESET search_path',
    ['function refuse_audit_log_change(): settings are none, should be search_path=pg_catalog, pg_temp'],
  ],
  [
    'ALTER FUNCTION refuse_audit_log_change() SET search_path = public',
    ['function refuse_audit_log_change(): settings are search_path=public, should be search_path=pg_catalog, pg_temp'],
  ],
  [
    "ALTER FUNCTION refuse_audit_log_change() SET shared_db.audit_purge = 'on'",
    [
      'function refuse_audit_log_change(): settings are search_path=pg_catalog, pg_temp, shared_db.audit_purge=on, should be search_path=pg_catalog, pg_temp',
    ],
  ],
  [
    'ALTER FUNCTION zoo.twice(int) VOLATILE',
    ['function zoo.twice(n integer): volatility is VOLATILE, should be IMMUTABLE'],
  ],
  [
    'ALTER FUNCTION zoo.twice(int) STRICT',
    ['function zoo.twice(n integer): strictness is STRICT, should be CALLED ON NULL INPUT'],
  ],
  ['ALTER FUNCTION zoo.twice(int) LEAKPROOF', ['function zoo.twice(n integer): leakproof is yes, should be no']],
  [
    'ALTER FUNCTION zoo.twice(int) PARALLEL SAFE',
    ['function zoo.twice(n integer): parallel is SAFE, should be UNSAFE'],
  ],
  ['ALTER FUNCTION zoo.twice(int) COST 5', ['function zoo.twice(n integer): cost is 5, should be the default']],
  [
    'ALTER FUNCTION zoo.twice(int) OWNER TO $writer',
    ['function zoo.twice(n integer): owner is $writer, should be the owner of most tables'],
  ],
  [
    'COMMENT ON FUNCTION refuse_audit_log_change() IS NULL',
    [
      'function refuse_audit_log_change(): comment is none, should be “Refuses changes of audit_logs. Only the retention purge may delete rows.”',
    ],
  ],
  [
    "CREATE OR REPLACE PROCEDURE zoo.feed() LANGUAGE sql AS 'SELECT 2'",
    ['procedure zoo.feed(): body is “SELECT 2”, should be “SELECT 1”'],
  ],
  [
    "CREATE OR REPLACE AGGREGATE zoo.product(float8) (SFUNC = float8mul, STYPE = float8, INITCOND = '2')",
    [
      "aggregate zoo.product(double precision): aggregate is SFUNC = float8mul, STYPE = double precision, INITCOND = '2', should be SFUNC = float8mul, STYPE = double precision, INITCOND = '1'",
    ],
    'by hand',
  ],
  ['DROP AGGREGATE zoo.product(float8)', ['aggregate zoo.product(double precision) is missing'], 'by hand'],
  [
    'DROP TRIGGER tg_audit_logs__no_truncate ON audit_logs',
    ['trigger tg_audit_logs__no_truncate on audit_logs is missing'],
  ],
  [
    'CREATE TRIGGER tg_extra AFTER INSERT ON posts FOR EACH STATEMENT EXECUTE FUNCTION zoo.watch()',
    ['trigger tg_extra on posts is there, should not be'],
  ],
  [
    'ALTER TABLE audit_logs DISABLE TRIGGER tg_audit_logs__append_only',
    ['trigger tg_audit_logs__append_only on audit_logs: firing is disabled, should be enabled'],
  ],
  [
    'ALTER TABLE audit_logs ENABLE REPLICA TRIGGER tg_audit_logs__append_only',
    ['trigger tg_audit_logs__append_only on audit_logs: firing is in replication only, should be enabled'],
  ],
  [
    'ALTER TABLE audit_logs ENABLE ALWAYS TRIGGER tg_audit_logs__append_only',
    ['trigger tg_audit_logs__append_only on audit_logs: firing is in replication too, should be enabled'],
  ],
  [
    'CREATE OR REPLACE TRIGGER tg_audit_logs__append_only BEFORE UPDATE ON audit_logs FOR EACH ROW EXECUTE FUNCTION refuse_audit_log_change()',
    [
      'trigger tg_audit_logs__append_only on audit_logs: definition is CREATE TRIGGER tg_audit_logs__append_only BEFORE UPDATE ON audit_logs FOR EACH ROW EXECUTE FUNCTION refuse_audit_log_change(), should be CREATE TRIGGER tg_audit_logs__append_only BEFORE DELETE OR UPDATE ON audit_logs FOR EACH ROW EXECUTE FUNCTION refuse_audit_log_change()',
    ],
  ],
  [
    'CREATE OR REPLACE TRIGGER tg_animals__watch BEFORE INSERT ON zoo.animals FOR EACH ROW WHEN (NEW.legs > 2) EXECUTE FUNCTION zoo.watch()',
    [
      'trigger tg_animals__watch on zoo.animals: definition is CREATE TRIGGER tg_animals__watch BEFORE INSERT ON zoo.animals FOR EACH ROW WHEN ((new.legs > 2)) EXECUTE FUNCTION zoo.watch(), should be CREATE TRIGGER tg_animals__watch BEFORE INSERT ON zoo.animals FOR EACH ROW EXECUTE FUNCTION zoo.watch()',
    ],
  ],
  [
    'ALTER TRIGGER tg_animals__watch ON zoo.animals RENAME TO tg_animals__look',
    [
      'trigger tg_animals__look on zoo.animals is there, should not be',
      'trigger tg_animals__watch on zoo.animals is missing',
    ],
  ],
  [
    "COMMENT ON TRIGGER tg_animals__watch ON zoo.animals IS 'Eyes.'",
    ['trigger tg_animals__watch on zoo.animals: comment is “Eyes.”, should be none'],
  ],
  [
    'CREATE CONSTRAINT TRIGGER tg_late AFTER INSERT ON zoo.animals DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION zoo.watch()',
    ['trigger tg_late on zoo.animals is there, should not be'],
  ],
  ['ALTER EVENT TRIGGER $note_ddl DISABLE', ['event trigger $note_ddl: firing is disabled, should be enabled']],
  ['DROP EVENT TRIGGER $note_ddl', ['event trigger $note_ddl is missing']],
  [
    'CREATE EVENT TRIGGER $writer ON sql_drop EXECUTE FUNCTION zoo.note()',
    ['event trigger $writer is there, should not be'],
  ],
  ['CREATE POLICY extra ON zoo.keepers USING (true)', ['policy extra on zoo.keepers is there, should not be']],
  ['DROP POLICY adults ON zoo.keepers', ['policy adults on zoo.keepers is missing']],
  [
    'ALTER POLICY adults ON zoo.keepers USING (low >= 16)',
    [
      'policy adults on zoo.keepers: definition is CREATE POLICY adults ON zoo.keepers AS PERMISSIVE FOR SELECT TO $reader USING ((low >= 16)), should be CREATE POLICY adults ON zoo.keepers AS PERMISSIVE FOR SELECT TO $reader USING ((low >= 18))',
    ],
  ],
  [
    'ALTER POLICY adults ON zoo.keepers TO PUBLIC',
    [
      'policy adults on zoo.keepers: definition is CREATE POLICY adults ON zoo.keepers AS PERMISSIVE FOR SELECT TO PUBLIC USING ((low >= 18)), should be CREATE POLICY adults ON zoo.keepers AS PERMISSIVE FOR SELECT TO $reader USING ((low >= 18))',
    ],
  ],
  [
    "COMMENT ON POLICY adults ON zoo.keepers IS 'Law.'",
    ['policy adults on zoo.keepers: comment is “Law.”, should be none'],
  ],
  ['CREATE EXTENSION pg_trgm', ['extension pg_trgm is there, should not be'], 'by hand'],
  ['CREATE EXTENSION citext SCHEMA zoo', ['extension citext is there, should not be'], 'by hand'],
  ["COMMENT ON EXTENSION plpgsql IS 'Mine.'", ['extension plpgsql: comment is “Mine.”, should be none']],
  ['CREATE PUBLICATION extra FOR ALL TABLES', ['publication extra is there, should not be'], 'by hand'],
  [
    'ALTER PUBLICATION feed ADD TABLE zoo.keepers',
    [
      'publication feed: definition is FOR TABLE zoo.animals, zoo.birds, zoo.keepers, INSERT, UPDATE, DELETE, TRUNCATE, should be FOR TABLE zoo.animals, zoo.birds, INSERT, UPDATE, DELETE, TRUNCATE',
    ],
    'by hand',
  ],
  [
    'CREATE OPERATOR zoo.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)',
    ['object operator zoo.===(integer,integer) is there, should not be'],
    'by hand',
  ],
  [
    'CREATE CAST (zoo.mood AS int) WITH INOUT',
    ['object cast (zoo.mood AS integer) is there, should not be'],
    'by hand',
  ],
  [
    'CREATE TEXT SEARCH CONFIGURATION zoo.words (COPY = simple)',
    ['object text search configuration zoo.words is there, should not be'],
    'by hand',
  ],
];
