import { describe, expect, it } from '@jest/globals';
import { LINT_RULES } from '../../../../src/operations/lint/rules/index.js';
import { MIGRATION_RULES } from '../../../../src/operations/lint/rules/migrations.js';
import { DATA_CASES } from './cases/data.js';
import { REMOVAL_CASES } from './cases/removals.js';
import { RIGHTS_CASES } from './cases/rights.js';
import { TABLE_CASES } from './cases/tables.js';
import { lint, lintEach, type Planted } from './support.js';

const CASES = { ...TABLE_CASES, ...REMOVAL_CASES, ...DATA_CASES, ...RIGHTS_CASES };
const rules = LINT_RULES.map((rule) => [rule.id, rule] as const);

describe('the lint rules', () => {
  it('all have test cases, and every test case belongs to a rule', () => {
    expect(Object.keys(CASES).sort()).toEqual(LINT_RULES.map(({ id }) => id).sort());
    expect(Object.values(CASES).filter(({ found }) => found.length === 0)).toEqual([]);
  });

  it('have unique ids', () => {
    expect(new Set(LINT_RULES.map(({ id }) => id)).size).toBe(LINT_RULES.length);
  });

  it('have one detector each, except those about the migration as a whole', () => {
    const detectors = LINT_RULES.map(({ id, squawk, find }) => ({ id, count: Number(!!squawk) + Number(!!find) }));
    expect(detectors.filter(({ count }) => count > 1)).toEqual([]);
    expect(detectors.filter(({ count }) => count === 0).map(({ id }) => id)).toEqual(
      MIGRATION_RULES.map(({ id }) => id),
    );
  });

  it('have a recipe each, except those about the migration as a whole', () => {
    expect(LINT_RULES.filter(({ recipe }) => recipe === undefined)).toEqual(MIGRATION_RULES);
  });
});

describe.each(rules)('the lint rule %s', (id, { recipe = [] }) => {
  const { found = [], clean = [] } = CASES[id] ?? {};

  it('reports each dangerous case as the only rule, reports no safe case, and can be suppressed', async () => {
    const reports = await lintEach([...found, ...clean]);
    const reported = reports.map(({ findings }) => findings.map(({ rule }) => rule));
    expect([...found, ...clean].map((planted, place) => [planted, reported[place]])).toEqual([
      ...found.map((planted) => [planted, [id]]),
      ...clean.map((planted) => [planted, []]),
    ]);
    if (id === 'syntax-error' || id === 'invalid-suppression') return;
    const suppressed = found.map((planted, place) =>
      suppress(planted, id, reports[place]?.findings[0]?.statement ?? 1),
    );
    for (const [place, report] of (await lintEach(suppressed)).entries()) {
      expect([found[place], report]).toMatchObject([found[place], { findings: [], accepted: [{ rule: id }] }]);
    }
  });

  it('has a recipe without findings', async () => {
    const steps = recipe.map(({ sql, transaction = true }) => ({ queries: [sql], transaction }));
    expect((await lint(steps)).findings).toEqual([]);
  });
});

/** Returns the migration with the suppression comment as a query of its own before the query with this number. */
function suppress(planted: Planted, id: string, number: number): Planted {
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
