import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { runMigrations } from '../../../src/operations/migrator/runner.js';
import { historySource, stamp } from './history.js';
import { withClient } from './query.js';

export interface Stall {
  /** Reads that began while the migration was under way. */
  readonly reads: number;
  /** The longest that one of them took, in milliseconds. */
  readonly longest: number;
  /** The same of a table that nobody changes: what the machine was worth at that time. */
  readonly elsewhere: number;
  /** From the end of the transaction that blocked to the end of the migration, in milliseconds. */
  readonly after: number;
  readonly notices: readonly string[];
}

/**
 * A transaction has read a table and stays open for so many milliseconds; meanwhile a migration wants to change that table, and
 * others read it all the time.
 *
 * @param url an empty database
 */
export async function stallOf(url: string, blockedMs: number): Promise<Stall> {
  const notices: string[] = [];
  let over = false;
  const readAllTheTime = async (client: pg.Client, table: string): Promise<number[]> => {
    const times: number[] = [];
    while (!over) {
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
        const reading = Promise.all([readAllTheTime(reader, 'busy'), readAllTheTime(other, 'quiet')]);
        const migration = { name: `Alter${stamp(1)}`, up: ['ALTER TABLE busy ADD COLUMN extra text'] };
        const migrating = runMigrations(historySource(url, [migration]), { onNotice: (line) => notices.push(line) });
        await sleep(blockedMs);
        await blocker.query('COMMIT');
        const released = performance.now();
        await migrating;
        const after = performance.now() - released;
        over = true;
        const [times, elsewhere] = await reading;
        return { reads: times.length, longest: Math.max(...times), elsewhere: Math.max(...elsewhere), after, notices };
      }),
    ),
  );
}
