import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  type ColumnRule,
  type EntityClass,
  type FieldRules,
  getFields,
  type RowRule,
  getEntityRules,
} from '../../../src/columns/registry.js';
import { Author, CompetitiveMention, Post, Reply } from '../../../src/entities/index.js';
import { useDatabase } from '../../support/database.js';
import { Bench } from './bench.js';
import { type Catalog, readCatalog } from './checks.js';
import { type Disagreement, Tally } from './compare.js';
import { DIFFERENCES } from './differences.js';
import { dropKeys, writeDirectly } from './direct.js';
import { compareValues } from './run.js';
import { columnSubject, columnSubjects, rowSubject, rowSubjects, strayChecks, type Subject } from './subjects.js';
import type { Case } from './verdict.js';

/* Tests the tests: where the validator and PostgreSQL are made to differ, the run must report it with a value. */
const db = useDatabase();
let bench: Bench;
let original: Catalog;

beforeAll(async () => {
  bench = new Bench(db.dataSource);
  original = await readCatalog(db.dataSource);
});

describe('compareValues reports a CHECK', () => {
  test('whose upper bound is too high', async () => {
    await replaceCheck('opportunity_score_range', 'opportunity_score >= 0 AND opportunity_score <= 1.5');
    const [smallest, ...others] = await disagreements(await column(CompetitiveMention, 'opportunityScore'));
    expect(smallest).toMatchObject({ subject: 'CompetitiveMention.opportunityScore', validator: 'refuses (range)' });
    expect(smallest?.database).toBe('stores it');
    expect([smallest, ...others].map((one) => Number(one?.value)).every((score) => score > 1 && score <= 1.5)).toBe(
      true,
    );
  });

  test('whose upper bound is too low by the last bit', async () => {
    await replaceCheck('relationship_score_range', 'relationship_score >= 0 AND relationship_score < 1');
    expect(await disagreements(await column(Author, 'relationshipScore'))).toContainEqual({
      subject: 'Author.relationshipScore',
      value: '1',
      validator: 'accepts',
      database: 'refuses (23514 ck_authors__relationship_score_range)',
      detail: 'ck_authors__relationship_score_range: valid / violated',
    });
  });

  test('that differs from its rule although another CHECK refuses the same values', async () => {
    await replaceCheck('display_name_blank', "display_name <> ''");
    await replaceCheck('handle_length', 'char_length(handle) <= 50');
    const [blank, length] = [await column(Author, 'displayName'), await column(Author, 'handle')];
    expect((await disagreements(blank)).length).toBeGreaterThan(0);
    expect(await disagreements(length)).toContainEqual(
      expect.objectContaining({ value: "''", detail: 'ck_authors__handle_length: violated / valid' }),
    );
  });

  test('on several columns that accepts everything', async () => {
    await replaceCheck('deleted_is_posted', 'deleted_at IS NULL OR deleted_at IS NOT NULL');
    const found = await disagreements(await row(Reply, 'deleted_is_posted'));
    expect(found[0]).toMatchObject({ validator: 'refuses (deleted_is_posted)', database: 'stores it' });
  });

  test('that no rule declares, and a missing one', async () => {
    await db.dataSource.query(`
      ALTER TABLE posts ADD CONSTRAINT ck_posts__extra CHECK (error_count < 100), DROP CONSTRAINT ck_posts__content_length
    `);
    const catalog = await readCatalog(db.dataSource);
    const subjects = [...columnSubjects(db.dataSource, catalog), ...rowSubjects(db.dataSource, catalog)];
    expect(strayChecks(catalog, subjects)).toEqual([
      'ck_posts__extra is declared by no rule',
      'ck_posts__content_length is not in the database',
    ]);
    expect((await disagreements(await column(Post, 'content'))).length).toBeGreaterThan(0);
    expect((await disagreements(await column(Post, 'errorCount'))).length).toBeGreaterThan(0);
  });
});

describe('compareValues reports a rule that accepts everything', () => {
  test.each<[EntityClass, string, string]>([
    [Reply, 'content', 'contains'],
    [Author, 'followerCount', 'range'],
    [Post, 'keywordCategories', 'items'],
    [Author, 'platform', 'choice'],
    [Post, 'detectedAt', 'range'],
  ])('%p.%s, rule %s', async (entity, property, kind) => {
    const lax = await column(entity, property, original, ({ rules, presence }) => ({
      presence,
      rules: rules.map((rule): ColumnRule => (rule.kind === kind ? { ...rule, isValid: () => true } : rule)),
    }));
    const found = await disagreements(lax);
    expect(found.length).toBeGreaterThan(0);
    expect(found.every(({ subject }) => subject === `${entity.name}.${property}`)).toBe(true);
  });

  test('on several columns', async () => {
    const found = await disagreements(
      await row(Reply, 'posted_is_approved', (rule) => ({ ...rule, isValid: () => true })),
    );
    expect(found[0]).toMatchObject({ validator: 'accepts' });
    expect(found[0]?.database).toMatch(/^refuses \(23514 ck_replies__posted_is_approved\)$/);
  });

  test('or that accepts null', async () => {
    const lax = await column(Author, 'handle', original, ({ rules }) => ({
      rules,
      presence: { nullable: true, optional: true },
    }));
    expect(await disagreements(lax)).toContainEqual(
      expect.objectContaining({ value: 'null', database: 'refuses (23502)' }),
    );
  });
});

describe('the list of differences', () => {
  test('excuses no difference that is not listed', async () => {
    const listed = DIFFERENCES.filter(({ name }) => name !== 'uuid_spelling');
    const found = await disagreements(await column(Post, 'authorId'), new Tally(listed));
    expect(found[0]).toMatchObject({
      validator: 'refuses (uuid)',
      database: expect.stringMatching(/^stores/),
    });
  });

  test('reports the listed differences that did not occur', async () => {
    const tally = new Tally();
    await disagreements(await column(Post, 'authorId'), tally);
    expect(tally.stale).toEqual(expect.arrayContaining(['minus_zero', 'before_save_only']));
    expect(tally.stale).not.toContain('uuid_spelling');
  });
});

test('writeDirectly reports a result of the bench that differs from that of TypeORM', async () => {
  await dropKeys(db.dataSource);
  const subject = await column(Author, 'displayName', original);
  const { cases } = await compareValues(bench, subject, new Tally(), { seed: 1, runs: 1, shrink: false });
  const kept = cases.filter(({ outcome }) => outcome.kind === 'kept').slice(0, 2);
  const wrong = kept.map((one): Case => ({ ...one, outcome: { kind: 'refused', state: '23514', by: 'x' } }));
  const runner = db.dataSource.createQueryRunner();
  try {
    expect(await writeDirectly(runner, Author, kept, new Tally())).toEqual([]);
    expect(await writeDirectly(runner, Author, wrong, new Tally())).toHaveLength(2);
  } finally {
    await runner.release();
  }
});

async function disagreements(subject: Subject, tally = new Tally()): Promise<Disagreement[]> {
  return (await compareValues(bench, subject, tally, { seed: 1, runs: 100, shrink: true })).smallest;
}

async function column(
  entity: EntityClass,
  property: string,
  catalog?: Catalog,
  change: (field: FieldRules) => FieldRules = (field) => field,
): Promise<Subject> {
  const field = getFields(entity).get(property);
  if (!field) throw new Error(`${entity.name}.${property} has no rules.`);
  return columnSubject(db.dataSource, catalog ?? (await readCatalog(db.dataSource)), entity, property, change(field));
}

async function row(entity: EntityClass, meaning: string, change?: (rule: RowRule) => RowRule): Promise<Subject> {
  const rule = getEntityRules(entity).rows.find((candidate) => candidate.meaning === meaning);
  if (!rule) throw new Error(`${entity.name} has no rule ${meaning}.`);
  if (change) return rowSubject(db.dataSource, original, entity, change(rule));
  return rowSubject(db.dataSource, await readCatalog(db.dataSource), entity, rule);
}

async function replaceCheck(meaning: string, condition: string): Promise<void> {
  const check = original.checks.find(({ name }) => name.endsWith(`__${meaning}`));
  if (!check) throw new Error(`There is no CHECK ${meaning}.`);
  await db.dataSource.query(`
    ALTER TABLE ${check.table} DROP CONSTRAINT ${check.name}, ADD CONSTRAINT ${check.name} CHECK (${condition})
  `);
}
