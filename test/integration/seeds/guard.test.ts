import { afterEach, describe, expect, it } from '@jest/globals';
import { createDataSource } from '../../../src/data-source.js';
import { Author, SegmentedWeight } from '../../../src/entities/index.js';
import { makeFactories, saveWithParents } from '../../../src/seeds/factories/index.js';
import { assertSampleAllowed } from '../../../src/seeds/guard.js';
import {
  ForeignRowsError,
  SampleInProductionError,
  UnconfirmedDatabaseError,
} from '../../../src/seeds/guard-errors.js';
import { seedReference } from '../../../src/seeds/reference/reference.seeder.js';
import { seedSample } from '../../../src/seeds/sample/sample.seeder.js';
import { useDatabase } from '../../support/database.js';
import { permissionFor } from './support.js';

const db = useDatabase();
const now = new Date('2026-06-15T09:30:00.000Z');

afterEach(async () => {
  await db.dataSource.query('DELETE FROM authors');
  await db.dataSource.query('DELETE FROM segmented_weights');
});

function author(values: Partial<Author> = {}): Promise<Author> {
  const repository = db.dataSource.getRepository(Author);
  return repository.save(repository.create({ platform: 'TWITTER', platformId: '1', handle: 'someone', ...values }));
}

describe('assertSampleAllowed', () => {
  it('lets an empty database pass', async () => {
    await expect(assertSampleAllowed(permissionFor(db.url), db.dataSource)).resolves.toBeUndefined();
  });

  it('lets reference and sample rows pass, those of factories too', async () => {
    await seedReference(db.dataSource);
    await saveWithParents(db.dataSource.manager, makeFactories({ now }).post());
    await expect(assertSampleAllowed(permissionFor(db.url), db.dataSource)).resolves.toBeUndefined();
  });

  it('refuses production, whatever the database', async () => {
    await expect(assertSampleAllowed({ nodeEnv: 'production' }, db.dataSource)).rejects.toThrow(
      SampleInProductionError,
    );
  });

  it('refuses the wrong name, and names the database the connection leads to', async () => {
    const refused = assertSampleAllowed({ nodeEnv: 'test', confirmedName: 'another' }, db.dataSource);
    await expect(refused).rejects.toThrow(UnconfirmedDatabaseError);
    await expect(refused).rejects.toMatchObject({ databaseName: new URL(db.url).pathname.slice(1) });
  });

  it('refuses rows that are not samples, naming tables and counts but no row', async () => {
    await author();
    await author({ platformId: '2', handle: 'someone_else' });
    const refused = assertSampleAllowed(permissionFor(db.url), db.dataSource);
    await expect(refused).rejects.toThrow(ForeignRowsError);
    await expect(refused).rejects.toMatchObject({ tables: [{ table: 'authors', rows: 2, more: false }] });
    await expect(refused).rejects.not.toThrow(/someone/);
  });

  it('refuses learned weights, though it lets those of the reference rows pass', async () => {
    await seedReference(db.dataSource);
    const weights = db.dataSource.getRepository(SegmentedWeight);
    await weights.save(weights.create({ segmentType: 'TIME_OF_DAY', segmentKey: 'MORNING' }));
    await expect(assertSampleAllowed(permissionFor(db.url), db.dataSource)).rejects.toThrow('segmented_weights (1)');
  });

  it('does not count without end', async () => {
    await db.dataSource.query(
      `INSERT INTO authors (platform, platform_id, handle) SELECT 'TWITTER', n, 'x' FROM generate_series(1, 1002) AS n`,
    );
    await expect(assertSampleAllowed(permissionFor(db.url), db.dataSource)).rejects.toThrow('authors (more than 1000)');
  });
});

describe('seedSample', () => {
  it('asks the guard first, and writes nothing when it refuses', async () => {
    await author();
    await expect(seedSample(db.dataSource, { ...permissionFor(db.url), now })).rejects.toThrow(ForeignRowsError);
    expect(await db.dataSource.getRepository(SegmentedWeight).count()).toBe(0);
  });
});

describe('the host that counts', () => {
  it('is that of the open connection: this machine needs no name', async () => {
    if (!onThisMachine()) return;
    await expect(assertSampleAllowed({ nodeEnv: 'test' }, db.dataSource)).resolves.toBeUndefined();
  });

  it('is that which was reached, whatever the URL calls it', async () => {
    // On Linux 0.0.0.0 leads back to this machine, so that the server is reached under a name that is not.
    if (process.platform !== 'linux' || !onThisMachine()) return;
    const url = new URL(db.url);
    url.hostname = '0.0.0.0';
    const source = await createDataSource({ url: url.href }).initialize();
    try {
      await expect(assertSampleAllowed({ nodeEnv: 'test' }, source)).rejects.toMatchObject({ host: '0.0.0.0' });
      await expect(assertSampleAllowed(permissionFor(db.url), source)).resolves.toBeUndefined();
    } finally {
      await source.destroy();
    }
  });
});

function onThisMachine(): boolean {
  return ['localhost', '127.0.0.1'].includes(new URL(db.url).hostname);
}
