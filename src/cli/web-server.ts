import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type express from 'express';
import { type ErrorRequestHandler } from 'express';
import { SharedDbError } from '../errors/shared-db-error.js';
import type { HealthReport } from '../health/check.js';
import { createHealthHandler } from '../health/handler.js';

/** The development server cannot start. One line: why, and what to do. */
export class StartError extends SharedDbError {
  override readonly name = 'StartError';
}

/** How long requests may run on after the server was told to stop. */
const GRACE_MS = 5_000;

interface Listener {
  readonly port: number;
  /** Refuses new connections, lets running requests finish (GRACE_MS at most), closes every connection. Idempotent. */
  close(): Promise<void>;
}

/**
 * An HTTP server on that address.
 *
 * @throws StartError when the port is taken or not ours to take.
 */
async function listen(app: RequestListener, host: string, port: number): Promise<Listener> {
  const server = createServer(app);
  const closeConnections = track(server);
  server.listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    throw explain(error, port);
  });
  const shut = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    closeConnections();
    const limit = setTimeout(() => {
      server.closeAllConnections();
    }, GRACE_MS);
    await closed;
    clearTimeout(limit);
  };
  let shutting: Promise<void> | undefined;
  return { port: (server.address() as AddressInfo).port, close: () => (shutting ??= shut()) };
}

/**
 * Knows which connections have no request running. The function it returns closes them, and the others when their request is
 * answered. Node's own closeIdleConnections leaves those that never sent a request, such as a browser opens in advance.
 */
function track(server: Server): () => void {
  const idle = new Set<Socket>();
  let closing = false;
  server.on('connection', (socket) => {
    idle.add(socket);
    socket.once('close', () => idle.delete(socket));
  });
  server.prependListener('request', ({ socket }, response) => {
    idle.delete(socket);
    response.once('close', () => {
      // Not at once: what was written must get out first.
      if (closing) socket.end(() => socket.destroy());
      else if (!socket.destroyed) idle.add(socket);
    });
  });
  return () => {
    closing = true;
    for (const socket of idle) socket.destroy();
  };
}

function explain(error: unknown, port: number): unknown {
  const { code } = error as { code?: unknown };
  if (code === 'EADDRINUSE') {
    return new StartError(`Port ${port} is taken: stop what listens there, or choose another, e.g. PORT=${port + 1}.`);
  }
  if (code === 'EACCES') {
    return new StartError(`Port ${port} needs more rights than you have: choose another, e.g. PORT=3000.`);
  }
  return error;
}

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
  const app = createApplication(await loadExpress(), check);
  const ipv4 = await listen(app, '127.0.0.1', port);
  try {
    const ipv6 = await listen(app, '::1', ipv4.port).catch(ignoreMissingIpv6);
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

function ignoreMissingIpv6(error: unknown): undefined {
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

function createApplication(create: typeof express, check: () => Promise<HealthReport>): RequestListener {
  // Express recognises it by its four parameters. Its own would print the stack.
  const unreadable: ErrorRequestHandler = (error, _request, response, next) => {
    if (response.headersSent) next(error);
    else response.status(400).json({ status: 'error', reason: 'This request cannot be read.' });
  };
  return create()
    .disable('x-powered-by')
    .get('/health', createHealthHandler(check))
    .use((_request, response) => {
      response.status(404).json({ status: 'error', reason: 'There is nothing here; try GET /health.' });
    })
    .use(unreadable) as RequestListener;
}
