import { Socket } from 'node:net';
import { isThisMachine } from './host.js';
import { assertNoReason, refusal, type Safety } from './url-policy.js';

/**
 * A socket for node-postgres, which closes itself when it turns out to lead to this machine and production forbids that: names
 * resolve to whatever they like. It looks at the connection that is there, before anything is sent on it, so there is no
 * second look-up that could say something else.
 */
export function openSocket(safety: Safety): Socket {
  const socket = new Socket();
  if (!safety.production) return socket;
  return socket.once('connect', () => {
    if (!leadsHere(socket)) return;
    try {
      assertNoReason([refusal('the host leads to this machine', 'SHARED_DB_ALLOW_LOCALHOST', safety)], safety);
    } catch (error) {
      socket.destroy(error as Error);
    }
  });
}

/** Does a connection that is there lead to this machine? */
export function leadsHere({ remoteAddress, localAddress }: Pick<Socket, 'localAddress' | 'remoteAddress'>): boolean {
  // Its own address in the network is this machine as well. A Unix socket has no address at all.
  return remoteAddress === undefined || remoteAddress === localAddress || isThisMachine(remoteAddress);
}
