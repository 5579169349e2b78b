import { describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { runSeeders, type Seeder, type SeederFactoryManager } from 'typeorm-extension';
import { Author, Escalation, Post, Reply } from '../../../src/entities/index.js';
import {
  FACTORIES,
  type Factories,
  makeFactories,
  saveWithParents,
  seederFactories,
} from '../../../src/seeds/factories/index.js';
import { useDatabase } from '../../support/database.js';

const db = useDatabase();
const now = new Date('2026-06-15T09:30:00.000Z');
const names = Object.keys(FACTORIES) as (keyof Factories)[];

describe('saveWithParents', () => {
  const make = makeFactories({ now, seed: 11 });

  it.each(names)('stores %s, and reads it back equal', async (name) => {
    const made = (make[name] as () => { id: string })();
    await saveWithParents(db.dataSource.manager, made);
    const { entity } = FACTORIES[name];
    const stored = await db.dataSource.manager.findOneByOrFail<{ id: string }>(entity, { id: made.id });
    // Read without relations: the parents stay with the row that was made.
    expect(made).toMatchObject(stored);
  });

  it('leaves parents that are stored already as they are', async () => {
    const author = await saveWithParents(db.dataSource.manager, make.author());
    await db.dataSource.getRepository(Author).update({ id: author.id }, { displayName: 'Changed since' });
    await saveWithParents(db.dataSource.manager, make.post({ author }));
    expect(await db.dataSource.getRepository(Author).findOneBy({ id: author.id })).toMatchObject({
      displayName: 'Changed since',
    });
  });

  it('stores sets of different seeds in one database', async () => {
    const other = makeFactories({ now, seed: 12 });
    for (const name of names) {
      // Segments are named by the requirements: two sets would mean the same ones.
      if (name !== 'segmentedWeight') await saveWithParents(db.dataSource.manager, (other[name] as () => object)());
    }
  });
});

describe('factories of typeorm-extension', () => {
  class ReplySeeder implements Seeder {
    async run(_dataSource: DataSource, factories: SeederFactoryManager): Promise<void> {
      await factories.get(Reply).save();
      const author = await factories.get(Author).save({ platform: 'REDDIT' });
      await factories.get(Post).save({ author, platform: 'REDDIT' });
      await factories.get(Escalation).saveMany(3);
    }
  }

  it('save rows with their parents, and take a given parent', async () => {
    const before = await db.dataSource.getRepository(Escalation).count();
    await runSeeders(db.dataSource, { seeds: [ReplySeeder], factories: seederFactories({ now, seed: 13 }) });
    expect(await db.dataSource.getRepository(Escalation).count()).toBe(before + 3);
    const posts = await db.dataSource
      .getRepository(Post)
      .findBy({ platform: 'REDDIT', author: { platform: 'REDDIT' } });
    expect(posts.length).toBeGreaterThan(0);
  });
});
