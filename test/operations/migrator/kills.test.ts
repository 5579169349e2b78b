import { describe, expect, it, jest } from '@jest/globals';
import { useDatabase } from '../../support/database.js';
import { countStatements, killAt } from '../../support/migrator/kill.js';
import { KILL_TIMES } from '../../support/migrator/statement-proxy.js';

jest.setTimeout(120_000);

/** Number of kill points; test/endurance/ covers all statements. */
const POINTS = 6;

describe('the next run after a runner was killed', () => {
  const db = useDatabase();

  it('completes the migrations, whichever statement the runner was killed at', async () => {
    const statements = await countStatements(await db.create({ bare: true }));
    expect(statements).toBeGreaterThan(60);
    const issues: string[] = [];
    for (let point = 0; point < POINTS; point += 1) {
      const statement = 1 + Math.floor(((point + 0.5) / POINTS) * statements);
      const moment = KILL_TIMES[point % KILL_TIMES.length] ?? 'before';
      issues.push(...(await killAt(await db.create({ bare: true }), statement, moment)));
    }
    expect(issues).toEqual([]);
  });
});
