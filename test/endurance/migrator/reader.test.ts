import { describe, expect, it, jest } from '@jest/globals';
import { useDatabase } from '../../support/database.js';
import { stallOf } from '../../support/migrator/reader-stall.js';
import { report, rounds } from '../rounds.js';

jest.setTimeout(120_000);

describe('a reader that queues behind a migration, which waits for a long read', () => {
  const db = useDatabase();

  it('waits no longer than 250 ms, and the migration completes after the long read', async () => {
    const seconds = rounds(30);
    const { longest, elsewhere, reads, after, notices } = await stallOf(
      await db.create({ bare: true }),
      seconds * 1_000,
    );
    report(
      `table read for ${seconds} s: longest of ${reads} other reads ${longest.toFixed(0)} ms (of an unchanged table: ${elsewhere.toFixed(0)} ms); migrated ${after.toFixed(0)} ms after`,
    );
    expect(longest).toBeLessThan(250 + elsewhere);
    expect(after).toBeLessThan(10_000);
    expect(notices.at(-1)).toMatch(/a table is in use/);
  });
});
