import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../../src/data-source.js';
import { Author } from '../../../src/entities/index.js';
import {
  ConfirmationNeeded,
  ConfirmationWrong,
  ForbiddenInProduction,
} from '../../../src/operations/environment-guard/guard.js';
import { seedSample } from '../../../src/seeds/sample/sample.seeder.js';
import { createDatabase, dropDatabase, preparedServer, withDatabaseName } from '../../support/databases.js';
import { useDatabase } from '../../support/database.js';
import { classOf } from '../../support/migrator/history.js';
import { ask } from '../../support/migrator/query.js';
import { withNodeEnv } from '../../support/node-env.js';
import { contents, KEEPSAKE, migrate, nameOf, revert, say } from '../../support/keepsake.js';

jest.setTimeout(30_000);

const db = useDatabase();

/** Every action is tried in each of these cases; a refused one must change nothing. */
const CASES = ['test', 'production', 'staging', undefined].flatMap((environmentRow) =>
  [undefined, 'test', 'production'].flatMap((nodeEnv) =>
    (['none', 'right', 'wrong'] as const).map((name) => ({ environmentRow, nodeEnv, name })),
  ),
);

const expected = ({ environmentRow, nodeEnv, name }: (typeof CASES)[number]): string =>
  name === 'wrong'
    ? 'CONFIRMATION_WRONG'
    : name === 'right' || (environmentRow === 'test' && nodeEnv !== 'production')
      ? 'done'
      : 'CONFIRMATION_NEEDED';

interface Action {
  readonly does: (dataSource: DataSource, url: string, name: string | undefined) => Promise<unknown>;
  /** The table that is gone afterwards. */
  readonly destroys: string;
}

/** Runs the action of a DataSource, confirmed by the environment. */
const through = (work: (dataSource: DataSource) => Promise<unknown>): Action['does'] => {
  return (dataSource, _url, name) =>
    withNodeEnv(process.env.NODE_ENV, () => work(dataSource), { SHARED_DB_CONFIRM_DATABASE: name });
};

const ACTIONS: Readonly<Record<string, Action>> = {
  revertMigration: { does: (_dataSource, url, name) => revert(url, name), destroys: 'keepsakes' },
  'dataSource.dropDatabase': {
    does: through((dataSource) => dataSource.dropDatabase()),
    destroys: 'database_environment',
  },
  'dataSource.synchronize(true)': {
    does: through((dataSource) => dataSource.synchronize(true)),
    destroys: 'database_environment',
  },
  'dataSource.undoLastMigration': {
    does: through((dataSource) => dataSource.undoLastMigration()),
    destroys: 'keepsakes',
  },
};

const PERMITTED = { SHARED_DB_ALLOW_LOCALHOST: '1', SHARED_DB_ALLOW_PLAINTEXT: '1', SHARED_DB_ALLOW_UNSAFE_ROLE: '1' };

describe.each(Object.entries(ACTIONS))('%s', (_name, { does, destroys }) => {
  let url: string;
  let dataSource: DataSource;

  beforeAll(async () => {
    url = await db.create({ bare: true });
    const options = { entities: [], subscribers: [], migrations: [classOf(KEEPSAKE)] };
    dataSource = await createDataSource({ url }).setOptions(options).initialize();
  });

  afterAll(() => dataSource.destroy());

  it.each(CASES)(
    'where the database says $environmentRow, NODE_ENV is $nodeEnv and the given name is $name',
    async (one) => {
      await migrate(url);
      await say(url, one.environmentRow);
      const before = await contents(url);
      const name = { none: undefined, right: nameOf(url), wrong: nameOf(url).toUpperCase() }[one.name];
      const outcome = await withNodeEnv(one.nodeEnv, () => does(dataSource, url, name), PERMITTED).then(
        () => 'done',
        (error: unknown) => (error as { code?: string }).code,
      );
      expect(outcome).toBe(expected(one));
      if (outcome === 'done') expect(await ask(url, 'SELECT to_regclass($1) AS t', [destroys])).toEqual([{ t: null }]);
      else expect(await contents(url)).toBe(before);
    },
  );
});

describe('synchronize', () => {
  it('is refused also without dropSchema, because it drops columns', async () => {
    const url = await db.create();
    await ask(url, 'ALTER TABLE authors ADD COLUMN keepsake text');
    await say(url, 'production');
    const before = await contents(url);
    const dataSource = await createDataSource({ url }).initialize();
    try {
      await expect(dataSource.synchronize()).rejects.toMatchObject({ code: 'CONFIRMATION_NEEDED' });
      expect(await contents(url)).toBe(before);
    } finally {
      await dataSource.destroy();
    }
  });

  it('is refused at initialize with the option dropSchema', async () => {
    const url = await db.create();
    await say(url, 'production');
    const before = await contents(url);
    const dataSource = createDataSource({ url }).setOptions({ dropSchema: true });
    await expect(dataSource.initialize()).rejects.toMatchObject({ code: 'CONFIRMATION_NEEDED' });
    expect(await contents(url)).toBe(before);
    expect(dataSource.isInitialized).toBe(false);
  });

  it('needs no confirmation in an empty database, in production too', async () => {
    const dataSource = createDataSource({ url: await db.create({ bare: true }) }).setOptions({
      entities: [],
      subscribers: [],
    });
    await dataSource.initialize();
    await withNodeEnv('production', () => dataSource.dropDatabase());
    await dataSource.destroy();
  });
});

describe('sample data', () => {
  const now = new Date('2026-06-15T09:30:00.000Z');
  const right = (): string => nameOf(db.url);

  it.each([
    ['production', undefined, undefined, ForbiddenInProduction, 'has the environment production'],
    ['production', 'test', right, ForbiddenInProduction, 'has the environment production'],
    ['test', 'production', right, ForbiddenInProduction, 'NODE_ENV is production'],
    ['staging', undefined, undefined, ConfirmationNeeded, 'has the environment staging'],
    ['staging', 'test', () => 'ANTONE', ConfirmationWrong, 'not to "ANTONE"'],
    ['test', 'staging', right, ForbiddenInProduction, 'NODE_ENV is "staging", which counts as production'],
    [undefined, undefined, undefined, ConfirmationNeeded, 'has no environment'],
  ])(
    'is refused where the database says %s and NODE_ENV is %s',
    async (environmentRow, nodeEnv, name, Refusal, why) => {
      await say(db.url, environmentRow);
      const before = await contents(db.url);
      const seeding = seedSample(db.dataSource, { now, nodeEnv, confirmedName: name?.() });
      await expect(seeding).rejects.toBeInstanceOf(Refusal);
      await expect(seeding).rejects.toThrow(why);
      expect(await contents(db.url)).toBe(before);
    },
  );

  it.each(['staging', undefined])(
    'is written where the database says %s and its name is given',
    async (environmentRow) => {
      await say(db.url, environmentRow);
      await seedSample(db.dataSource, { now, nodeEnv: undefined, confirmedName: right() });
      expect(await db.dataSource.getRepository(Author).count()).toBeGreaterThan(0);
    },
  );
});

describe('a database with a hostile name', () => {
  const server = preparedServer();
  const names = [`"Antone's" $1; --`, 'Größe 密碼 🍋', 'UPPER lower'].map(
    (name, place) => `${server.prefix}_${place}_${name}`,
  );

  afterAll(async () => {
    for (const name of names) await dropDatabase(server, name);
  });

  it.each(names.map((name) => [name]))('is confirmed only by exactly that name: %j', async (name) => {
    await createDatabase(server, name);
    const url = withDatabaseName(server.url, encodeURI(name));
    await migrate(url);
    await say(url, 'production');
    const before = await contents(url);
    const wrong = [name.toLowerCase(), name.toUpperCase(), `"${name}"`, name.trim().slice(0, -1), `${name} `];
    for (const other of [undefined, ...wrong.filter((one) => one !== name)]) {
      const error: unknown = await revert(url, other).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: expect.stringMatching(/^CONFIRMATION_/), databaseName: name });
      expect((error as Error).message).not.toContain('\n');
    }
    expect(await contents(url)).toBe(before);
    expect(await revert(url, name)).toBe(KEEPSAKE.name);
  });
});
