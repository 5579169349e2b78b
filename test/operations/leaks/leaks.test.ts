import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { DataSource, type QueryRunner } from 'typeorm';
import { createDataSource } from '../../../src/data-source.js';
import { Author } from '../../../src/entities/index.js';
import { createHealthCheck } from '../../../src/health/check.js';
import { describeTls } from '../../support/certificates.js';
import { useDatabase } from '../../support/database.js';
import { withNodeEnv } from '../../support/node-env.js';
import { ADDRESSES } from './addresses.js';
import { CONCURRENCY } from './concurrency.js';
import { CERTIFICATES, CONNECTING, urlAt, type TlsSite } from './connecting.js';
import { FINDING, MISUSE } from './finding.js';
import { FOREIGN } from './foreign.js';
import { MIGRATIONS } from './migrations.js';
import { leaksIn, POST_TEXT } from './planted.js';
import { newTally, printedDuring, probe, thrownBy, type Leaking, type Path } from './probe.js';
import { PROCESSES, type Ended } from './processes.js';
import { inTurns, plantTrigger, prepareSite, withCertificates } from './site.js';
import { AS_NAMES, MISQUOTED, PLANTED_AUTHOR, STATEMENTS } from './statements.js';
import { safeSurfaces, shownSurfaces, surfacesOf, type Surface } from './surfaces.js';
import { ENTITIES, INPUTS, VIOLATIONS } from './validation.js';

jest.setTimeout(240_000);

const db = useDatabase();
const tally = newTally();
/** Of the paths that are known to leak. */
const known = newTally();

let site: Awaited<ReturnType<typeof prepareSite>>;
/** Logs its statements. */
let dataSource: DataSource;
/** TypeORM's own DataSource on the same database, without redaction. */
let bare: DataSource;

beforeAll(async () => {
  site = await prepareSite();
  const { options } = createDataSource({ url: db.url });
  bare = await new DataSource({ ...options, subscribers: [], logging: false }).initialize();
  await bare.getRepository(Author).insert({ ...PLANTED_AUTHOR });
  process.env.SHARED_DB_LOG_SQL = '1';
  dataSource = createDataSource({ url: db.url });
  await printedDuring(() => dataSource.initialize());
});

afterAll(async () => {
  delete process.env.SHARED_DB_LOG_SQL;
  await Promise.all([dataSource.destroy(), bare.destroy(), site.close()]);
  console.log(
    `leak probes: ${tally.probes} of 60+ (${tally.paths} paths, each in every way it is shown), ${tally.leaks} leaks; ` +
      `${known.paths} more, with data for property names or what types forbid, are known to be quoted`,
  );
});

/** A test for each path: it fails as it should, and nothing of it leaks. */
function testPaths<C>(
  paths: readonly Path<C>[],
  at: () => C,
  show: (thrown: unknown, printed: string) => Surface[],
): void {
  for (const path of paths) {
    test(titleOf(path), async () => {
      const { result, printed } = await printedDuring(() => thrownBy(path, at()));
      verdict(path, show(result, printed));
    });
  }
}

const titleOf = ({ name, open }: Leaking): string => (open ? `${name} (known to leak)` : name);

function verdict({ open }: Leaking, surfaces: readonly Surface[]): void {
  if (open) expect(probe(known, surfaces)).not.toEqual([]);
  else expect(probe(tally, surfaces)).toEqual([]);
}

const everything = (thrown: unknown, printed: string): Surface[] => [...surfacesOf(thrown), ['printed', printed]];
/** Options say as whom they connect; whoever copies them needs it. */
const WITHOUT_LOGIN = ['login'];
const nowhere = () => undefined;

describe('errors and logs of statements', () => {
  testPaths(
    [...STATEMENTS, ...CONCURRENCY],
    () => dataSource,
    (thrown, printed) => {
      expect(printed).toMatch(/^sql: /m);
      return everything(thrown, printed);
    },
  );
  testPaths(MISQUOTED, () => dataSource, surfacesOf);
  testPaths(
    AS_NAMES.map((path) => ({ ...path, fail: (at: DataSource) => withNodeEnv('production', () => path.fail(at)) })),
    () => dataSource,
    surfacesOf,
  );

  test.each(AS_NAMES)('$name is named outside production', async (path) => {
    const error = (await thrownBy(path, dataSource)) as Error;
    expect(leaksIn(error.message)).toEqual(['handle']);
  });
});

describe('errors and logs of TypeORM and of validation', () => {
  testPaths([...FINDING, ...ENTITIES, ...MISUSE], () => dataSource, everything);
});

describe('errors before a connection is opened', () => {
  testPaths([...ADDRESSES, ...INPUTS], nowhere, everything);
});

describe('errors of connecting', () => {
  testPaths(CONNECTING, () => site, everything);

  test('the report of the health check', async () => {
    const url = urlAt(`127.0.0.1:${site.other.port}/postgres`);
    const report = await createHealthCheck(createDataSource({ url, connectRetryMs: 0 }), { timeoutMs: 5_000 })();
    expect(report).toMatchObject({ status: 'error', database: { ok: false } });
    expect(probe(tally, shownSurfaces(report))).toEqual([]);
  });
});

describeTls('errors of connecting with TLS', () => {
  let secure: TlsSite;

  beforeAll(async () => {
    secure = await withCertificates(site);
  });
  afterAll(async () => {
    for (const { folder } of [secure.ours, secure.foreign]) await rm(folder, { recursive: true, force: true });
  });

  testPaths(CERTIFICATES, () => secure, everything);
});

test('DataSources that could not connect', async () => {
  for (const made of site.made.splice(0)) {
    expect(probe(tally, shownSurfaces(made), WITHOUT_LOGIN)).toEqual([]);
    if (made.isInitialized) await made.destroy();
  }
});

describe('serializeError and commands, for errors of other libraries', () => {
  testPaths([...FOREIGN, ...VIOLATIONS], nowhere, safeSurfaces);
  testPaths(
    MISUSE.map((path) => ({ ...path, open: false })),
    () => dataSource,
    safeSurfaces,
  );

  test.each([...STATEMENTS, ...CONCURRENCY, ...FINDING, ...AS_NAMES, ...MISQUOTED])(
    '$name, of TypeORM alone',
    async ({ fail }) => {
      const error: unknown = await fail(bare).catch((reason: unknown) => reason);
      // It does leak: so the values tested here contain secrets.
      expect(surfacesOf(error).flatMap(([, text]) => leaksIn(text))).not.toEqual([]);
      expect(probe(tally, await withNodeEnv('production', () => Promise.resolve(safeSurfaces(error))))).toEqual([]);
    },
  );
});

describe('objects that hold the address of the database', () => {
  let connected: DataSource;
  let runner: QueryRunner;

  beforeAll(async () => {
    connected = createDataSource({ url: urlAt(`127.0.0.1:${site.plain.port}/postgres`) });
    await printedDuring(async () => {
      await connected.initialize();
      runner = connected.createQueryRunner();
      await runner.query('SELECT $1::integer', [POST_TEXT]).catch(() => undefined);
    });
  });
  afterAll(async () => {
    await runner.release();
    await connected.destroy();
  });

  test.each<[string, () => unknown]>([
    ['the DataSource', () => connected],
    ['its options', () => connected.options],
    ['its driver', () => connected.driver],
    ['its pool', () => (connected.driver as unknown as { master: unknown }).master],
    ['its manager', () => connected.manager],
    ['a query runner', () => runner],
    ['a connection of the pool', () => runner.connect()],
  ])('%s', async (_name, make) => {
    const object = await make();
    expect(typeof object).toBe('object');
    expect(probe(tally, shownSurfaces(object), WITHOUT_LOGIN)).toEqual([]);
  });
});

describe('errors of migrations', () => {
  const notices: string[] = [];
  let url = '';

  beforeAll(async () => {
    url = await db.create({ bare: true });
  });

  const bareDatabase = () => ({ url, onNotice: (line: string) => void notices.push(line) });
  testPaths(MIGRATIONS, bareDatabase, (thrown, printed) => [
    ...everything(thrown, printed),
    ['notices', notices.splice(0).join('\n')],
  ]);
});

describe('output of commands and services', () => {
  const ended = new Map<string, Ended>();

  beforeAll(async () => {
    const [raising, raisingBare] = [await db.create(), await db.create({ bare: true })];
    await plantTrigger(raising, 'INSERT');
    await plantTrigger(raisingBare, 'CREATE');
    const at = { port: site.other.port, nobody: site.nobody, planted: db.url, raising, raisingBare };
    await inTurns(PROCESSES, 3, async ({ name, run }) => ended.set(name, await run(at)));
  });

  for (const path of PROCESSES) {
    test(titleOf(path), () => {
      const { stdout = '', stderr = '', code } = ended.get(path.name) ?? {};
      expect(code).toBe(path.code);
      expect(path.says.test(stdout + stderr)).toBe(true);
      verdict(path, Object.entries({ stdout, stderr }));
    });
  }
});

test('the number of leak probes is not below the required one', () => {
  expect(tally.probes).toBeGreaterThanOrEqual(60);
});
