import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { StartError } from './start-error.js';

/** How long requests may run on after the server was told to stop. */
const GRACE_MS = 5_000;

export interface Listener {
  readonly port: number;
  /** Refuses new connections, lets running requests finish (GRACE_MS at most), closes every connection. Idempotent. */
  close(): Promise<void>;
}

/**
 * An HTTP server on that address.
 *
 * @throws StartError when the port is taken or not ours to take.
 */
export async function listen(app: RequestListener, host: string, port: number): Promise<Listener> {
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
