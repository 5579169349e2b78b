import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EntityMetadata, ObjectLiteral, Repository, SaveOptions } from 'typeorm';
import * as entities from '../../../src/entities/index.js';
import { useDatabase } from '../../support/database.js';
import type { Row } from '../../support/rows.js';
import { keyOf, metadatas, newRow, store, WRITTEN_ONCE } from './population.js';

/*
 * A partial save writes only the given columns. After an update, TypeORM sets every nullable column that the object does not have to
 * null, and the next save would store these nulls. Tests every nullable column of every entity.
 */
const db = useDatabase();
let columns = 0;
let saves = 0;
let lost = 0;

afterAll(() => {
  process.stdout.write(`saves: ${columns} nullable columns, ${saves} partial saves, ${lost} values lost\n`);
});

const early = new Date('2026-01-02T03:04:05Z');
const late = new Date('2026-02-03T04:05:06Z');

/** For each entity a value of every nullable column but its foreign keys, and two changes that touch none of them. */
const CASES: readonly [entity: unknown, values: Row, change: Row, again: Row][] = [
  [entities.Author, { displayName: 'Ann' }, { followerCount: 7 }, { followerCount: 8 }],
  [
    entities.Post,
    { processedAt: late, rawMetrics: { likes: 1 }, errorMessage: 'It broke.', errorCount: 1 },
    { keywordMatches: ['head'] },
    { keywordMatches: ['ache'] },
  ],
  [
    entities.Experiment,
    { description: 'Which tone?', startDate: early, endDate: late, resultsJson: {}, winner: 'A', status: 'COMPLETED' },
    { trafficSplit: 0.7 },
    { trafficSplit: 0.6 },
  ],
  [
    entities.Reply,
    {
      ...{ platformPostId: 'r1', utmCode: 'vita_1', approvalStatus: 'APPROVED', approvedBy: 'ann', approvedAt: early },
      ...{ postedAt: early, metricsJson: {}, deletedAt: late, deleteReason: 'Asked for.' },
    },
    { helpCount: 7 },
    { helpCount: 8 },
  ],
  [entities.Competitor, { primaryMechanism: 'Sugar', pricePoint: 'HIGH' }, { isActive: false }, { isActive: true }],
  [
    entities.CommunityChampion,
    { dmSentAt: early, dmResponse: 'ACCEPTED' },
    { engagementCount: 7 },
    { engagementCount: 8 },
  ],
  [entities.KpiMetric, { platform: 'TWITTER' }, { value: 0.5 }, { value: 0.6 }],
  [
    entities.Escalation,
    { assignedTo: 'ann', resolvedBy: 'ann', resolutionNotes: 'Fine.', resolvedAt: late, status: 'RESOLVED' },
    { priority: 'HIGH' },
    { priority: 'LOW' },
  ],
  [entities.SegmentedWeight, { performance: 0.1 }, { sampleSize: 7 }, { sampleSize: 8 }],
];

type Stored = ObjectLiteral & { id: string };

interface Case {
  readonly name: string;
  readonly change: Row;
  readonly again: Row;
  readonly nullable: readonly string[];
  readonly repository: Repository<ObjectLiteral>;
  create(): Promise<string>;
}

const cases: Case[] = [];

beforeAll(() => {
  for (const [target, values, change, again] of CASES) {
    const metadata = db.dataSource.getMetadata(target as new () => ObjectLiteral);
    const nullable = metadata.columns.filter(({ isNullable }) => isNullable).map(({ propertyName }) => propertyName);
    columns += nullable.length;
    const repository = db.dataSource.getRepository(target as new () => ObjectLiteral);
    cases.push({
      name: metadata.name,
      change,
      again,
      nullable,
      repository,
      create: () => createFull(metadata, values),
    });
  }
});

/** A row with a value in every nullable column. */
async function createFull(metadata: EntityMetadata, values: Row): Promise<string> {
  const keys: Row = {};
  for (const relation of metadata.relationsWithJoinColumns) {
    keys[keyOf(relation)] = await store(db.dataSource, relation.inverseEntityMetadata.target);
  }
  const row = { ...newRow(metadata.target, keys), ...values };
  if (values.platformPostId) row.platformPostId = `r_${String(keys.decisionId).slice(0, 8)}`;
  const result = await db.dataSource
    .createQueryBuilder()
    .insert()
    .into(metadata.target)
    .values(row)
    .callListeners(false)
    .execute();
  return (result.identifiers[0] as Stored).id;
}

type Part = (row: Case, id: string) => Promise<ObjectLiteral>;

const PARTS: Record<string, Part> = {
  'a plain object': (_case, id) => Promise.resolve({ id }),
  'an instance': ({ repository }, id) => Promise.resolve(repository.create({ id })),
  'an instance with undefined properties': ({ repository, nullable }, id) =>
    Promise.resolve(
      Object.assign(repository.create({ id }), Object.fromEntries(nullable.map((name) => [name, undefined]))),
    ),
  'a row of which the id was selected': ({ repository }, id) =>
    repository.findOneOrFail({ select: { id: true }, where: { id } }),
  'a row that a query builder selected in part': ({ repository }, id) =>
    repository.createQueryBuilder('row').select(['row.id', 'row.createdAt']).where({ id }).getOneOrFail(),
};

const saveTwice = async (part: Part, options: SaveOptions): Promise<void> => {
  for (const row of cases) {
    const { repository, nullable, change, again } = row;
    const id = await row.create();
    const before = await repository.findOneByOrFail({ id });
    expect(nullable.filter((name) => before[name] === null)).toEqual([]);
    const given = Object.assign(await part(row, id), change);
    const keys = new Set([...Object.keys(given), 'updatedAt']);
    const saved = await repository.save(given, options);
    expect(saved).toBe(given);
    expect(nullable.filter((name) => saved[name] !== undefined)).toEqual([]);
    expect(Object.keys(saved).filter((name) => !keys.has(name))).toEqual([]);
    // A second save with another change, and one without a change.
    await repository.save([Object.assign(saved, again)], options);
    await repository.save(saved, options);
    saves += 3;
    const after = await repository.findOneByOrFail({ id });
    lost += nullable.filter((name) => after[name] === null).length;
    const expected = { ...before, ...again, updatedAt: after.updatedAt as unknown };
    expect({ ...after }).toEqual(expected);
  }
};

describe('a row saved twice stores and shows no other values', () => {
  test.each(Object.entries(PARTS))('for %s', async (_name, part) => saveTwice(part, {}), 60_000);

  test.each<SaveOptions>([{ reload: false }, { listeners: false }, { transaction: false }])(
    'with %j',
    async (options) => saveTwice((_case, id) => Promise.resolve({ id }), options),
    60_000,
  );
});

test('preload() and merge() save the given values', async () => {
  for (const row of cases) {
    const { repository, nullable, change } = row;
    const id = await row.create();
    const before = await repository.findOneByOrFail({ id });
    const preloaded = (await repository.preload({ id, ...change })) ?? {};
    await repository.save(preloaded);
    const merged = repository.merge(repository.create({ id }), change);
    await repository.save(merged);
    expect(nullable.filter((name) => merged[name] !== undefined)).toEqual([]);
    const after = await repository.findOneByOrFail({ id });
    for (const name of nullable) expect(after[name]).toEqual(before[name]);
  }
}, 60_000);

test('a null that is given is stored and shown', async () => {
  const authors = db.dataSource.getRepository(entities.Author);
  const id = await store(db.dataSource, entities.Author, { displayName: 'Ann' });
  expect(await authors.save({ id, displayName: null, powerTier: null })).toMatchObject({
    displayName: null,
    powerTierId: null,
  });
  expect(await authors.findOneByOrFail({ id })).toMatchObject({ displayName: null, powerTierId: null });
});

test('a new row shows the stored values: defaults, and null for absent values', async () => {
  for (const { target } of metadatas(db.dataSource)) {
    const repository = db.dataSource.getRepository(target);
    for (const id of [undefined, '6f8f1e6e-9d0c-4a7e-8f43-2b0f3c9f6a11']) {
      const row = newRow(target, { ...(id === undefined ? {} : { id }) });
      for (const relation of repository.metadata.relationsWithJoinColumns) {
        if (row[keyOf(relation)] !== undefined)
          row[keyOf(relation)] = await store(db.dataSource, relation.inverseEntityMetadata.target);
      }
      const saved = await repository.save(repository.create(row));
      expect(saved).toEqual(await repository.findOneByOrFail({ id: saved.id as string }));
    }
  }
}, 60_000);

test('every nullable column that may change is tested', () => {
  const expected = metadatas(db.dataSource)
    .filter(({ target }) => !WRITTEN_ONCE.includes(target))
    .flatMap(({ columns: all }) => all.filter(({ isNullable }) => isNullable));
  expect(columns).toBe(expected.length);
});
