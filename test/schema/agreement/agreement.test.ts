import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rawQueryRunner } from '../../../src/connection/query-runner.js';
import { getEntityRules, type EntityClass } from '../../../src/columns/registry.js';
import { ENTITIES } from '../../../src/entities/index.js';
import { useDatabase } from '../../support/database.js';
import { Bench } from './bench.js';
import { readCatalog } from './checks.js';
import { Tally } from './compare.js';
import { DIFFERENCES } from './differences.js';
import { dropKeys, sampleOf, writeDirectly } from './direct.js';
import { askAbout } from './run.js';
import { columnSubjects, rowSubjects, strayChecks, type Subject } from './subjects.js';
import type { Case } from './verdict.js';

/*
 * Each rule is written once and enforced twice: before save and by PostgreSQL. Here both are asked about the same values, at
 * every bound and beyond, and must say the same. `AGREEMENT_SEED=… AGREEMENT_RUNS=… npm test` asks about others, or more.
 */
const RUNS = 180;
const options = {
  seed: Number(process.env.AGREEMENT_SEED ?? 20_261_123),
  runs: Number(process.env.AGREEMENT_RUNS ?? RUNS),
};
/** Of each kind of verdict, for each subject, written by TypeORM itself. */
const DIRECT = 4;

/** Disagreements after which no more are made smaller. */
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

test('the database has the CHECKs that the rules promise, and no others', async () => {
  expect(strayChecks(await readCatalog(db.dataSource), [...columns, ...rows])).toEqual([]);
});

test('rules that are asked before save only have no CHECK, and say why', () => {
  const unchecked = rows.filter(({ checks }) => checks.length === 0);
  expect(unchecked.map(({ name }) => name)).toEqual(
    rows.filter(({ rule }) => rule?.beforeSaveOnly !== undefined).map(({ name }) => name),
  );
});

test('validator and PostgreSQL say the same of every column', async () => {
  expect(columns.map(({ entity }) => entity)).toEqual(expect.arrayContaining([...ENTITIES]));
  expect(await disagreementsOver(columns)).toEqual([]);
}, 60_000);

test('validator and PostgreSQL say the same of every rule over several columns', async () => {
  expect(rows).toHaveLength(ENTITIES.reduce((count, entity) => count + getEntityRules(entity).rows.length, 0));
  expect(await disagreementsOver(rows)).toEqual([]);
}, 60_000);

test('TypeORM itself, writing whole rows without its subscriber, gets the same verdict', async () => {
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

test('each rule was seen to hold and to be broken, by both', () => {
  const never = [...columns, ...rows].flatMap(({ name, promised, rule }) =>
    [name, ...promised].filter((one) => {
      const { accepted, refused } = tally.agreed.get(one) ?? { accepted: 0, refused: 0 };
      return accepted === 0 || (refused === 0 && rule?.beforeSaveOnly === undefined);
    }),
  );
  expect(never).toEqual([]);
});

test('each listed difference occurred', () => {
  expect(tally.stale).toEqual([]);
  expect(new Set(DIFFERENCES.map(({ name }) => name)).size).toBe(DIFFERENCES.length);
});

test('there were enough cases', () => {
  expect(tally.cases).toBeGreaterThanOrEqual(options.runs < RUNS ? 1 : 100_000);
});

async function disagreementsOver(subjects: readonly Subject[]): Promise<unknown[]> {
  const found = [];
  for (const subject of subjects) {
    const { cases, smallest } = await askAbout(bench, subject, tally, { ...options, shrink: found.length < SHRUNK });
    found.push(...smallest);
    sample.set(subject.entity, [...(sample.get(subject.entity) ?? []), ...sampleOf(cases, DIRECT)]);
  }
  return found;
}

function rulesIn(subjects: readonly Subject[]): number {
  return subjects.reduce((count, { field }) => count + (field?.rules.length ?? 0), 0);
}
