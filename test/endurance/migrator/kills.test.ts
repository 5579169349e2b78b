import { describe, expect, it, jest } from '@jest/globals';
import { useDatabase } from '../../support/database.js';
import { countStatements, killAt } from '../../support/migrator/kill.js';
import { KILL_TIMES } from '../../support/migrator/statement-proxy.js';
import { report, rounds } from '../rounds.js';

jest.setTimeout(3_600_000);

describe('the next run after a runner was killed at any statement', () => {
  const db = useDatabase();

  it('completes the migrations', async () => {
    const statements = await countStatements(await db.create({ bare: true }));
    const places = Array.from({ length: statements }, (_, place) =>
      KILL_TIMES.map((moment) => ({ statement: place + 1, moment })),
    ).flat();
    // With fewer rounds an evenly spaced selection.
    const wanted = Math.min(places.length, rounds(places.length) * 4);
    const chosen = Array.from({ length: wanted }, (_, n) => places[Math.floor((n * places.length) / wanted)]);
    const issues: string[] = [];
    for (const place of chosen) {
      if (place) issues.push(...(await killAt(await db.create({ bare: true }), place.statement, place.moment)));
    }
    report(
      `SIGKILL at ${chosen.length} of ${places.length} moments of ${statements} statements: ${issues.length} not completed by the next run`,
    );
    expect(issues).toEqual([]);
  });
});
