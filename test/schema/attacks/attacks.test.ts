import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { useDatabase } from '../../support/database.js';
import { casesOf, CASES } from './cases.js';
import { guardsOf, keyOf, type Guard } from './guards.js';
import { TABLES } from './rows.js';
import { attackAll, gapsOf, type Tally } from './runner.js';

/** Several hundred statements for one table: a second at most, on a machine with nothing else to do. */
const PATIENCE = 30_000;

describe('the guards of the migrated schema', () => {
  const db = useDatabase();
  const tally: Tally = new Map();

  let guards: Guard[];

  beforeAll(async () => {
    guards = await guardsOf(db.dataSource);
  });

  afterAll(() => {
    console.log(summaryOf(guards, tally));
  });

  it('have one case each, and no case is without its guard', async () => {
    expect(await gapsOf(db.dataSource, CASES)).toEqual([]);
  });

  it.each(TABLES)(
    'of %s refuse every attack by their own name, and let its good twin pass',
    async (table) => {
      expect(await attackAll(db.dataSource, casesOf(table), tally)).toEqual([]);
    },
    PATIENCE,
  );
});

function summaryOf(guards: readonly Guard[], tally: Tally): string {
  const attacked = guards.filter((guard) => tally.has(keyOf(guard)));
  const kinds = [...new Set(guards.map(({ kind }) => kind))].map(
    (kind) => `${kind} ${guards.filter((guard) => guard.kind === kind).length}`,
  );
  const share = Math.floor((attacked.length / guards.length) * 100);
  const tries = [...tally.values()].reduce((sum, count) => sum + count, 0);
  return (
    `constraints in the catalog ${guards.length}, attacked ${attacked.length} (${share} %): ${kinds.join(', ')}; ` +
    `${tries} attempts`
  );
}
