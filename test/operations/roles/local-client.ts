import { Socket } from 'node:net';
import pg from 'pg';

/** Connects from one of the machine's own addresses. */
class SocketFrom extends Socket {
  constructor(private readonly localAddress_: string) {
    super();
  }

  override connect(port: unknown, host?: unknown): this {
    return super.connect({ port: Number(port), host: String(host), localAddress: this.localAddress_ });
  }
}

/** A client, not yet connected, that comes from that address. */
export function localClient(connectionString: string, address: string): pg.Client {
  return new pg.Client({ connectionString, stream: () => new SocketFrom(address) });
}
