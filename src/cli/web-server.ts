import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type express from 'express';
import { type ErrorRequestHandler } from 'express';
import { SharedDbError } from '../errors/shared-db-error.js';
import type { HealthReport } from '../health/check.js';
import { createHealthHandler } from '../health/handler.js';

/** The development server cannot start. The message, one line, contains the reason and advice. */
export class StartError extends SharedDbError {
  override readonly name = 'StartError';
}

/** How long running requests may take after the server began to close. */
const GRACE_MS = 5_000;

interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Starts an HTTP server on an address.
 *
 * @throws StartError if the port is taken or needs other rights.
 */
async function listen(app: RequestListener, host: string, port: number): Promise<Listener> {
  const server = createServer(app);
  const closeIdleConnections = trackIdleConnections(server);
  server.listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    throw explainListenError(error, port);
  });
  const close = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    closeIdleConnections();
    const limit = setTimeout(() => {
      server.closeAllConnections();
    }, GRACE_MS);
    await closed;
    clearTimeout(limit);
  };
  let closing: Promise<void> | undefined;
  return { port: (server.address() as AddressInfo).port, close: () => (closing ??= close()) };
}

/**
 * Returns a function that closes the connections without a running request, and the others when their request is answered. Node's
 * closeIdleConnections does not close connections that never sent a request, such as browsers open in advance.
 */
function trackIdleConnections(server: Server): () => void {
  const idle = new Set<Socket>();
  let closing = false;
  server.on('connection', (socket) => {
    idle.add(socket);
    socket.once('close', () => idle.delete(socket));
  });
  server.prependListener('request', ({ socket }, response) => {
    idle.delete(socket);
    response.once('close', () => {
      // end() first, so that the response is sent completely.
      if (closing) socket.end(() => socket.destroy());
      else if (!socket.destroyed) idle.add(socket);
    });
  });
  return () => {
    closing = true;
    for (const socket of idle) socket.destroy();
  };
}

function explainListenError(error: unknown, port: number): unknown {
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
  /** Refuses new connections, lets running requests finish for at most 5 s, and closes every connection. Idempotent. */
  close(): Promise<void>;
}

/**
 * Starts the development server: `GET /health`, and 404 for everything else. With port 0 the system chooses a port.
 *
 * It listens on this machine only, on both loopback addresses, so that `localhost` leads here whichever of them it resolves to.
 *
 * @throws StartError if the port is taken or needs other rights, or if Express is not installed.
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
    // Dynamic, because express is optional.
    return (await import('express')).default;
  } catch {
    throw new StartError('The development server needs the package express: npm install --save-dev express.');
  }
}

function createApplication(create: typeof express, check: () => Promise<HealthReport>): RequestListener {
  // Express recognises an error handler by its four parameters. Its default handler prints the stack.
  const answerBadRequest: ErrorRequestHandler = (error, _request, response, next) => {
    if (response.headersSent) next(error);
    else response.status(400).json({ status: 'error', reason: 'This request is malformed.' });
  };
  return create()
    .disable('x-powered-by')
    .get('/health', createHealthHandler(check))
    .use((_request, response) => {
      response.status(404).json({ status: 'error', reason: 'Not found. The only route is GET /health.' });
    })
    .use(answerBadRequest) as RequestListener;
}
