import type { RequestListener } from 'node:http';
import type express from 'express';
import type { ErrorRequestHandler } from 'express';
import { healthHandler } from '../../health/handler.js';
import type { HealthReport } from '../../health/report.js';
import { listen } from './listener.js';
import { StartError } from './start-error.js';

export interface WebServer {
  /** `http://localhost:3000` */
  readonly url: string;
  /** Refuses new connections, lets running requests finish (5 s at most), closes every connection. Idempotent. */
  close(): Promise<void>;
}

/**
 * The development server: `GET /health`, and a 404 for everything else. Port 0 lets the system choose.
 *
 * It listens on this machine only, since a development server has no business in the network; on both loopback addresses, so
 * that whichever `localhost` a resolver prefers is ours and not another program's.
 *
 * @throws StartError when the port is taken or not ours to take, or Express is not installed.
 */
export async function serve(port: number, check: () => Promise<HealthReport>): Promise<WebServer> {
  const app = application(await loadExpress(), check);
  const ipv4 = await listen(app, '127.0.0.1', port);
  try {
    const ipv6 = await listen(app, '::1', ipv4.port).catch(unlessNoIpv6);
    return {
      url: `http://localhost:${ipv4.port}`,
      close: async () => {
        await Promise.all([ipv4.close(), ipv6?.close()]);
      },
    };
  } catch (error) {
    await ipv4.close();
    throw error;
  }
}

function unlessNoIpv6(error: unknown): undefined {
  const { code } = error as { code?: unknown };
  if (code !== 'EADDRNOTAVAIL' && code !== 'EAFNOSUPPORT') throw error;
}

async function loadExpress(): Promise<typeof express> {
  try {
    return (await import('express')).default;
  } catch {
    throw new StartError('The development server needs the package express: npm install --save-dev express.');
  }
}

function application(create: typeof express, check: () => Promise<HealthReport>): RequestListener {
  // Express recognises it by its four parameters. Its own would print the stack.
  const unreadable: ErrorRequestHandler = (error, _request, response, next) => {
    if (response.headersSent) next(error);
    else response.status(400).json({ status: 'error', reason: 'This request cannot be read.' });
  };
  return create()
    .disable('x-powered-by')
    .get('/health', healthHandler(check))
    .use((_request, response) => {
      response.status(404).json({ status: 'error', reason: 'There is nothing here; try GET /health.' });
    })
    .use(unreadable) as RequestListener;
}
