import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { useDatabase } from '../../support/database.js';
import type { Case } from './case.js';
import { casesOf, CASES } from './cases.js';
import { guardsOf, keyOf, type Guard } from './guards.js';
import { TABLES } from './rows.js';
import { attackAll, gapsOf, type Finding, type Tally } from './runner.js';

/** In milliseconds. The several hundred statements for one table take a second on an idle machine. */
const TIMEOUT = 30_000;

describe('the migrated schema', () => {
  const db = useDatabase();
  const tally: Tally = new Map();

  let guards: Guard[];

  beforeAll(async () => {
    guards = await guardsOf(db.dataSource);
  });

  afterAll(() => {
    console.log(summaryOf(guards, tally));
  });

  it('has one test case for each constraint, enum column and trigger', async () => {
    expect(await gapsOf(db.dataSource, CASES)).toEqual([]);
  });

  describe.each(TABLES)('in table %s', (table) => {
    const cases = casesOf(table).map((guardCase) => ({ title: titleOf(guardCase), guard: keyOf(guardCase.guard) }));
    let findings: Finding[];

    beforeAll(async () => {
      findings = await attackAll(db.dataSource, casesOf(table), tally);
    }, TIMEOUT);

    it.each(cases)('$title', ({ guard }) => {
      expect(findings.filter((finding) => finding.guard === guard)).toEqual([]);
    });

    it('refuses and accepts nothing else in these cases', () => {
      expect(findings).toEqual([]);
    });
  });
});

/** `refuses 9 statements (23514, ck_replies__content_contains) and accepts 3 valid ones`. */
function titleOf({ guard, attacks, validCounterparts }: Case): string {
  const codes = [...new Set(attacks.map(({ refusal }) => refusal.code))].join(' or ');
  const name = guard.kind === 'not null' ? `NOT NULL of ${guard.name}` : guard.name;
  return `refuses ${attacks.length} statements (${codes}, ${name}) and accepts ${validCounterparts.length} valid ones`;
}

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
