import type { EventEmitter } from 'node:events';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { Author, CheckViolation, EntityNotFound, InvalidValue, UniqueViolation } from '@shared/db';
import { getAddress } from '../../../src/connection/client.js';
import { useDatabase } from '../../support/database.js';

const HANDLE = 'invented_handle';

describe('a DataSource', () => {
  const db = useDatabase();

  it('shows host, port and database of itself, and nothing else', async () => {
    const { dataSource } = db;
    const runner = dataSource.createQueryRunner();
    const client = (await runner.connect()) as object;
    const { master } = dataSource.driver as unknown as { master: object };
    for (const object of [dataSource, dataSource.options, dataSource.driver, runner, client, master]) {
      expect(JSON.parse(JSON.stringify(object))).toEqual(getAddress(dataSource));
      expect(inspect(object, { depth: null, showHidden: true })).toBe(inspect(getAddress(dataSource)));
    }
    await runner.release();
  });

  it('leaves nothing of itself on the connections that it gives back', async () => {
    const { dataSource } = db;
    const listeners = () =>
      dataSource.transaction(async (manager) => {
        const client = (await manager.queryRunner?.connect()) as EventEmitter;
        return client.listenerCount('error');
      });
    const first = await listeners();
    for (let round = 0; round < 5; round++) expect(await listeners()).toBe(first);
  });

  it('throws typed errors, by whatever way it is asked', async () => {
    const { dataSource } = db;
    await dataSource.query(`CREATE TABLE birds (name text UNIQUE, CONSTRAINT ck_birds CHECK (name <> 'cuckoo'))`);
    await dataSource.query('INSERT INTO birds VALUES ($1)', [HANDLE]);
    const insert = dataSource.createQueryBuilder().insert().into('birds').values({ name: HANDLE });
    for (const ask of [
      () => dataSource.query('INSERT INTO birds VALUES ($1)', [HANDLE]),
      () => dataSource.manager.query('INSERT INTO birds VALUES ($1)', [HANDLE]),
      () => dataSource.transaction((manager) => manager.query('INSERT INTO birds VALUES ($1)', [HANDLE])),
      () => insert.execute(),
    ]) {
      const error: unknown = await ask().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(UniqueViolation);
      expect(inspect(error, { depth: null, showHidden: true })).not.toContain(HANDLE);
    }
    await expect(dataSource.query(`INSERT INTO birds VALUES ('cuckoo')`)).rejects.toThrow(CheckViolation);
  });

  it('names the table that a role may not use', async () => {
    const denied = db.dataSource.transaction(async (manager) => {
      await manager.query('SET LOCAL ROLE pg_signal_backend');
      await manager.query('SELECT FROM authors');
    });
    await expect(denied).rejects.toMatchObject({ code: 'PERMISSION_DENIED', table: 'authors' });
  });

  it('says that a parameter has no form to be sent in', async () => {
    const circle: Record<string, unknown> = { handle: HANDLE };
    circle.self = circle;
    const error: unknown = await db.dataSource.query('SELECT $1::jsonb', [circle]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidValue);
    expect(inspect(error, { depth: null })).not.toContain(HANDLE);
  });

  it('names the entity of which there is none, and not what it was looked for by', async () => {
    const { manager } = db.dataSource;
    const authors = db.dataSource.getRepository(Author);
    const builder = authors.createQueryBuilder('a').where('a.handle = :handle', { handle: HANDLE });
    for (const ask of [
      () => authors.findOneByOrFail({ handle: HANDLE }),
      () => authors.findOneOrFail({ where: { handle: HANDLE } }),
      () => manager.findOneByOrFail(Author, { handle: HANDLE }),
      () => builder.getOneOrFail(),
      () => builder.clone().getOneOrFail(),
      () => db.dataSource.transaction((inner) => inner.findOneByOrFail(Author, { handle: HANDLE })),
    ]) {
      const error: unknown = await ask().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        entity: 'Author',
        code: 'ENTITY_NOT_FOUND',
        message: 'There is no Author that matches.',
      });
      expect(error).toBeInstanceOf(EntityNotFound);
      expect(inspect(error, { depth: null, showHidden: true })).not.toContain(HANDLE);
    }
  });
});
