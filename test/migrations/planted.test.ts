import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import type { MigrationClass } from '../../src/migrations/migration.js';
import { useDatabase } from '../support/database.js';
import { irreversible, reversible } from './planted.js';
import { changedCatalog, upgrade, wayDown, wayUp } from './round-trips.js';
import { openSite, type Site } from './site.js';

const MAKE_BIRDS = reversible(
  'MakeBirds',
  `CREATE TABLE birds (id int PRIMARY KEY, song text, legs int NOT NULL DEFAULT 2)`,
  `DROP TABLE birds`,
);
const NESTS = `CREATE TABLE nests (id int PRIMARY KEY, bird_id int REFERENCES birds)`;
const MAKE_NESTS = reversible('MakeNests', NESTS, `DROP TABLE nests`);
const NO_WAY_BACK = 'The songs are gone: restore the backup.';
const DROP_SONG = irreversible('DropSong', `ALTER TABLE birds DROP COLUMN song`, NO_WAY_BACK);

/** Two rows for each table that is there and empty. */
const ROWS: Readonly<Record<string, string>> = {
  birds: `INSERT INTO birds (id) VALUES (1), (2)`,
  'birds.song': `UPDATE birds SET song = CASE id WHEN 1 THEN 'tweet' ELSE 'caw' END WHERE song IS NULL`,
  nests: `INSERT INTO nests VALUES (1, 1), (2, 2)`,
};

async function fill(dataSource: DataSource): Promise<void> {
  const there = await dataSource.query<{ name: string }[]>(
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
     UNION ALL SELECT 'birds.song' FROM pg_attribute WHERE attrelid = to_regclass('birds') AND attname = 'song' ORDER BY 1`,
  );
  for (const { name } of there) {
    const [found] = await dataSource.query<unknown[]>(`SELECT FROM ${name.replace(/\..*/, '')} LIMIT 1`);
    if (!found || name.includes('.')) await dataSource.query(ROWS[name] ?? '');
  }
}

describe('round trips', () => {
  let site: Site;
  // Hooks run in the order they are written: let go of the database, then drop it.
  afterAll(() => site.close());
  const db = useDatabase();

  beforeAll(async () => {
    site = await openSite(await db.create({ bare: true }));
  });
  beforeEach(() => site.dataSource.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public'));

  const up = (...migrations: MigrationClass[]): Promise<string[]> => wayUp(site, migrations, fill);

  it('find nothing in correct migrations', async () => {
    const index = reversible(
      'IndexSongs',
      'CREATE INDEX CONCURRENTLY ix_birds__song ON birds (song)',
      'DROP INDEX CONCURRENTLY ix_birds__song',
      { transaction: false },
    );
    const migrations = [MAKE_BIRDS, MAKE_NESTS, index];
    expect(await up(...migrations)).toEqual([]);
    expect(await wayDown(site, migrations)).toEqual([]);
    expect(await site.contents()).toEqual({});
  });

  it('stop at an irreversible migration on the way down', async () => {
    const migrations = [MAKE_BIRDS, DROP_SONG, MAKE_NESTS];
    expect(await up(...migrations)).toEqual([]);
    expect(await wayDown(site, migrations)).toEqual([]);
    expect(await site.contents()).toMatchObject({ birds: '2', 'birds.legs': expect.any(String) });
    expect(await site.contents()).not.toHaveProperty('birds.song');
  });

  it.each<[string, MigrationClass, string]>([
    [
      'a down that leaves an index behind',
      reversible('AddIndex', 'CREATE INDEX IF NOT EXISTS ix_birds__song ON birds (song)', 'SELECT 1'),
      'AddIndex: down: index ix_birds__song is there, should not be',
    ],
    [
      'a down that takes too much',
      reversible('AddLegs', 'ALTER TABLE birds ALTER legs SET DEFAULT 2', 'ALTER TABLE birds ALTER legs DROP DEFAULT'),
      'AddLegs: down: birds.legs: default is none, should be 2',
    ],
    [
      'a down that brings a column back in another place',
      reversible('DropSong', 'ALTER TABLE birds DROP COLUMN song', 'ALTER TABLE birds ADD song text'),
      'DropSong: down: table birds: column order is id, legs, song, should be id, song, legs',
    ],
    [
      'a down that deletes rows of another table',
      reversible('MakeNests', NESTS, 'DROP TABLE nests; DELETE FROM birds'),
      'MakeNests: down: changes the rows of birds',
    ],
    [
      'an up that changes rows',
      reversible('ShoutSongs', 'UPDATE birds SET song = upper(song)', 'UPDATE birds SET song = lower(song)'),
      'ShoutSongs: up: changes the rows of birds.song',
    ],
    [
      'an up that moves values to other rows',
      reversible('SwapSongs', 'UPDATE birds SET song = (SELECT song FROM birds b WHERE b.id <> birds.id)', 'SELECT 1'),
      'SwapSongs: up: changes the rows of birds.song',
    ],
    [
      'TypeORM’s repair of a type: the column anew',
      reversible(
        'ShortenSong',
        'ALTER TABLE birds DROP song; ALTER TABLE birds ADD song varchar(9)',
        'ALTER TABLE birds ALTER song TYPE text',
      ),
      'ShortenSong: up: changes the rows of birds.song',
    ],
    [
      'a second up that does something else',
      reversible(
        'AddColour',
        `DO $$ BEGIN IF to_regclass('marks') IS NULL THEN ALTER TABLE birds ADD colour text; ELSE ALTER TABLE birds ADD colour int; END IF; END $$`,
        'ALTER TABLE birds DROP colour; CREATE TABLE marks (id int)',
      ),
      'AddColour: up again: birds.colour: type is integer, should be text',
    ],
    [
      'an irreversible one that can be reverted',
      irreversible('DropSong', 'ALTER TABLE birds DROP song', NO_WAY_BACK, { silent: true }),
      'DropSong: is irreversible, but its down was accepted',
    ],
    [
      'an irreversible one that fails for another reason',
      irreversible('DropSong', 'ALTER TABLE birds DROP song', NO_WAY_BACK, { first: 'SELECT 1 / 0' }),
      'DropSong: is irreversible, but its down was DropSong: down failed: division by zero',
    ],
    [
      'an irreversible one that gives no reason',
      irreversible('DropSong', 'ALTER TABLE birds DROP song', ' '),
      'DropSong: gives no reason why it is irreversible',
    ],
    [
      'an irreversible one that refuses half-way',
      irreversible('DropSong', 'ALTER TABLE birds DROP song', NO_WAY_BACK, {
        transaction: false,
        first: 'DELETE FROM birds WHERE id = 1',
      }),
      'DropSong: refused down: changes the rows of birds',
    ],
  ])('find %s', async (_, migration, issue) => {
    expect(await up(MAKE_BIRDS, migration)).toContain(issue);
  });

  it('find a second up that fails', async () => {
    const mood = reversible('AddMood', `CREATE TYPE mood AS ENUM ('calm')`, 'SELECT 1');
    await expect(up(MAKE_BIRDS, mood)).rejects.toThrow('AddMood: up failed: type "mood" already exists');
  });

  it('find an upgrade that gives a database with rows another schema, or loses rows', async () => {
    const unlessRows = reversible(
      'RequireSong',
      `DO $$ BEGIN IF NOT EXISTS (SELECT FROM birds) THEN ALTER TABLE birds ALTER song SET NOT NULL; END IF; END $$`,
      'ALTER TABLE birds ALTER song DROP NOT NULL',
    );
    const fresh = await upgrade(site, [], [MAKE_BIRDS, unlessRows], fill);
    await site.dataSource.query('DROP TABLE birds');
    const { catalog, issues } = await upgrade(site, [MAKE_BIRDS], [unlessRows], fill);
    expect(issues).toEqual([]);
    expect(changedCatalog('upgrade', fresh.catalog, catalog)).toEqual([expect.stringContaining('birds.song')]);

    await site.dataSource.query('DROP TABLE birds');
    const purge = reversible('Purge', 'DELETE FROM birds', 'SELECT 1');
    expect((await upgrade(site, [MAKE_BIRDS], [purge], fill)).issues).toContain(
      'upgrade from MakeBirds: changes the rows of birds',
    );
  });
});
