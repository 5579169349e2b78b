import { describe, expect, it } from '@jest/globals';
import { LINT_RULES } from '../../../../src/operations/lint/rules/index.js';
import { DATA_CASES } from './cases/data.js';
import { REMOVAL_CASES } from './cases/removals.js';
import { RIGHTS_CASES } from './cases/rights.js';
import { TABLE_CASES } from './cases/tables.js';
import { lint, lintEach, type Planted } from './support.js';

const CASES = { ...TABLE_CASES, ...REMOVAL_CASES, ...DATA_CASES, ...RIGHTS_CASES };
const named = LINT_RULES.map((rule) => [rule.id, rule] as const);

describe('the rules of migration:lint', () => {
  it('all have cases, and there are no cases without a rule', () => {
    expect(Object.keys(CASES).sort()).toEqual(LINT_RULES.map(({ id }) => id).sort());
    expect(Object.values(CASES).filter(({ found }) => found.length === 0)).toEqual([]);
  });

  it('can be told apart by id, and all have a recipe but those about reading', () => {
    expect(new Set(LINT_RULES.map(({ id }) => id)).size).toBe(LINT_RULES.length);
    expect(LINT_RULES.filter(({ recipe }) => recipe === undefined).map(({ id }) => id)).toEqual([
      'squawk',
      'syntax-error',
      'not-collected',
      'made-up-answer',
      'empty-migration',
      'bad-acceptance',
    ]);
  });
});

describe.each(named)('%s', (id, { recipe = [] }) => {
  const { found = [], clean = [] } = CASES[id] ?? {};

  it('finds what it is there for, and no other rule says the same again; leaves its neighbours alone', async () => {
    const reports = await lintEach([...found, ...clean]);
    const rules = reports.map(({ findings }) => findings.map(({ rule }) => rule));
    expect([...found, ...clean].map((planted, place) => [planted, rules[place]])).toEqual([
      ...found.map((planted) => [planted, [id]]),
      ...clean.map((planted) => [planted, []]),
    ]);
    if (id === 'syntax-error' || id === 'bad-acceptance') return;
    const accepted = found.map((planted, place) => accept(planted, id, reports[place]?.findings[0]?.statement ?? 1));
    for (const [place, report] of (await lintEach(accepted)).entries()) {
      expect([found[place], report]).toMatchObject([found[place], { findings: [], accepted: [{ rule: id }] }]);
    }
  });

  it('shows a way that is clean', async () => {
    const steps = recipe.map(({ sql, transaction = true }) => ({ queries: [sql], transaction }));
    expect((await lint(steps)).findings).toEqual([]);
  });
});

/** The same migration, with a query before that one which is nothing but a comment. */
function accept(planted: Planted, id: string, number: number): Planted {
  const comment = `-- lint: accept ${id}: rehearsed`;
  if (typeof planted === 'string') return { queries: [comment, planted] };
  if ('queries' in planted) return { ...planted, queries: planted.queries.toSpliced(number - 1, 0, comment) };
  return {
    ...planted,
    up: async (queryRunner) => {
      await queryRunner.query(comment);
      await planted.up(queryRunner);
    },
  };
}
