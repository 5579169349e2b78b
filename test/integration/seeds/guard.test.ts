import { afterEach, describe, expect, it } from '@jest/globals';
import { createDataSource } from '../../../src/data-source.js';
import { Author, SegmentedWeight } from '../../../src/entities/index.js';
import { makeFactories, saveWithParents } from '../../../src/seeds/factories/index.js';
import { ConfirmationWrong, ForbiddenInProduction } from '../../../src/operations/environment-guard/guard.js';
import { assertSampleAllowed, ForeignRowsError, type SamplePermission } from '../../../src/seeds/guard.js';
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

function allowed(permission: SamplePermission, dataSource = db.dataSource): Promise<void> {
  return dataSource.transaction((manager) => assertSampleAllowed(manager, permission));
}

describe('assertSampleAllowed', () => {
  it('allows an empty database', async () => {
    await expect(allowed(permissionFor(db.url))).resolves.toBeUndefined();
  });

  it('allows a database with reference rows, sample rows and rows of factories', async () => {
    await seedReference(db.dataSource);
    await saveWithParents(db.dataSource.manager, makeFactories({ now }).post());
    await expect(allowed(permissionFor(db.url))).resolves.toBeUndefined();
  });

  it('refuses production (FORBIDDEN_IN_PRODUCTION) even for an empty database', async () => {
    await expect(allowed({ nodeEnv: 'production' })).rejects.toThrow(ForbiddenInProduction);
  });

  it('refuses a wrong name (CONFIRMATION_WRONG) and names the connected database', async () => {
    const refused = allowed({ nodeEnv: 'test', confirmedName: 'another' });
    await expect(refused).rejects.toThrow(ConfirmationWrong);
    await expect(refused).rejects.toMatchObject({ databaseName: new URL(db.url).pathname.slice(1) });
  });

  it('refuses a database with rows that are not samples, and names tables and counts but no row', async () => {
    await author();
    await author({ platformId: '2', handle: 'someone_else' });
    const refused = allowed(permissionFor(db.url));
    await expect(refused).rejects.toThrow(ForeignRowsError);
    await expect(refused).rejects.toMatchObject({ tables: [{ table: 'authors', rows: 2, more: false }] });
    await expect(refused).rejects.not.toThrow(/someone/);
  });

  it('refuses a database with learned weights, and allows the weights of the reference rows', async () => {
    await seedReference(db.dataSource);
    const weights = db.dataSource.getRepository(SegmentedWeight);
    await weights.save(weights.create({ segmentType: 'TIME_OF_DAY', segmentKey: 'MORNING' }));
    await expect(allowed(permissionFor(db.url))).rejects.toThrow('segmented_weights (1)');
  });

  it('stops counting foreign rows at 1000', async () => {
    await db.dataSource.query(
      `INSERT INTO authors (platform, platform_id, handle) SELECT 'TWITTER', n, 'x' FROM generate_series(1, 1002) AS n`,
    );
    await expect(allowed(permissionFor(db.url))).rejects.toThrow('authors (more than 1000)');
  });
});

describe('seedSample', () => {
  it('writes nothing, not even reference rows, when the guard refuses', async () => {
    await author();
    await expect(seedSample(db.dataSource, { ...permissionFor(db.url), now })).rejects.toThrow(ForeignRowsError);
    expect(await db.dataSource.getRepository(SegmentedWeight).count()).toBe(0);
  });
});

describe('the server of the open connection', () => {
  it('needs no database name when it is this machine, by whatever name the URL calls it', async () => {
    if (!onThisMachine()) return;
    await expect(allowed({ nodeEnv: 'test' })).resolves.toBeUndefined();
    // On Linux 0.0.0.0 leads to this machine.
    if (process.platform !== 'linux') return;
    const url = new URL(db.url);
    url.hostname = '0.0.0.0';
    const source = await createDataSource({ url: url.href }).initialize();
    try {
      await expect(allowed({ nodeEnv: 'test' }, source)).resolves.toBeUndefined();
    } finally {
      await source.destroy();
    }
  });

  it('needs the database name when it is another machine (CONFIRMATION_NEEDED), though the URL says localhost', async () => {
    await db.dataSource.transaction(async (manager) => {
      const client = (await manager.queryRunner?.connect()) as { connection: { stream: object } };
      const { stream } = client.connection;
      // The socket's ends as they are when localhost resolves to another machine.
      Object.defineProperty(stream, 'remoteAddress', { value: '192.0.2.1', configurable: true });
      try {
        await expect(assertSampleAllowed(manager, { nodeEnv: 'test' })).rejects.toMatchObject({
          code: 'CONFIRMATION_NEEDED',
          message: expect.stringMatching(
            /^Refused to write sample data: the server "[^"]+" is not this machine\. Nothing/,
          ),
        });
        await expect(assertSampleAllowed(manager, permissionFor(db.url))).resolves.toBeUndefined();
      } finally {
        delete (stream as { remoteAddress?: unknown }).remoteAddress;
      }
    });
  });
});

function onThisMachine(): boolean {
  return ['localhost', '127.0.0.1'].includes(new URL(db.url).hostname);
}
