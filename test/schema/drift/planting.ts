import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { diff, type Difference } from '../../../src/operations/catalog/diff.js';
import { readSnapshot, type Snapshot } from '../../../src/operations/catalog/snapshot.js';
import { useDatabase } from '../../support/database.js';
import { preparedServer } from '../../support/databases.js';
import { FIXTURE, placeholders, READER, WRITER } from './fixture.js';

/** What somebody does by hand, the sentences that tell of it, and whether the SQL said with them cannot undo all of it. */
export type Drift = readonly [plant: string, says: readonly string[], repair?: 'by hand'];

/** Reads snapshots on one connection with an open transaction; the long statement is planned once. */
export function snapshotReader(client: pg.Client): () => Promise<Snapshot> {
  return () =>
    readSnapshot(
      async (text) => {
        const { rows } = await client.query<object>(
          text.includes('WITH RECURSIVE') ? { name: 'snapshot', text } : text,
        );
        return rows;
      },
      'public',
      'database',
    );
}

/** Makes connections that are closed after the last test. Say it before `useDatabase()`: what is in use is not dropped. */
export function useConnections(): (url: string) => Promise<pg.Client> {
  const clients: pg.Client[] = [];
  afterAll(async () => {
    for (const client of clients) await client.end();
  });
  return async (url) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    clients.push(client);
    return client;
  };
}

/** One test for each drift: planted alone into a migrated database, told of, repaired, and rolled back. */
export function testDrifts(drifts: readonly Drift[]): void {
  let client: pg.Client;
  // Hooks run in the order they are written: let go of the database, drop it, drop the roles that had rights in it.
  afterAll(() => client.end());
  const db = useDatabase();
  afterAll(dropRoles);

  let read: () => Promise<Snapshot>;
  let clean: Snapshot;
  let names: ReturnType<typeof placeholders>;

  beforeAll(async () => {
    client = new pg.Client({ connectionString: db.url });
    await client.connect();
    await client.query(FIXTURE);
    read = snapshotReader(client);
    await client.query('BEGIN');
    clean = await read();
    await client.query('ROLLBACK');
    names = placeholders(clean);
  });

  it.each(drifts.map(([plant, says, repair = 'by itself']) => ({ plant, says, repair })))(
    '$plant',
    async ({ plant, says, repair }) => {
      await client.query('BEGIN');
      try {
        await client.query(names.fill(plant));
        const differences = diff(clean, await read());
        expect(differences.map(({ message }) => names.hide(message))).toEqual(says);
        const left = await repaired(differences);
        if (repair === 'by hand') expect(left).not.toEqual([]);
        else expect(left).toEqual([]);
      } finally {
        await client.query('ROLLBACK');
      }
    },
  );

  /** Runs the SQL said, as somebody would: what fails waits for the next round. Returns what is different after that. */
  async function repaired(differences: readonly Difference[]): Promise<readonly Difference[]> {
    let left = differences;
    for (let round = 0; round < 3 && left.some((difference) => difference.repair); round += 1) {
      for (const sql of new Set(left.map((difference) => difference.repair))) {
        if (sql !== undefined) await attempt(sql);
      }
      const before = JSON.stringify(left);
      left = diff(clean, await read());
      if (JSON.stringify(left) === before) break;
    }
    return left;
  }

  async function attempt(sql: string): Promise<void> {
    await client.query('SAVEPOINT attempt');
    try {
      await client.query(sql);
    } catch {
      await client.query('ROLLBACK TO SAVEPOINT attempt');
    }
  }
}

async function dropRoles(): Promise<void> {
  const server = new pg.Client({ connectionString: preparedServer().url });
  await server.connect();
  await server.query(`DROP ROLE ${READER}; DROP ROLE ${WRITER}`);
  await server.end();
}
