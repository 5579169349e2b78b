import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BadRequestException, ValidationPipe } from '@nestjs/common';
import { LessThanOrEqual, type ObjectLiteral, type Repository } from 'typeorm';
import type { EntityClass } from '../../../src/columns/registry.js';
import * as entities from '../../../src/entities/index.js';
import { assertValid } from '../../../src/validation/assert-valid.js';
import { AuditEntryInput, ExperimentInput } from '../../../src/validation/inputs.js';
import { useDatabase } from '../../support/database.js';
import { ID, rowOf, type Row } from '../../support/rows.js';
import { refusalOf } from '../../unit/validation/refusal.js';
import { dropKeys } from '../../schema/agreement/direct.js';
import { unique } from './graph.js';

/*
 * Dates and plain objects of another realm: Jest runs tests in one, `node:vm` makes others, and structuredClone makes what it
 * copies in the realm of Node itself. They are no instances of this file's Date and Object, and must be stored all the same.
 */
const db = useDatabase();
/** Without foreign and unique keys: rows need no parents there. */
const keyless = useDatabase();

const TIME = '2026-02-03T04:05:06.789Z';
const LATER = '2026-02-03T04:05:06.790Z';
/** What must come after another. */
const timeOf = (property: string): string => (property === 'endDate' ? LATER : TIME);
const REALMS: Readonly<Record<string, (iso: string) => Date>> = {
  'this realm': (iso) => new Date(iso),
  'a vm context': (iso) => runInNewContext('new Date(iso)', { iso }) as Date,
  structuredClone: (iso) => structuredClone(new Date(iso)),
};
const realms = Object.entries(REALMS).map(([realm, make]) => ({ realm, make }));

/** What else a row needs where all its times are set. */
const COMPANY = new Map<EntityClass, Row>([
  [entities.Reply, { approvalStatus: 'APPROVED', approvedBy: 'op', platformPostId: 'p1', deleteReason: 'asked' }],
  [entities.Escalation, { status: 'RESOLVED', resolvedBy: 'op' }],
  [entities.Experiment, { status: 'COMPLETED' }],
  [entities.LearningEvent, { actualImprovement: 0.1, accuracy: 0.9 }],
  [entities.CommunityChampion, { dmResponse: 'ACCEPTED', sampleSent: true }],
]);

let stored = 0;

beforeAll(() => dropKeys(keyless.dataSource));
afterAll(() => {
  process.stdout.write(`times of three realms stored and read back: ${stored}\n`);
});

test('two of the three realms differ from this one', () => {
  expect(realms.map(({ make }) => make(TIME) instanceof Date)).toEqual([true, false, false]);
});

describe.each(realms)('a Date of $realm', ({ make }) => {
  test.each(entities.ENTITIES.map((entity): [string, EntityClass] => [entity.name, entity]))(
    'is stored as what it is in every timestamp of %s',
    async (_name, entity) => {
      const times = timesOf(entity);
      const row = { ...rowOf(entity), ...COMPANY.get(entity), ...mapOf(times, (property) => make(timeOf(property))) };
      const { identifiers } = await repositoryOf(entity, keyless.dataSource).insert(row);
      await expectTimes(entity, identifiers[0]?.id, times, keyless.dataSource);
    },
  );

  test('is stored by save, update, upsert and the query builder', async () => {
    const authors = repositoryOf(entities.Author);
    const row = (): Row =>
      rowOf(entities.Author, { platformId: unique(), firstSeenAt: make(TIME), lastSeenAt: make(TIME) });
    const saved = await authors.save(authors.create(row()));
    await expectTimes(entities.Author, saved.id, ['firstSeenAt', 'lastSeenAt']);
    for (const write of [
      (id: unknown) => authors.update({ id }, { lastSeenAt: make(TIME) }),
      (id: unknown) => authors.save({ id, lastSeenAt: make(TIME) }),
      (id: unknown) =>
        authors
          .createQueryBuilder()
          .update()
          .set({ lastSeenAt: make(TIME) })
          .where({ id })
          .execute(),
      async (id: unknown) =>
        authors.upsert({ ...(await authors.findOneByOrFail({ id })), lastSeenAt: make(TIME) }, [
          'platform',
          'platformId',
        ]),
    ]) {
      const { id } = (await authors.save(authors.create({ ...row(), lastSeenAt: new Date('2026-05-05') }))) as {
        id: string;
      };
      await write(id);
      await expectTimes(entities.Author, id, ['lastSeenAt']);
    }
  });

  test('that equals the stored one changes nothing', async () => {
    const authors = repositoryOf(entities.Author);
    const { id } = (await authors.save(
      authors.create(rowOf(entities.Author, { platformId: unique(), firstSeenAt: make(TIME), lastSeenAt: make(TIME) })),
    )) as { id: string };
    const loaded = await authors.findOneByOrFail({ id });
    await authors.save(Object.assign(loaded, { lastSeenAt: make(TIME) }));
    expect((await authors.findOneByOrFail({ id })).updatedAt).toEqual((loaded as { updatedAt: Date }).updatedAt);
  });

  test('finds rows in a query', async () => {
    const authors = repositoryOf(entities.Author);
    const platformId = unique();
    await authors.insert(rowOf(entities.Author, { platformId, firstSeenAt: make(TIME), lastSeenAt: make(TIME) }));
    expect(await authors.countBy({ platformId, lastSeenAt: make(TIME) })).toBe(1);
    expect(await authors.countBy({ platformId, lastSeenAt: LessThanOrEqual(make(TIME)) })).toBe(1);
  });

  test('is refused in a day column, and when it is invalid or out of range', () => {
    expect(refusalOf(entities.KpiMetric, rowOf(entities.KpiMetric, { date: make(TIME) }))).toEqual(['date:range']);
    for (const bad of ['x', '1969-12-31T23:59:59.999Z', '+010000-01-01T00:00:00Z']) {
      expect(refusalOf(entities.Post, rowOf(entities.Post, { detectedAt: make(bad) }))).toEqual(['detectedAt:range']);
    }
  });

  test('is accepted by assertValid and ValidationPipe', async () => {
    const data = {
      name: 'Tone',
      variantA: {},
      variantB: {},
      metric: 'ctr',
      startDate: make(TIME),
      endDate: make(LATER),
    };
    const pipe = new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: true });
    const transformed = (await pipe.transform(data, { type: 'body', metatype: ExperimentInput })) as ExperimentInput;
    for (const input of [assertValid(ExperimentInput, data), transformed]) {
      expect([input.startDate, input.endDate].map((date) => date?.toISOString())).toEqual([TIME, LATER]);
    }
    await expect(
      pipe.transform({ ...data, startDate: make('x') }, { type: 'body', metatype: ExperimentInput }),
    ).rejects.toThrow(BadRequestException);
  });
});

describe.each([
  ['structuredClone', <T>(value: T): T => structuredClone(value)],
  ['a vm context', <T>(value: T): T => runInNewContext('JSON.parse(text)', { text: JSON.stringify(value) }) as T],
])('plain objects and lists of %s', (_realm, copy) => {
  test('are accepted by assertValid, also nested', () => {
    const data = {
      entityType: 'reply',
      entityId: ID,
      action: 'edit',
      actor: 'op',
      detailsJson: { before: [{ a: 1 }] },
    };
    expect(assertValid(AuditEntryInput, copy(data))).toMatchObject(data);
    expect(() => assertValid(AuditEntryInput, { ...data, detailsJson: { before: new Map() } })).toThrow('plain data');
  });

  test('are stored by insert, save, update and upsert', async () => {
    const authors = repositoryOf(entities.Author);
    const history = [{ type: 'like', timestamp: TIME, count: 2 }];
    const row = (): Row =>
      copy(rowOf(entities.Author, { platformId: unique(), archetypeTags: ['parent'], interactionHistory: history }));
    const { identifiers } = await authors.insert(row());
    const { id } = (await authors.save(row())) as { id: string };
    const changed = (await authors.save(rowOf(entities.Author, { platformId: unique() }))) as { id: string };
    await authors.update(
      copy<Row>({ id: changed.id }),
      copy({ archetypeTags: ['parent'], interactionHistory: history }),
    );
    const upserted = row();
    await authors.upsert(upserted, ['platform', 'platformId']);
    for (const where of [identifiers[0], { id }, { id: changed.id }, { platformId: upserted.platformId }]) {
      expect(await authors.findOneByOrFail(copy(where as Row))).toMatchObject({
        archetypeTags: ['parent'],
        interactionHistory: history,
      });
    }
  });

  test('with a bare parent are refused like those of this realm', () => {
    const post = rowOf(entities.Post, { authorId: undefined, author: copy({}) });
    expect(refusalOf(entities.Post, post)).toContain('author:relation');
  });
});

function repositoryOf(entity: EntityClass, dataSource = db.dataSource): Repository<ObjectLiteral> {
  return dataSource.getRepository<ObjectLiteral>(entity);
}

function timesOf(entity: EntityClass): string[] {
  const { columns } = db.dataSource.getMetadata(entity as new () => object);
  return columns.filter(({ type }) => type === 'timestamptz').map(({ propertyName }) => propertyName);
}

function mapOf(names: readonly string[], value: (name: string) => unknown): Row {
  return Object.fromEntries(names.map((name) => [name, value(name)]));
}

async function expectTimes(
  entity: EntityClass,
  id: unknown,
  properties: readonly string[],
  dataSource = db.dataSource,
): Promise<void> {
  const metadata = dataSource.getMetadata(entity as new () => object);
  const times = properties.map((property) => {
    const column = metadata.findColumnWithPropertyName(property)?.databaseName ?? '';
    return `to_char("${column}" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  });
  const [row] = await dataSource.query<{ times: string[] }[]>(
    `SELECT ARRAY[${times.join(', ')}] AS times FROM "${metadata.tableName}" WHERE id = $1`,
    [id],
  );
  expect(row?.times).toEqual(properties.map(timeOf));
  const read = await repositoryOf(entity, dataSource).findOneByOrFail({ id });
  expect(read).toMatchObject(mapOf(properties, (property) => new Date(timeOf(property))));
  stored += properties.length;
}
