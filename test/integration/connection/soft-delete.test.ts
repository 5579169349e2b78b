import { afterAll, describe, expect, test } from '@jest/globals';
import { SoftDeleteUnavailable } from '@shared/db';
import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';
import { ENTITIES } from '../../../src/entities/index.js';
import { useDatabase } from '../../support/database.js';
import { ID, rowOf } from '../../support/rows.js';

const db = useDatabase();
let count = 0;

afterAll(() => {
  console.log(`soft deletes: ${count} combinations of an entity and a way, all refused with what to do`);
});

type Entity = EntityTarget<ObjectLiteral>;

/** Each way in which TypeORM deletes softly, or takes that back. */
const WAYS: Readonly<Record<string, (dataSource: DataSource, entity: Entity, row: ObjectLiteral) => Promise<unknown>>> =
  {
    'softDelete() of a repository': (db, entity) => db.getRepository(entity).softDelete({ id: ID }),
    'softDelete() of a manager': (db, entity) => db.manager.softDelete(entity, ID),
    'softDelete() in a transaction': (db, entity) => db.transaction((m) => m.softDelete(entity, ID)),
    'restore() of a repository': (db, entity) => db.getRepository(entity).restore({ id: ID }),
    'softRemove() of a repository': (db, entity, row) => db.getRepository(entity).softRemove(row),
    'softRemove() of several': (db, entity, row) => db.getRepository(entity).softRemove([row, row]),
    'softRemove() of a manager, by the class': (db, entity, row) => db.manager.softRemove(entity, row),
    'softRemove() of a manager, by the object': (db, _entity, row) => db.manager.softRemove(row),
    'recover() of a repository': (db, entity, row) => db.getRepository(entity).recover(row),
    'recover() of a manager, by the object': (db, _entity, row) => db.manager.recover([row]),
    'softDelete() of a query builder of the DataSource': (db, entity) =>
      db.createQueryBuilder().softDelete().from(entity).where({ id: ID }).execute(),
    'softDelete() of a query builder of a repository': (db, entity) =>
      db.getRepository(entity).createQueryBuilder('x').softDelete().where('id = :id', { id: ID }).execute(),
    'restore() of a query builder in a transaction': (db, entity) =>
      db.transaction((m) => m.createQueryBuilder().restore().from(entity).where({ id: ID }).execute()),
  };

/** What is said of which entity. */
function adviceFor(name: string, properties: Readonly<Record<string, unknown>>): RegExp {
  if (name === 'Reply') return /set deletedAt and deleteReason/;
  if (name === 'AuditLog') return /never deleted/;
  return 'isActive' in properties ? /isActive: false/ : /delete\(\) or remove\(\)/;
}

describe.each(ENTITIES.map((entity) => [(entity as { name: string }).name, entity as Entity] as const))(
  '%s',
  (name, entity) => {
    test.each(Object.entries(WAYS))('%s says what to do instead', async (_way, ask) => {
      count += 1;
      const { dataSource } = db;
      const row = dataSource.getRepository(entity).create({ ...rowOf(entity as never), id: ID } as never);
      const error: unknown = await ask(dataSource, entity, row).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(SoftDeleteUnavailable);
      expect(error).toMatchObject({ entity: name, code: 'SOFT_DELETE_UNAVAILABLE' });
      const { propertiesMap } = dataSource.getMetadata(entity);
      expect((error as Error).message).toMatch(adviceFor(name, propertiesMap));
      expect((error as Error).message).not.toMatch(/\n|DeleteDateColumn/);
    });
  },
);

test('a reply is taken back as the message says', async () => {
  const { manager } = db.dataSource;
  const [{ id }] = (await manager.query(
    `INSERT INTO replies (platform, content, reply_type, approval_status, approved_by, approved_at, platform_post_id, posted_at)
     VALUES ('TWITTER', 'Plenty of water helps. —Antone (Vita)', 'MANUAL', 'APPROVED', 'ann', now(), '1', now()) RETURNING id`,
  )) as unknown as [{ id: string }];
  const { affected } = await manager.update('Reply', id, { deletedAt: new Date(), deleteReason: 'complaint' });
  expect(affected).toBe(1);
});
