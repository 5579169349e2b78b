import { describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { runSeeders, type Seeder, type SeederFactoryManager } from 'typeorm-extension';
import { Author, Escalation, Post, Reply } from '../../../src/entities/index.js';
import {
  createKit,
  FACTORIES,
  type Factories,
  makeFactories,
  saveWithParents,
  SEEDER_FACTORIES,
} from '../../../src/seeds/factories/index.js';
import { useDatabase } from '../../support/database.js';

const db = useDatabase();
const now = new Date('2026-06-15T09:30:00.000Z');
const names = Object.keys(FACTORIES) as (keyof Factories)[];

describe('saveWithParents', () => {
  const make = makeFactories({ now, seed: 11 });

  it.each(names)('stores a row of %s and reads equal values back', async (name) => {
    const made = (make[name] as () => { id: string })();
    await saveWithParents(db.dataSource.manager, made);
    const { entity } = FACTORIES[name];
    const stored = await db.dataSource.manager.findOneByOrFail<{ id: string }>(entity as new () => { id: string }, {
      id: made.id,
    });
    // Read without relations: the parents stay with the row that was made.
    expect(made).toMatchObject(stored);
  });

  it('does not change parents that are stored already', async () => {
    const author = await saveWithParents(db.dataSource.manager, make.author());
    await db.dataSource.getRepository(Author).update({ id: author.id }, { displayName: 'Changed since' });
    await saveWithParents(db.dataSource.manager, make.post({ author }));
    expect(await db.dataSource.getRepository(Author).findOneBy({ id: author.id })).toMatchObject({
      displayName: 'Changed since',
    });
  });

  it('stores rows of different seeds in one database', async () => {
    const other = makeFactories({ now, seed: 12 });
    for (const name of names) {
      // The requirements name the segments: rows of two seeds would have the same names.
      if (name !== 'segmentedWeight') await saveWithParents(db.dataSource.manager, (other[name] as () => object)());
    }
  });
});

describe('factories in a seeder that typeorm-extension runs', () => {
  const kit = createKit({ now, seed: 13 });

  class ReplySeeder implements Seeder {
    async run(_dataSource: DataSource, factories: SeederFactoryManager): Promise<void> {
      await factories.get(Reply).setMeta({ kit }).save();
      const author = await factories
        .get(Author)
        .setMeta({ kit, given: { platform: 'REDDIT' } })
        .save();
      await factories.get(Post).setMeta({ kit, given: { author } }).save();
      await factories.get(Post).setMeta({ kit }).save({ author, platform: 'REDDIT' });
      await factories.get(Escalation).saveMany(3);
    }
  }

  it('save rows with their parents, and keep a given parent', async () => {
    const escalations = db.dataSource.getRepository(Escalation);
    const before = await escalations.count();
    await runSeeders(db.dataSource, { seeds: [ReplySeeder], factories: SEEDER_FACTORIES });
    expect(await escalations.count()).toBe(before + 3);
    const posts = db.dataSource.getRepository(Post).findBy({ platform: 'REDDIT', author: { platform: 'REDDIT' } });
    expect((await posts).length).toBeGreaterThanOrEqual(2);
  });
});
