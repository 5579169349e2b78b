import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { seedSample } from '../../src/seeds/sample/sample.seeder.js';
import { MIGRATIONS } from '../../src/migrations/index.js';
import { createDataSource } from '../../src/data-source.js';
import { useDatabase } from '../support/database.js';
import { fill } from './fill.js';
import { changedCatalog, upgrade, wayDown, wayUp } from './round-trips.js';
import { openSite, type Site } from './site.js';

/** Each test takes one or two seconds on an idle machine. */
jest.setTimeout(60_000);

describe('the migrations', () => {
  const db = useDatabase();
  const opened: Site[] = [];

  const open = async (url: string): Promise<Site> => {
    const site = await openSite(url);
    opened.push(site);
    return site;
  };

  afterEach(async () => {
    for (const site of opened.splice(0)) await site.close();
  });

  it('run up, down and up again, each to the same catalog, and keep all rows', async () => {
    const site = await open(await db.create({ bare: true }));
    expect(await wayUp(site, MIGRATIONS, fill)).toEqual([]);
  });

  it('run down, up and down again from the newest schema with the sample rows', async () => {
    const url = await db.create();
    const dataSource = await createDataSource({ url }).initialize();
    await seedSample(dataSource, { now: new Date('2026-11-23T12:00:00Z'), nodeEnv: 'test' });
    await dataSource.destroy();
    expect(await wayDown(await open(url), MIGRATIONS)).toEqual([]);
  });

  it('upgrade every earlier schema to the same catalog as an empty database, and keep its rows', async () => {
    const fresh = await upgrade(await open(await db.create({ bare: true })), [], MIGRATIONS, fill);
    for (let k = 1; k < MIGRATIONS.length; k += 1) {
      const site = await open(await db.create({ bare: true }));
      const { catalog, issues } = await upgrade(site, MIGRATIONS.slice(0, k), MIGRATIONS.slice(k), fill);
      expect([...issues, ...changedCatalog(`upgrade from state ${k}`, fresh.catalog, catalog)]).toEqual([]);
    }
  });
});
