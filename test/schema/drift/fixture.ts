/** Roles belong to the whole server, so that their names are unique to the run and they are dropped afterwards. */
const run = `drift_${process.env.JEST_WORKER_ID ?? '0'}_${process.pid}_${Date.now().toString(36)}`;
export const READER = `${run}_reader`;
export const WRITER = `${run}_writer`;

/** A schema with one object of each kind that the real schema does not have. */
export const FIXTURE = `
CREATE ROLE ${READER}; CREATE ROLE ${WRITER};
CREATE SCHEMA zoo;
GRANT USAGE ON SCHEMA zoo TO ${READER};
COMMENT ON SCHEMA zoo IS 'One of each.';
CREATE SEQUENCE zoo.tickets;
CREATE TYPE zoo.mood AS ENUM ('calm', 'angry');
CREATE TYPE zoo.size AS (width int, height int);
CREATE TYPE zoo.span AS RANGE (SUBTYPE = float8);
CREATE DOMAIN zoo.weight AS float8 CONSTRAINT ck_weight CHECK (VALUE > 0);
CREATE COLLATION zoo.plain (PROVIDER = libc, LOCALE = 'C');
CREATE TABLE zoo.animals (
  id int GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_animals PRIMARY KEY,
  name text NOT NULL, kind text, legs int NOT NULL DEFAULT 4, born date, mood zoo.mood,
  twice int GENERATED ALWAYS AS (legs * 2) STORED,
  CONSTRAINT ck_animals__legs CHECK (legs >= 0),
  CONSTRAINT uq_animals__name_kind UNIQUE (name, kind));
CREATE TABLE zoo.keepers (
  id int CONSTRAINT pk_keepers PRIMARY KEY, animal_id int, low int, high int, note text,
  CONSTRAINT fk_keepers__animal_id FOREIGN KEY (animal_id) REFERENCES zoo.animals ON DELETE CASCADE,
  CONSTRAINT ex_keepers__range EXCLUDE USING gist (int4range(low, high) WITH &&));
CREATE TABLE zoo.days (day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE zoo.days_2026 PARTITION OF zoo.days FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE zoo.birds () INHERITS (zoo.animals);
CREATE INDEX ix_animals__kind ON zoo.animals (kind) WHERE legs > 0;
CREATE UNIQUE INDEX uq_animals__born ON zoo.animals (born);
CREATE STATISTICS zoo.st_animals (dependencies) ON name, kind FROM zoo.animals;
CREATE VIEW zoo.calm AS SELECT id, name FROM zoo.animals WHERE mood = 'calm';
CREATE MATERIALIZED VIEW zoo.counts AS SELECT kind, count(*) AS n FROM zoo.animals GROUP BY kind;
CREATE RULE calm_insert AS ON INSERT TO zoo.calm DO INSTEAD NOTHING;
CREATE FUNCTION zoo.twice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n * 2';
CREATE PROCEDURE zoo.feed() LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE zoo.product(float8) (SFUNC = float8mul, STYPE = float8, INITCOND = '1');
CREATE FUNCTION zoo.watch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER tg_animals__watch BEFORE INSERT ON zoo.animals FOR EACH ROW EXECUTE FUNCTION zoo.watch();
CREATE FUNCTION zoo.note() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER ${run}_note ON ddl_command_end WHEN TAG IN ('SECURITY LABEL') EXECUTE FUNCTION zoo.note();
ALTER TABLE zoo.keepers ENABLE ROW LEVEL SECURITY;
CREATE POLICY adults ON zoo.keepers FOR SELECT TO ${READER} USING (low >= 18);
CREATE PUBLICATION feed FOR TABLE zoo.animals;
GRANT SELECT ON zoo.animals TO ${READER};
GRANT UPDATE (legs) ON zoo.animals TO ${READER};
GRANT USAGE ON SEQUENCE zoo.tickets TO ${READER};
REVOKE EXECUTE ON FUNCTION zoo.twice(int) FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA zoo GRANT SELECT ON TABLES TO ${READER};
ALTER ROLE ${READER} SET statement_timeout = '5s';
COMMENT ON INDEX zoo.ix_animals__kind IS 'For the map.';
COMMENT ON CONSTRAINT ck_animals__legs ON zoo.animals IS 'No debts.'`;

const EVENT_TRIGGER = `${run}_note`;

/** Replaces placeholders with the names of the run, and the other way round. */
export function placeholders({ owner, database }: { owner: string; database: string }): {
  fill(sql: string): string;
  hide(message: string): string;
} {
  const names = { $reader: READER, $writer: WRITER, $note_ddl: EVENT_TRIGGER, $database: database, $owner: owner };
  return {
    fill: (sql) =>
      sql.replaceAll(/\$(reader|writer|note_ddl|database|owner)\b/g, (token) => names[token as keyof typeof names]),
    hide: (message) =>
      Object.entries(names).reduce(
        (text, [token, name]) => text.replaceAll(new RegExp(`(?<!\\w)${name}(?!\\w)`, 'g'), () => token),
        message,
      ),
  };
}
