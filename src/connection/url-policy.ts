import { SharedDbError } from '../errors/shared-db-error.js';
import { type DatabaseAddress, isThisMachine } from './database-url.js';
import { isVerified } from './tls.js';

/** The variables with which an operator switches off a safety rule of production. */
export const OPT_OUTS = {
  SHARED_DB_ALLOW_LOCALHOST:
    'production may connect to a database on this machine, for instance through a proxy beside the service',
  SHARED_DB_ALLOW_PLAINTEXT: 'production may connect without TLS, or without verifying the server',
  SHARED_DB_ALLOW_UNSAFE_ROLE: 'production may log in as a superuser, an owner, or another role with excess privileges',
} as const;

export type OptOut = keyof typeof OPT_OUTS;

/** The safety rules in force. Outside production every connection is allowed. */
export interface Safety {
  readonly production: boolean;
  /** NODE_ENV, for messages when it is another name than `production`. */
  readonly nodeEnv?: string | undefined;
  readonly optOuts: readonly OptOut[];
}

/** Production does not allow this connection. The message lists every reason and its remedy. */
export class UnsafeConnection extends SharedDbError {
  override readonly name = 'UnsafeConnection';
}

/**
 * Throws unless the safety rules allow this address. `openSocket` later checks the address to which the host name resolved.
 *
 * @throws UnsafeConnection
 */
export function assertSafeAddress(address: DatabaseAddress, safety: Safety): void {
  const reasons: string[] = [];
  if (address.user === undefined) reasons.push('the database URL names no user');
  if (isThisMachine(address.host))
    reasons.push(createRefusal('the host is this machine', 'SHARED_DB_ALLOW_LOCALHOST', safety));
  if (!isVerified(address.tls)) {
    const reason = 'the server is not verified: add sslmode=verify-full, and sslrootcert=… for a CA of your own';
    reasons.push(createRefusal(reason, 'SHARED_DB_ALLOW_PLAINTEXT', safety));
  }
  assertNoReason(reasons, safety);
}

/** Returns the reason with the variable that permits it; empty when the operator has set that variable. */
export function createRefusal(reason: string, optOut: OptOut, { optOuts }: Safety): string {
  return optOuts.includes(optOut) ? '' : `${reason} (or permit it: ${optOut}=1)`;
}

/** @throws UnsafeConnection in production when there is a reason. */
export function assertNoReason(reasons: readonly string[], { production, nodeEnv = 'production' }: Safety): void {
  const remaining = reasons.filter((reason) => reason !== '');
  if (!production || remaining.length === 0) return;
  const why = nodeEnv === 'production' ? '' : ` (NODE_ENV ${JSON.stringify(nodeEnv)} counts as production)`;
  throw new UnsafeConnection(`Refused in production${why}: ${remaining.join('; ')}.`);
}

const announcedOptOuts = new Set<OptOut>();

/** Warns once per process about each opt-out that is in force. */
export function announceOptOuts({ production, optOuts }: Safety): void {
  for (const name of production ? optOuts : []) {
    if (announcedOptOuts.has(name)) continue;
    announcedOptOuts.add(name);
    process.emitWarning(`${name} is set: ${OPT_OUTS[name]}.`, 'SharedDbWarning');
  }
}
