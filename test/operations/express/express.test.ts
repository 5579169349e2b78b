import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:http';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDataSource } from '../../../src/data-source.js';
import { Author, Post } from '../../../src/entities/index.js';
import { createHealthRouter, handleDatabaseErrors, shutDown } from '../../../src/express/index.js';
import { assertValid, PostContentInput } from '../../../src/validation/index.js';
import { useDatabase } from '../../support/database.js';

const db = useDatabase();
let server: Server;
let origin: string;
const unhealthy: (string | undefined)[] = [];

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly retryAfter: string | null;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

async function get(path: string): Promise<Answer> {
  const response = await fetch(origin + path);
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    retryAfter: response.headers.get('retry-after'),
    text,
    body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
}

async function listen(app: express.Express): Promise<{ server: Server; origin: string }> {
  const started = createServer(app).listen(0, '127.0.0.1');
  await once(started, 'listening');
  return { server: started, origin: `http://127.0.0.1:${(started.address() as AddressInfo).port}` };
}

beforeAll(async () => {
  const unreachable = createDataSource({ url: 'postgres://nobody@127.0.0.1:1/secret_name', connectRetryMs: 0 });
  const authors = db.dataSource.getRepository(Author);
  const ann = { platform: 'TWITTER', platformId: '1', handle: 'secret_ann' } as const;
  await authors.insert(ann);
  const routes: Record<string, () => Promise<unknown>> = {
    invalid: () => authors.insert({ ...ann, platformId: '2', handle: 'v@lue' }),
    input: () => Promise.resolve(assertValid(PostContentInput, { content: 1 })),
    missing: () => authors.findOneByOrFail({ handle: 'secret_nobody' }),
    twice: () => authors.insert(ann),
    key: () =>
      db.dataSource.getRepository(Post).insert({
        platform: 'TWITTER',
        platformPostId: '1',
        authorId: '6f8f1e6e-9d0c-4a7e-8f43-2b0f3c9f6a11',
        content: 'x',
      }),
    check: () => db.dataSource.query(`UPDATE authors SET handle = 'a b'`),
    canceled: () => db.dataSource.query(`SET statement_timeout = 1; SELECT pg_sleep(1)`),
    wrong: () => db.dataSource.query('SELECT nonsense FROM authors'),
    other: () => Promise.reject(new Error('an error of the service')),
  };
  const app = express()
    .use('/health', createHealthRouter(db.dataSource))
    .use('/broken', createHealthRouter(unreachable, { onUnhealthy: ({ reason }) => unhealthy.push(reason) }));
  for (const [path, work] of Object.entries(routes)) {
    app.get(`/${path}`, (_request, response, next) => {
      work().then(() => response.send('done'), next);
    });
  }
  const answerOther: express.ErrorRequestHandler = (error, _request, response, next) => {
    if (response.headersSent) next(error);
    else response.status(500).send('other');
  };
  ({ server, origin } = await listen(app.use(handleDatabaseErrors).use(answerOther)));
});

afterAll(() => shutDown(server, db.dataSource));

describe('createHealthRouter()', () => {
  it('answers /ready with the state of the database and no address, and /live without asking it', async () => {
    expect(await get('/health/ready')).toMatchObject({
      status: 200,
      body: { status: 'ok', database: { ok: true }, migrations: { pending: 0 } },
    });
    expect(await get('/broken/live')).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  it('answers 503 without host, port and name of an unreachable database, and gives the reason to the log', async () => {
    const { status, text } = await get('/broken/ready');
    expect(status).toBe(503);
    expect(text).not.toMatch(/secret_name|127\.0\.0\.1|nobody/);
    expect(unhealthy).toEqual([expect.stringContaining('127.0.0.1:1')]);
  });

  it('leaves other paths and methods to the application', async () => {
    expect((await get('/health/other')).status).toBe(404);
    expect((await fetch(`${origin}/health/ready`, { method: 'POST' })).status).toBe(404);
  });
});

describe('handleDatabaseErrors()', () => {
  it.each([
    ['invalid', 400, 'ENTITY_INVALID'],
    ['input', 400, 'INPUT_INVALID'],
    ['missing', 404, 'ENTITY_NOT_FOUND'],
    ['twice', 409, 'UNIQUE_VIOLATION'],
    ['key', 409, 'FOREIGN_KEY_VIOLATION'],
    ['check', 422, 'CHECK_VIOLATION'],
    ['canceled', 503, 'QUERY_TIMEOUT'],
  ])('answers %s with %i and the code %s as problem+json, without a value of the row', async (path, status, code) => {
    const answer = await get(`/${path}`);
    expect(answer).toMatchObject({ status, body: { type: 'about:blank', status, code } });
    expect(answer.type).toContain('application/problem+json');
    expect(answer.text).not.toMatch(/secret|v@lue|127\.0\.0\.1/);
    expect(answer.retryAfter).toBe(status === 503 ? '5' : null);
  });

  it('names each broken rule of invalid data', async () => {
    expect((await get('/invalid')).body.violations).toEqual([
      { property: '', constraint: 'handle_of_platform', message: expect.stringContaining('a handle on TWITTER') },
    ]);
  });

  it.each(['wrong', 'other'])('leaves faults of the service to the next handler: %s', async (path) => {
    expect(await get(`/${path}`)).toMatchObject({ status: 500, text: 'other' });
  });
});

describe('shutDown()', () => {
  it('lets a running request and its statement finish, then closes server and pool', async () => {
    const dataSource = await createDataSource({ url: db.url }).initialize();
    const started = await listen(
      express().get('/', (_request, response, next) => {
        dataSource.query('SELECT pg_sleep(0.3)').then(() => response.send('finished'), next);
      }),
    );
    const request = fetch(started.origin);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await shutDown(started.server, dataSource)).toBe(true);
    expect(await (await request).text()).toBe('finished');
    expect(dataSource.isInitialized).toBe(false);
    await expect(fetch(started.origin)).rejects.toThrow();
  });

  it('returns false when the deadline interrupts a request', async () => {
    const dataSource = await createDataSource({ url: db.url }).initialize();
    const started = await listen(express().get('/', () => undefined));
    const request = fetch(started.origin).catch(() => 'interrupted');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await shutDown(started.server, dataSource, 200)).toBe(false);
    expect(await request).toBe('interrupted');
  });
});
