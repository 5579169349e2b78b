import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rawQueryRunner } from '../../../src/connection/query-runner.js';
import { getEntityRules, type EntityClass } from '../../../src/columns/registry.js';
import { ENTITIES } from '../../../src/entities/index.js';
import { compileValidator } from '../../../src/validation/compiled-validator.js';
import { listViolations } from '../../../src/validation/validate-entity.js';
import { useDatabase } from '../../support/database.js';
import { rowOf } from '../../support/rows.js';
import { Bench } from './bench.js';
import { readCatalog } from './checks.js';
import { Tally } from './compare.js';
import { DIFFERENCES } from './differences.js';
import { dropKeys, sampleOf, writeDirectly } from './direct.js';
import { compareValues, valuesOf } from './run.js';
import { columnSubjects, rowSubjects, strayChecks, type Subject } from './subjects.js';
import type { Case } from './verdict.js';

/*
 * Each rule is written once and enforced twice: by the validator before save, and by PostgreSQL. These tests give both the same values,
 * at every bound and beyond, and compare the results. `AGREEMENT_SEED=… AGREEMENT_RUNS=… npm test` uses other or more values.
 */
const RUNS = 180;
const options = {
  seed: Number(process.env.AGREEMENT_SEED ?? 20_261_123),
  runs: Number(process.env.AGREEMENT_RUNS ?? RUNS),
};
/** The number of rows that TypeORM itself writes for each subject and kind of verdict. */
const DIRECT = 4;

/** The number of disagreements after which fast-check shrinks no more of them. */
const SHRUNK = 20;

const db = useDatabase();
const tally = new Tally();
const sample = new Map<EntityClass, Case[]>();
let columns: Subject[];
let rows: Subject[];
let bench: Bench;

beforeAll(async () => {
  const catalog = await readCatalog(db.dataSource);
  columns = columnSubjects(db.dataSource, catalog);
  rows = rowSubjects(db.dataSource, catalog);
  bench = new Bench(db.dataSource);
});

afterAll(() => {
  const counts = { columns: rulesIn(columns), rows: rows.length };
  const written = [...sample.values()].flat().length;
  process.stdout.write(
    `agreement seed ${options.seed}, ${options.runs} values besides the edges, ${written} rows written by TypeORM itself\n` +
      `rules ${counts.columns + counts.rows} (columns ${counts.columns}, rows ${counts.rows}), ` +
      `agreement cases ${tally.cases}, disagreements ${tally.disagreements.length}, listed differences ${tally.differences.size}\n`,
  );
});

test('the database has exactly the CHECKs that the rules declare', async () => {
  expect(strayChecks(await readCatalog(db.dataSource), [...columns, ...rows])).toEqual([]);
});

test('a rule without a CHECK is enforced before save only, and declares the reason', () => {
  const unchecked = rows.filter(({ checks }) => checks.length === 0);
  expect(unchecked.map(({ name }) => name)).toEqual(
    rows.filter(({ rule }) => rule?.beforeSaveOnly !== undefined).map(({ name }) => name),
  );
});

test('the validator and PostgreSQL accept and refuse the same values of every column', async () => {
  expect(columns.map(({ entity }) => entity)).toEqual(expect.arrayContaining([...ENTITIES]));
  expect(await disagreementsOver(columns)).toEqual([]);
}, 60_000);

test('the validator and PostgreSQL accept and refuse the same rows by every rule on several columns', async () => {
  expect(rows).toHaveLength(ENTITIES.reduce((count, entity) => count + getEntityRules(entity).rows.length, 0));
  expect(await disagreementsOver(rows)).toEqual([]);
}, 60_000);

test('a compiled validator lists the same violations as validateEntity for every value of every column and rule', () => {
  const different = new Set<string>();
  let [cases, accepted] = [0, 0];
  for (const subject of [...columns, ...rows]) {
    const { entity } = subject;
    const validate = compileValidator(entity as new () => object);
    const { edges, any } = valuesOf(subject);
    // Every fifth of many edges, because some are a MiB of JSON.
    const few = edges.filter((_, place) => edges.length < 60 || place % 5 === 0);
    for (const values of [...few, ...fc.sample(any, { seed: options.seed, numRuns: 20 })]) {
      const row = rowOf(
        entity,
        Object.fromEntries(subject.columns.map(({ propertyName }, n) => [propertyName, values[n]])),
      );
      const violations = validate(row);
      if (!isDeepStrictEqual(violations, listViolations(entity, row, { write: 'insert' }))) different.add(subject.name);
      cases += 1;
      if (violations.length === 0) accepted += 1;
    }
  }
  expect([...different]).toEqual([]);
  expect(accepted).toBeGreaterThan(cases / 10);
  process.stdout.write(`compiled validators: ${cases} rows, ${accepted} of them valid, same violations\n`);
}, 60_000);

test('PostgreSQL accepts and refuses the same rows when TypeORM writes them without the validating subscriber', async () => {
  await dropKeys(db.dataSource);
  const runner = rawQueryRunner(db.dataSource);
  try {
    await runner.query('SET synchronous_commit TO off');
    const found = [];
    for (const [entity, cases] of sample) found.push(...(await writeDirectly(runner, entity, cases, tally)));
    expect(found).toEqual([]);
  } finally {
    await runner.release();
  }
}, 60_000);

test('each rule accepted and refused at least one value in this run', () => {
  const never = [...columns, ...rows].flatMap(({ name, promised, rule }) =>
    [name, ...promised].filter((check) => {
      const { accepted, refused } = tally.agreed.get(check) ?? { accepted: 0, refused: 0 };
      return accepted === 0 || (refused === 0 && rule?.beforeSaveOnly === undefined);
    }),
  );
  expect(never).toEqual([]);
});

test('each listed difference occurred in this run', () => {
  expect(tally.stale).toEqual([]);
  expect(new Set(DIFFERENCES.map(({ name }) => name)).size).toBe(DIFFERENCES.length);
});

test('this run compared at least 100,000 cases', () => {
  expect(tally.cases).toBeGreaterThanOrEqual(options.runs < RUNS ? 1 : 100_000);
});

async function disagreementsOver(subjects: readonly Subject[]): Promise<unknown[]> {
  const found = [];
  for (const subject of subjects) {
    const { cases, smallest } = await compareValues(bench, subject, tally, {
      ...options,
      shrink: found.length < SHRUNK,
    });
    found.push(...smallest);
    sample.set(subject.entity, [...(sample.get(subject.entity) ?? []), ...sampleOf(cases, DIRECT)]);
  }
  return found;
}

function rulesIn(subjects: readonly Subject[]): number {
  return subjects.reduce((count, { field }) => count + (field?.rules.length ?? 0), 0);
}
