import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { diff } from '../../../src/schema/diff.js';
import { SHIPPED_SNAPSHOT } from '../../../src/schema/shipped-snapshot.js';
import type { Snapshot } from '../../../src/schema/snapshot.js';
import { useDatabase } from '../../support/database.js';
import { snapshotReader } from './planting.js';
import { randomSchema, type RandomSchema } from './random-schema.js';

describe('what is the same', () => {
  const clients: pg.Client[] = [];
  afterAll(async () => {
    for (const client of clients) await client.end();
  });
  const db = useDatabase();

  const connect = async (url: string): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    clients.push(client);
    return client;
  };

  it('is found the same in 200 random schemas made twice, in another order and database', async () => {
    const made = await Promise.all([0, 1].map(async () => connect(await db.create({ bare: true }))));
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(randomSchema, fc.boolean(), async (schema, backwards) => {
        const [first, second] = await Promise.all(
          made.map((client, k) => snapshotAfter(client, k === 1 && backwards ? reordered(schema) : schema)),
        );
        expect(first).toBeDefined();
        if (first && second) expect(diff(first, second)).toEqual([]);
        runs += 1;
      }),
      { numRuns: 200, seed: 20261123 },
    );
    expect(runs).toBe(200);
  }, 60_000);

  it('is a migrated database and the snapshot in the package, whatever version made either', async () => {
    const client = await connect(db.url);
    await client.query('BEGIN');
    expect(diff(SHIPPED_SNAPSHOT, await snapshotReader(client)())).toEqual([]);
    await client.query('ROLLBACK');
  });

  it('is read in less than half a second, whatever the session is set to', async () => {
    const client = await connect(db.url);
    await client.query(`SET search_path = public; SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'German, DMY';
      SET quote_all_identifiers = on; SET extra_float_digits = 0; SET IntervalStyle = iso_8601; SET bytea_output = escape`);
    await client.query('BEGIN READ ONLY');
    const start = performance.now();
    const snapshot = await snapshotReader(client)();
    expect(performance.now() - start).toBeLessThan(500);
    expect(diff(SHIPPED_SNAPSHOT, snapshot)).toEqual([]);
    const { rows } = await client.query<{ TimeZone: string }>('SHOW TimeZone');
    expect(rows).toEqual([{ TimeZone: 'Asia/Tokyo' }]);
    await client.query('ROLLBACK');
  });
});

async function snapshotAfter(client: pg.Client, schema: RandomSchema): Promise<Snapshot> {
  await client.query(['BEGIN', ...schema.flat()].join('; '));
  try {
    return await snapshotReader(client)();
  } finally {
    await client.query('ROLLBACK');
  }
}

function reordered(schema: RandomSchema): RandomSchema {
  return schema.map((statements) => statements.toReversed());
}
