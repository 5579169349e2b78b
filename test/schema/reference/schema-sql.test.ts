import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { renderSchemaSql } from '../../../scripts/generate/reference/schema-sql.js';
import { createDataSource } from '../../../src/data-source.js';
import { diff } from '../../../src/operations/catalog/diff.js';
import { readSchemaSnapshot } from '../../../src/operations/catalog/compare.js';
import { readSnapshot, type Snapshot } from '../../../src/operations/catalog/snapshot.js';
import { useDatabase } from '../../support/database.js';

/** Roles belong to the whole server, so that the name is unique to the run. */
const READER = `reader_${process.env.JEST_WORKER_ID ?? '0'}_${process.pid}_${Date.now().toString(36)}`;

/** Objects that our schema does not have: grants, settings, policies, and comments with quotes and backslashes. */
const MORE = `
REVOKE ALL ON SCHEMA public FROM PUBLIC;
COMMENT ON SCHEMA public IS NULL;
CREATE ROLE ${READER};
CREATE SCHEMA zoo;
CREATE EXTENSION citext SCHEMA zoo;
GRANT USAGE ON SCHEMA zoo TO ${READER};
CREATE TABLE zoo."Odd Animals" (id serial PRIMARY KEY, "the name" zoo.citext DEFAULT E'it''s\\\\', parent int, CHECK (id > 0));
ALTER TABLE zoo."Odd Animals" ADD CONSTRAINT fk FOREIGN KEY (parent) REFERENCES zoo."Odd Animals" ON DELETE SET NULL;
COMMENT ON CONSTRAINT fk ON zoo."Odd Animals" IS 'The mother; DROP TABLE posts';
COMMENT ON TABLE zoo."Odd Animals" IS E'Who''s there?\\n\\\\ $$; -- $sql$ $database $owner';
ALTER TABLE zoo."Odd Animals" ENABLE ROW LEVEL SECURITY;
ALTER TABLE zoo."Odd Animals" SET (fillfactor = 70);
CREATE POLICY own ON zoo."Odd Animals" FOR SELECT TO ${READER} USING (id > 1);
CREATE INDEX ix ON zoo."Odd Animals" (lower("the name"::text) DESC) INCLUDE (id) WHERE id > 0;
COMMENT ON INDEX zoo.ix IS 'For ''it''.';
CREATE STATISTICS zoo.st (dependencies) ON id, parent FROM zoo."Odd Animals";
CREATE FUNCTION zoo.watch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN NEW; END';
REVOKE EXECUTE ON FUNCTION zoo.watch() FROM PUBLIC;
CREATE TRIGGER tg BEFORE INSERT ON zoo."Odd Animals" FOR EACH ROW EXECUTE FUNCTION zoo.watch();
ALTER TABLE zoo."Odd Animals" DISABLE TRIGGER tg;
GRANT SELECT, UPDATE ("the name") ON zoo."Odd Animals" TO ${READER} WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES IN SCHEMA zoo GRANT SELECT ON TABLES TO ${READER};
DO $$ BEGIN
  EXECUTE format('ALTER DATABASE %I SET work_mem TO ''7MB''', current_database());
  EXECUTE format('ALTER ROLE ${READER} IN DATABASE %I SET statement_timeout TO ''5s''', current_database());
  EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END $$`;

describe('schema.sql', () => {
  const db = useDatabase();
  let elsewhere: DataSource;
  let loaded: Snapshot;

  beforeAll(async () => {
    elsewhere = await connected(true);
    await elsewhere.query(await readFile('docs/reference/schema.sql', 'utf8'));
    loaded = await readSchemaSnapshot(elsewhere);
  });

  afterAll(async () => {
    await elsewhere.destroy();
  });

  const connected = async (bare: boolean): Promise<DataSource> =>
    createDataSource({ url: await db.create({ bare }) }).initialize();

  /** Of every schema. */
  async function everything(dataSource: DataSource): Promise<Snapshot> {
    return dataSource.transaction((manager) => readSnapshot((sql) => manager.query(sql), 'public', 'database'));
  }

  it('creates in an empty database the same schema as the migrations', async () => {
    expect(Object.keys(loaded.objects).length).toBeGreaterThan(500);
    expect(diff(await readSchemaSnapshot(db.dataSource), loaded)).toEqual([]);
  });

  it('is generated again without a difference from the schema that it creates', async () => {
    expect(`${renderSchemaSql(loaded).trimEnd()}\n`).toBe(await readFile('docs/reference/schema.sql', 'utf8'));
  });

  it('includes grants, settings, policies and escaped texts', async () => {
    const [from, to] = [await connected(true), await connected(true)];
    try {
      await from.query(MORE);
      const wanted = await everything(from);
      await to.query(renderSchemaSql(wanted));
      expect(diff(wanted, await everything(to))).toEqual([]);
    } finally {
      for (const one of [from, to]) {
        await one.query(`DROP OWNED BY ${READER}`);
        await one.destroy();
      }
      await db.dataSource.query(`DROP ROLE ${READER}`);
    }
  });

  it.each([
    ['a sequence of its own', 'CREATE SEQUENCE tickets', 'sequence tickets'],
    ['a view', 'CREATE VIEW handles AS SELECT 1 AS handle', 'column handles.handle'],
    ['an identity', 'CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY)', 'column t.id'],
    ['a parent', 'CREATE TABLE p (); CREATE TABLE t () INHERITS (p)', 'table t'],
  ])('fails on an object that it cannot express: %s', async (_, sql, name) => {
    const runner = elsewhere.createQueryRunner();
    await runner.startTransaction();
    try {
      await runner.query(sql);
      const snapshot = await readSnapshot((statement) => runner.query(statement), 'public', 'database');
      expect(() => renderSchemaSql(snapshot)).toThrow(`schema.sql cannot contain ${name}`);
    } finally {
      await runner.rollbackTransaction();
      await runner.release();
    }
  });
});
