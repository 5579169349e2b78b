import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type pg from 'pg';
import { diff } from '../../../src/operations/catalog/diff.js';
import type { Snapshot } from '../../../src/operations/catalog/snapshot.js';
import { snapshotReader, useConnections } from '../../schema/drift/planting.js';
import { randomSchema, type RandomSchema } from './random-schema.js';
import { useDatabase } from '../../support/database.js';

describe('diff of 200 random schemas, each created twice', () => {
  const connect = useConnections();
  const db = useDatabase();

  it('finds no difference between two databases or two orders of statements', async () => {
    const clients = await Promise.all([0, 1].map(async () => connect(await db.create({ bare: true }))));
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(randomSchema, fc.boolean(), async (schema, backwards) => {
        const [first, second] = await Promise.all(
          clients.map((client, k) => snapshotAfter(client, k === 1 && backwards ? reordered(schema) : schema)),
        );
        expect(first).toBeDefined();
        if (first && second) expect(diff(first, second)).toEqual([]);
        runs += 1;
      }),
      { numRuns: 200, seed: 20261123 },
    );
    expect(runs).toBe(200);
  }, 60_000);
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
