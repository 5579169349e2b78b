import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** When the strike happens: before the statement reaches the server, once it has, or when the answer is withheld from the client. */
export type KillTime = 'after' | 'before' | 'during';

export const KILL_TIMES: readonly KillTime[] = ['before', 'during', 'after'];

/** A proxy that counts the statements of its first connection and strikes at one of them. */
export interface StatementProxy {
  readonly url: string;
  /** Number of statements that the first connection sent. */
  readonly statements: number;
  close(): Promise<void>;
}

/**
 * Opens a proxy to the server of a database.
 *
 * @param strike called once, at that moment of that statement (from 1); afterwards the proxy forwards nothing
 */
export async function openStatementProxy(
  databaseUrl: string,
  place?: { readonly statement: number; readonly moment: KillTime },
  strike: () => void | Promise<void> = () => undefined,
): Promise<StatementProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let statements = 0;
  let struck = false;
  const hit = (): void => {
    struck = true;
    void Promise.resolve(strike()).finally(() => {
      for (const socket of sockets) socket.destroy();
    });
  };

  const serve = (client: Socket, counted: boolean): void => {
    const upstream = connect(Number(target.port || '5432'), target.hostname.replace(/^\[|\]$/g, ''));
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    let answerIsAwaited = false;
    const fromClient = frames(false, (frame, type) => {
      if (struck) return;
      if (!counted || !isStatement(type)) {
        upstream.write(frame);
        return;
      }
      statements += 1;
      const here = statements === place?.statement ? place.moment : undefined;
      if (here !== 'before') upstream.write(frame);
      if (here === 'before' || here === 'during') hit();
      answerIsAwaited = here === 'after';
    });
    const fromServer = frames(true, (frame, type) => {
      if (struck) return;
      if (answerIsAwaited && type === 'Z') hit();
      else if (!answerIsAwaited) client.write(frame);
    });
    client.on('data', fromClient);
    upstream.on('data', fromServer);
  };

  let connections = 0;
  const server = createServer((client) => {
    connections += 1;
    serve(client, connections === 1);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const through = new URL(databaseUrl);
  through.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: through.href,
    get statements() {
      return statements;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Returns true for the message that ends a statement: a simple query, or the Sync of an extended query. */
function isStatement(type: string): boolean {
  return type === 'Q' || type === 'S';
}

/** Splits a stream of PostgreSQL's protocol into messages. The first message of a client has no type. */
function frames(typed: boolean, onFrame: (frame: Buffer, type: string) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  let first = !typed;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const offset = first ? 0 : 1;
      if (rest.length < offset + 4) return;
      const length = offset + rest.readUInt32BE(offset);
      if (rest.length < length) return;
      const frame = rest.subarray(0, length);
      const type = first ? '' : String.fromCharCode(frame[0] ?? 0);
      first = false;
      rest = rest.subarray(length);
      onFrame(frame, type);
    }
  };
}
