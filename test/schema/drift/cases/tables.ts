import type { Drift } from '../planting.js';

/** Schemas, tables, sequences, statistics, views, rules and types. */
export const TABLE_DRIFTS: readonly Drift[] = [
  ['CREATE TABLE extra (id int PRIMARY KEY, name text)', ['table extra is there, should not be'], 'by hand'],
  ['DROP TABLE kpi_metrics', ['table kpi_metrics is missing'], 'by hand'],
  [
    'ALTER TABLE zoo.days RENAME TO dates',
    [
      'table zoo.dates is there, should not be',
      'table zoo.days is missing',
      'table zoo.days_2026: parents are zoo.dates, should be zoo.days',
    ],
    'by hand',
  ],
  [
    'ALTER TABLE audit_logs SET (fillfactor = 70, autovacuum_enabled = off)',
    ['table audit_logs: options are autovacuum_enabled=off, fillfactor=70, should be none'],
  ],
  [
    'ALTER TABLE audit_logs SET (toast.autovacuum_enabled = off)',
    ['table audit_logs: toast options are autovacuum_enabled=off, should be none'],
  ],
  ['ALTER TABLE audit_logs SET UNLOGGED', ['table audit_logs: persistence is unlogged, should be logged']],
  [
    'ALTER TABLE audit_logs OWNER TO $writer',
    ['table audit_logs: owner is $writer, should be the owner of most tables'],
  ],
  ['ALTER TABLE audit_logs REPLICA IDENTITY FULL', ['table audit_logs: replica identity is FULL, should be DEFAULT']],
  [
    'ALTER TABLE audit_logs ENABLE ROW LEVEL SECURITY',
    ['table audit_logs: row security is enabled, should be disabled'],
  ],
  [
    'ALTER TABLE zoo.keepers DISABLE ROW LEVEL SECURITY',
    ['table zoo.keepers: row security is disabled, should be enabled'],
  ],
  [
    'ALTER TABLE zoo.keepers FORCE ROW LEVEL SECURITY',
    ['table zoo.keepers: row security of the owner is enabled, should be disabled'],
  ],
  [
    'COMMENT ON TABLE posts IS NULL',
    [
      'table posts: comment is none, should be “One row per detected post that matched a keyword; the rows with a null `process…',
    ],
  ],
  [
    "CREATE TABLE zoo.days_2027 PARTITION OF zoo.days FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')",
    ['table zoo.days_2027 is there, should not be'],
    'by hand',
  ],
  [
    'ALTER TABLE zoo.days DETACH PARTITION zoo.days_2026',
    [
      'table zoo.days_2026: parents are none, should be zoo.days',
      "table zoo.days_2026: partition bound is none, should be FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
    ],
    'by hand',
  ],
  [
    "DROP TABLE zoo.days_2026; CREATE TABLE zoo.days_2026 PARTITION OF zoo.days FOR VALUES FROM ('2026-01-01') TO ('2026-07-01')",
    [
      'grant SELECT ON TABLE zoo.days_2026 TO $reader is there, should not be',
      "table zoo.days_2026: partition bound is FOR VALUES FROM ('2026-01-01') TO ('2026-07-01'), should be FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
    ],
    'by hand',
  ],
  [
    'ALTER TABLE zoo.birds NO INHERIT zoo.animals',
    ['table zoo.birds: parents are none, should be zoo.animals'],
    'by hand',
  ],
  ['CREATE SCHEMA extra; CREATE TABLE extra.inside (id int)', ['schema extra is there, should not be'], 'by hand'],
  [
    'DROP SCHEMA zoo CASCADE',
    [
      'event trigger $note_ddl is missing',
      'publication feed: definition is INSERT, UPDATE, DELETE, TRUNCATE, should be FOR TABLE zoo.animals, zoo.birds, INSERT, UPDATE, DELETE, TRUNCATE',
      'schema zoo is missing',
      'setting statement_timeout of ROLE $reader is missing',
    ],
    'by hand',
  ],
  ['COMMENT ON SCHEMA zoo IS NULL', ['schema zoo: comment is none, should be “One of each.”']],
  ['ALTER SCHEMA zoo OWNER TO $writer', ['schema zoo: owner is $writer, should be the owner of most tables']],
  ['CREATE SEQUENCE extra', ['sequence extra is there, should not be'], 'by hand'],
  [
    'ALTER SEQUENCE zoo.tickets INCREMENT BY 10 CYCLE',
    [
      'sequence zoo.tickets: definition is AS bigint INCREMENT BY 10 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1 CYCLE, should be AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1 NO CYCLE',
    ],
  ],
  [
    'ALTER SEQUENCE zoo.tickets OWNED BY zoo.animals.id',
    ['sequence zoo.tickets: used by is zoo.animals.id, should be none'],
    'by hand',
  ],
  [
    'ALTER SEQUENCE migrations_id_seq OWNED BY NONE',
    ['sequence migrations_id_seq: used by is none, should be migrations.id'],
    'by hand',
  ],
  ['DROP STATISTICS zoo.st_animals', ['statistics zoo.st_animals is missing']],
  [
    'CREATE STATISTICS zoo.st_extra ON legs, born FROM zoo.animals',
    ['statistics zoo.st_extra is there, should not be'],
  ],
  [
    'DROP STATISTICS zoo.st_animals; CREATE STATISTICS zoo.st_animals (ndistinct) ON name, kind FROM zoo.animals',
    [
      'statistics zoo.st_animals: definition is CREATE STATISTICS zoo.st_animals (ndistinct) ON name, kind FROM zoo.animals, should be CREATE STATISTICS zoo.st_animals (dependencies) ON name, kind FROM zoo.animals',
    ],
  ],
  [
    'ALTER STATISTICS zoo.st_animals SET STATISTICS 10',
    ['statistics zoo.st_animals: statistics target is 10, should be the default'],
  ],
  ['CREATE VIEW extra AS SELECT 1 AS one', ['view extra is there, should not be'], 'by hand'],
  ['DROP VIEW zoo.calm', ['view zoo.calm is missing']],
  [
    "CREATE OR REPLACE VIEW zoo.calm AS SELECT id, name FROM zoo.animals WHERE mood = 'angry'",
    [
      "view zoo.calm: query is SELECT id, name FROM zoo.animals WHERE (mood = 'angry'::zoo.mood);, should be SELECT id, name FROM zoo.animals WHERE (mood = 'calm'::zoo.mood);",
    ],
  ],
  [
    'ALTER VIEW zoo.calm SET (security_invoker = true)',
    ['view zoo.calm: options are security_invoker=true, should be none'],
  ],
  ["COMMENT ON VIEW zoo.calm IS 'New.'", ['view zoo.calm: comment is “New.”, should be none']],
  ['DROP RULE calm_insert ON zoo.calm', ['rule calm_insert on zoo.calm is missing']],
  [
    'CREATE OR REPLACE RULE calm_insert AS ON INSERT TO zoo.calm DO INSTEAD SELECT 1',
    [
      'rule calm_insert on zoo.calm: definition is CREATE RULE calm_insert AS ON INSERT TO zoo.calm DO INSTEAD SELECT 1 AS "?column?";, should be CREATE RULE calm_insert AS ON INSERT TO zoo.calm DO INSTEAD NOTHING;',
    ],
  ],
  ['CREATE RULE extra AS ON DELETE TO zoo.calm DO INSTEAD NOTHING', ['rule extra on zoo.calm is there, should not be']],
  [
    'DROP MATERIALIZED VIEW zoo.counts; CREATE MATERIALIZED VIEW zoo.counts AS SELECT kind, count(*) + 1 AS n FROM zoo.animals GROUP BY kind',
    [
      'grant SELECT ON TABLE zoo.counts TO $reader is there, should not be',
      'materialized view zoo.counts: query is SELECT kind, (count(*) + 1) AS n FROM zoo.animals GROUP BY kind;, should be SELECT kind, count(*) AS n FROM zoo.animals GROUP BY kind;',
    ],
    'by hand',
  ],
  [
    'REFRESH MATERIALIZED VIEW zoo.counts WITH NO DATA',
    ['materialized view zoo.counts: rows are not populated, should be there'],
    'by hand',
  ],
  ["CREATE TYPE extra AS ENUM ('a')", ['enum extra is there, should not be'], 'by hand'],
  [
    "ALTER TYPE reply_type RENAME VALUE 'MANUAL' TO 'BY_HAND'",
    ["enum reply_type: values are 'BY_HAND', 'AUTO', should be 'MANUAL', 'AUTO'"],
    'by hand',
  ],
  [
    "ALTER TYPE platform ADD VALUE 'BLUESKY' BEFORE 'REDDIT'",
    ["enum platform: values are 'TWITTER', 'BLUESKY', 'REDDIT', 'THREADS', should be 'TWITTER', 'REDDIT', 'THREADS'"],
    'by hand',
  ],
  [
    'ALTER TYPE platform RENAME TO site',
    [
      'authors.platform: type is site, should be platform',
      'kpi_metrics.platform: type is site, should be platform',
      'posts.platform: type is site, should be platform',
      'replies.platform: type is site, should be platform',
      "authors ck_authors__handle_of_platform: definition is CHECK ( CASE platform WHEN 'TWITTER'::site THEN (handle ~ '^[A-Za-z0-9_]{1,15}$'::text) WHEN 'REDDIT'::site THEN (hand…, should be CHECK ( CASE platform WHEN 'TWITTER'::platform THEN (handle ~ '^[A-Za-z0-9_]{1,15}$'::text) WHEN 'REDDIT'::platform TH…",
      "replies ck_replies__content_fits_platform: definition is …ntent) <= CASE platform WHEN 'TWITTER'::site THEN 320 WHEN 'REDDIT'::site THEN 500 WHEN 'THREADS'::site THEN 320 ELSE NU…, should be …ntent) <= CASE platform WHEN 'TWITTER'::platform THEN 320 WHEN 'REDDIT'::platform THEN 500 WHEN 'THREADS'::platform THEN…",
      'enum platform is missing',
      'enum site is there, should not be',
    ],
    'by hand',
  ],
  ["COMMENT ON TYPE platform IS 'Where.'", ['enum platform: comment is “Where.”, should be none']],
  [
    'ALTER DOMAIN zoo.weight DROP CONSTRAINT ck_weight; ALTER DOMAIN zoo.weight ADD CONSTRAINT ck_weight CHECK (VALUE > 1)',
    [
      'domain zoo.weight: checks are ck_weight CHECK ((VALUE > (1)::double precision)), should be ck_weight CHECK ((VALUE > (0)::double precision))',
    ],
    'by hand',
  ],
  ['ALTER DOMAIN zoo.weight SET NOT NULL', ['domain zoo.weight: null is not allowed, should be allowed'], 'by hand'],
  ['ALTER DOMAIN zoo.weight SET DEFAULT 1', ['domain zoo.weight: default is 1, should be none'], 'by hand'],
  ['CREATE DOMAIN extra AS int', ['domain extra is there, should not be'], 'by hand'],
  [
    'ALTER TYPE zoo.size ADD ATTRIBUTE depth int',
    [
      'type zoo.size: definition is (width integer, height integer, depth integer), should be (width integer, height integer)',
    ],
    'by hand',
  ],
  ['DROP TYPE zoo.span', ['type zoo.span is missing'], 'by hand'],
  [
    'ALTER COLLATION zoo.plain RENAME TO fancy',
    ['collation zoo.fancy is there, should not be', 'collation zoo.plain is missing'],
    'by hand',
  ],
];
