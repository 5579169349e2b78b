import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { diff, type Difference } from '../../../src/operations/catalog/diff.js';
import { readSnapshot, type Snapshot } from '../../../src/operations/catalog/snapshot.js';
import { useDatabase } from '../../support/database.js';
import { preparedServer } from '../../support/databases.js';
import { FIXTURE, placeholders, READER, WRITER } from './fixture.js';

/** A manual change, the messages that report it, and `by hand` where the suggested SQL cannot undo all of it. */
export type Drift = readonly [plant: string, says: readonly string[], repair?: 'by hand'];

/** Returns a function that reads snapshots on a connection with an open transaction. The named statement is planned only once. */
export function snapshotReader(client: pg.Client): () => Promise<Snapshot> {
  return () =>
    readSnapshot(
      async <Row extends object>(text: string) => {
        const { rows } = await client.query<Row>(text.includes('WITH RECURSIVE') ? { name: 'snapshot', text } : text);
        return rows;
      },
      'public',
      'database',
    );
}

/** Returns a function that opens connections and closes them after the last test. Call it before `useDatabase()`, whose database must not be in use when it is dropped. */
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

/** Defines one test for each drift: changes a migrated database, compares the messages, runs the repairs, and rolls back. */
export function testDrifts(drifts: readonly Drift[]): void {
  let client: pg.Client;
  // Hooks run in this order: disconnect, drop the database, drop the roles that had privileges in it.
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

  it.each(drifts.map(([plant, says, repair = 'by the suggested SQL']) => ({ plant, says, repair })))(
    'diff reports: $plant (repaired $repair)',
    async ({ plant, says, repair }) => {
      await client.query('BEGIN');
      try {
        await client.query(names.fill(plant));
        const differences = diff(clean, await read());
        expect(differences.map(({ message }) => names.hide(message))).toEqual(says);
        const remaining = await runRepairs(differences);
        if (repair === 'by hand') expect(remaining).not.toEqual([]);
        else expect(remaining).toEqual([]);
      } finally {
        await client.query('ROLLBACK');
      }
    },
  );

  /** Runs the suggested SQL in up to three rounds, since a failed statement may succeed later. Returns the remaining differences. */
  async function runRepairs(differences: readonly Difference[]): Promise<readonly Difference[]> {
    let remaining = differences;
    for (let round = 0; round < 3 && remaining.some((difference) => difference.repair); round += 1) {
      for (const sql of new Set(remaining.map((difference) => difference.repair))) {
        if (sql !== undefined) await attempt(sql);
      }
      const before = JSON.stringify(remaining);
      remaining = diff(clean, await read());
      if (JSON.stringify(remaining) === before) break;
    }
    return remaining;
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
