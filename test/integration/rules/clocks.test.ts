import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type EntityClass, getFields, getEntityRules } from '../../../src/columns/registry.js';
import { Author, ENTITIES, Escalation, Experiment, LearningEvent, Post, Reply } from '../../../src/entities/index.js';
import { dropOtherKeys } from '../../matrices/rules/paths.js';
import { useDatabase } from '../../support/database.js';
import { type Row, rowOf } from '../../support/rows.js';
import { unique } from '../validation/graph.js';

/*
 * A service’s clock is never quite that of the server, nor that of another service. No rule may depend on which of them is ahead.
 */
const db = useDatabase();
/** With its unique keys. */
const whole = useDatabase();

beforeAll(async () => {
  await dropOtherKeys(db.dataSource);
});

/** Seconds by which the clock of the client is ahead of the server’s. */
const SKEWS = [-5, -0.005, 0, 0.005, 5];

const at = (seconds: number): Date => new Date(Date.now() + seconds * 1000);

const timesOf = (entity: EntityClass): string[] =>
  [...getFields(entity)]
    .filter(([, { rules }]) => rules.some(({ message }) => message.startsWith('must be a valid Date')))
    .map(([property]) => property);

test('no rule compares two times, except the planned dates of an experiment, which one person sets', () => {
  const found = ENTITIES.flatMap((entity) =>
    getEntityRules(entity)
      .rows.filter(({ properties, sql = '' }) => {
        const times = properties.filter((property) => timesOf(entity).includes(property));
        return times.length > 1 && (sql === '' || /[<>]/.test(sql.replaceAll('<>', '')));
      })
      .map(({ meaning }) => `${entity.name} ${meaning}`),
  );
  expect(found).toEqual(['Experiment ends_after_start']);
});

describe.each(SKEWS)('with a clock that is %d s ahead', (skew) => {
  test('200 new authors in one upsert are stored, those first seen by the server’s clock', async () => {
    const authors = whole.dataSource.getRepository(Author);
    const batch = Array.from({ length: 200 }, () => ({
      ...{ platform: 'TWITTER' as const, platformId: unique(), handle: 'ann', lastSeenAt: at(skew) },
    }));
    await authors.upsert(batch, ['platform', 'platformId']);
    const again = batch.map((author) => ({ ...author, lastSeenAt: at(skew) }));
    await authors.upsert(again, ['platform', 'platformId']);
    const ids = batch.map(({ platformId }) => platformId);
    const stored = await authors.createQueryBuilder('a').where('a.platformId IN (:...ids)', { ids }).getCount();
    expect(stored).toBe(200);
  });

  test('every time of every entity may be set on insert, alone or with all others', async () => {
    let rows = 0;
    for (const entity of ENTITIES) {
      const times = timesOf(entity);
      const given = [...times.map((time) => [time]), times];
      for (const properties of given) {
        const company = Object.assign({}, ...properties.map((property) => COMPANY[property]?.() ?? {})) as Row;
        const moments = Object.fromEntries(properties.map((property) => [property, at(skew)]));
        const row = rowOf(entity, { ...company, ...opposite(company, skew), ...moments, id: randomUUID() });
        await db.dataSource.getRepository(entity).insert(row);
        rows += 1;
      }
    }
    expect(rows).toBeGreaterThan(60);
  });

  test('a reply is approved, posted and deleted, each step with a clock on the other side', async () => {
    const replies = db.dataSource.getRepository(Reply);
    const reply = await replies.save(rowOf(Reply) as Partial<Reply>);
    const life: Partial<Reply>[] = [
      { approvalStatus: 'APPROVED', approvedBy: 'operator-1', approvedAt: at(skew) },
      { postedAt: at(-skew), platformPostId: unique() },
      { deletedAt: at(skew * 3), deleteReason: 'It missed the tone.' },
    ];
    for (const step of life) await replies.update({ id: reply.id }, step as never);
    expect(await replies.findOneByOrFail({ id: reply.id })).toMatchObject(Object.assign({}, ...life) as object);
  });

  test('posts, escalations, experiments and learning events are updated with other clocks', async () => {
    const store = async (entity: new () => object, row: Row = {}): Promise<string> =>
      ((await db.dataSource.manager.insert(entity, rowOf(entity, row))).identifiers[0] as { id: string }).id;
    const post = await store(Post, { platformPostId: unique(), detectedAt: undefined });
    await db.dataSource.manager.update(Post, { id: post }, { processedAt: at(skew) });
    const escalation = await store(Escalation);
    const closing = { status: 'RESOLVED', resolvedBy: 'operator-1', resolvedAt: at(skew) } as const;
    await db.dataSource.manager.update(Escalation, { id: escalation }, closing);
    const event = await store(LearningEvent);
    const measured = { actualImprovement: 0.1, accuracy: 0.95, evaluatedAt: at(skew) };
    await db.dataSource.manager.update(LearningEvent, { id: event }, measured);
    const experiment = await store(Experiment);
    await db.dataSource.manager.update(Experiment, { id: experiment }, { status: 'RUNNING', startDate: at(skew) });
    // Cancelled at once, by somebody else.
    await db.dataSource.manager.update(Experiment, { id: experiment }, { status: 'CANCELLED', endDate: at(-skew) });
    expect(await db.dataSource.getRepository(Experiment).findOneByOrFail({ id: experiment })).toMatchObject({
      status: 'CANCELLED',
    });
  });
});

/** What a row needs where it has this time. */
const COMPANY: Readonly<Record<string, () => Row>> = {
  approvedAt: () => ({ approvalStatus: 'APPROVED', approvedBy: 'operator-1' }),
  postedAt: () => ({ ...approval(), platformPostId: unique() }),
  deletedAt: () => ({ ...approval(), platformPostId: unique(), postedAt: new Date(), deleteReason: 'Tone.' }),
  resolvedAt: () => ({ status: 'RESOLVED', resolvedBy: 'operator-1' }),
  evaluatedAt: () => ({ actualImprovement: 0.1, accuracy: 0.95 }),
  startDate: () => ({ status: 'RUNNING' }),
  endDate: () => ({ status: 'CANCELLED' }),
};

function approval(): Row {
  return { approvalStatus: 'APPROVED', approvedBy: 'operator-1', approvedAt: new Date() };
}

/** The times of the company are those of another clock. */
function opposite(company: Row, skew: number): Row {
  const times = Object.entries(company).filter(([, value]) => value instanceof Date);
  return Object.fromEntries(times.map(([property]) => [property, at(-skew)]));
}
