import { once } from 'node:events';
import { createServer, request, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import { createHealthCheck, type HealthReport, createUnknownReport } from '../../../src/health/check.js';
import { createHealthHandler } from '../../../src/health/handler.js';
import { useDatabase } from '../../support/database.js';

const db = useDatabase();
const servers: Server[] = [];

async function served(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`;
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

const failing = (): Promise<HealthReport> => Promise.resolve(createUnknownReport('The database is gone.'));

describe('healthHandler', () => {
  it('answers 200 and the report on Node’s own server', async () => {
    const response = await fetch(await served(createHealthHandler(createHealthCheck(db.dataSource))));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toMatchObject({ status: 'ok', database: { ok: true }, migrations: { pending: 0 } });
  });

  it('answers 200 and the report on Express', async () => {
    const app = express().get('/health', createHealthHandler(createHealthCheck(db.dataSource)));
    const response = await fetch(await served(app as RequestListener));
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toMatchObject({ status: 'ok' });
  });

  it('answers 503 and the reason', async () => {
    const response = await fetch(await served(createHealthHandler(failing)));
    expect(response.status).toBe(503);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual(createUnknownReport('The database is gone.'));
  });

  it('answers HEAD without a body', async () => {
    const response = await fetch(await served(createHealthHandler(failing)), { method: 'HEAD' });
    expect(response.status).toBe(503);
    expect(await response.text()).toBe('');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('postgres://me:hunter2@host/db');
      },
    ],
    ['rejects', () => Promise.reject(new Error('postgres://me:hunter2@host/db'))],
    ['returns what cannot be JSON', () => Promise.resolve({ status: 'ok', database: 1n } as unknown as HealthReport)],
  ])('answers 503 when the check %s, and shows nothing of it', async (_what, check: () => Promise<HealthReport>) => {
    const response = await fetch(await served(createHealthHandler(check)));
    expect(response.status).toBe(503);
    const body = await response.text();
    expect(JSON.parse(body)).toMatchObject({ status: 'error', database: { ok: false } });
    expect(body).not.toContain('hunter2');
  });

  it('sends nothing when another handler has answered already', async () => {
    const handler = createHealthHandler(async () => {
      await sleep(20);
      return failing();
    });
    const url = await served((incoming, response) => {
      handler(incoming, response);
      response.writeHead(504).end();
    });
    expect((await fetch(url)).status).toBe(504);
    await sleep(40);
  });

  it('ignores that a client disconnects before the answer', async () => {
    let asked = 0;
    const url = await served(
      createHealthHandler(async () => {
        asked += 1;
        await sleep(50);
        return failing();
      }),
    );
    const leaving = request(url).on('error', () => undefined);
    leaving.end();
    while (asked === 0) await sleep(5);
    leaving.destroy();
    await sleep(80);
    expect((await fetch(url)).status).toBe(503);
  });
});
