import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { runMigrations } from '../../../src/operations/migrator/runner.js';
import { historySource, stamp } from './history.js';
import { withClient } from './query.js';

export interface Stall {
  /** Number of reads during the migration. */
  readonly reads: number;
  /** Duration of the longest read, in milliseconds. */
  readonly longest: number;
  /** Duration of the longest read of an unchanged table at the same time: the noise of the machine, in milliseconds. */
  readonly elsewhere: number;
  /** Milliseconds from the end of the blocking transaction to the end of the migration. */
  readonly after: number;
  readonly notices: readonly string[];
}

/**
 * Measures how long reads wait: a transaction that has read a table stays open, a migration wants to change that table, and other
 * sessions read it continuously.
 *
 * @param url an empty database
 * @param blockedMs milliseconds that the transaction stays open
 */
export async function stallOf(url: string, blockedMs: number): Promise<Stall> {
  const notices: string[] = [];
  let finished = false;
  const readContinuously = async (client: pg.Client, table: string): Promise<number[]> => {
    const times: number[] = [];
    while (!finished) {
      const begin = performance.now();
      await client.query(`SELECT count(*) FROM ${table}`);
      times.push(performance.now() - begin);
      await sleep(1);
    }
    return times;
  };
  return withClient(url, (blocker) =>
    withClient(url, (reader) =>
      withClient(url, async (other) => {
        for (const table of ['busy', 'quiet'])
          await other.query(
            `CREATE TABLE ${table} AS SELECT id, 'Ann'::text AS name FROM generate_series(1, 1000) AS id`,
          );
        await blocker.query(`BEGIN; SELECT /* mine */ count(*) FROM busy WHERE name = 'Ann' AND id > 10`);
        const reading = Promise.all([readContinuously(reader, 'busy'), readContinuously(other, 'quiet')]);
        const migration = { name: `Alter${stamp(1)}`, up: ['ALTER TABLE busy ADD COLUMN extra text'] };
        const migrating = runMigrations(historySource(url, [migration]), { onNotice: (line) => notices.push(line) });
        await sleep(blockedMs);
        await blocker.query('COMMIT');
        const released = performance.now();
        await migrating;
        const after = performance.now() - released;
        finished = true;
        const [times, elsewhere] = await reading;
        return { reads: times.length, longest: Math.max(...times), elsewhere: Math.max(...elsewhere), after, notices };
      }),
    ),
  );
}
