import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A wire to a database that a test can cut, or let hang, without touching the server. */
export interface DatabaseProxy {
  /** The database's connection string, through this wire. */
  readonly url: string;
  /** Connections made through it so far. */
  readonly made: number;
  /** Connections open now. */
  readonly open: number;
  /** Passes nothing on any more, as a server that hangs. With a text: from the message on that holds it. */
  freeze(at?: string): void;
  /** Passes everything on again, what was held back included. */
  thaw(): void;
  /** Cuts every connection and refuses new ones, as a server that is gone. */
  down(): Promise<void>;
  up(): Promise<void>;
}

export async function openProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let made = 0;
  let frozen = false;
  let freezeAt: string | undefined;
  let held: (() => void)[] = [];

  const pass = (from: Socket, to: Socket): void => {
    from.on('data', (chunk: Buffer) => {
      if (freezeAt !== undefined && chunk.includes(freezeAt)) frozen = true;
      if (frozen) held.push(() => to.write(chunk));
      else to.write(chunk);
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  const server: Server = createServer((client) => {
    made += 1;
    const upstream = connect(Number(target.port || '5432'), target.hostname.replace(/^\[|\]$/g, ''));
    for (const socket of [client, upstream]) sockets.add(socket);
    pass(client, upstream);
    pass(upstream, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const through = new URL(databaseUrl);
  through.host = `127.0.0.1:${port}`;

  return {
    url: through.href,
    get made() {
      return made;
    },
    get open() {
      return sockets.size / 2;
    },
    freeze(at) {
      if (at === undefined) frozen = true;
      freezeAt = at;
    },
    thaw() {
      frozen = false;
      freezeAt = undefined;
      const release = held;
      held = [];
      for (const write of release) write();
    },
    async down() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    async up() {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
  };
}
