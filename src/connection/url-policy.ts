import { SharedDbError } from '../errors/shared-db-error.js';
import { type DatabaseAddress, isThisMachine } from './database-url.js';
import { isVerified } from './tls.js';

/** What an operator may permit in production, by the name of the variable. */
export const OPT_OUTS = {
  SHARED_DB_ALLOW_LOCALHOST:
    'production may use a database on this machine, for instance through a proxy beside the service',
  SHARED_DB_ALLOW_PLAINTEXT: 'production may connect without TLS, or without verifying the server',
  SHARED_DB_ALLOW_UNSAFE_ROLE: 'production may log in as a superuser, an owner, or another role that may do too much',
} as const;

export type OptOut = keyof typeof OPT_OUTS;

/** How careful to be. Outside production everything is allowed. */
export interface Safety {
  readonly production: boolean;
  /** NODE_ENV, for messages where it is another name than `production`. */
  readonly nodeEnv?: string | undefined;
  readonly optOuts: readonly OptOut[];
}

/** Production refuses this connection. One line: every reason, and what would do instead. */
export class UnsafeConnection extends SharedDbError {
  override readonly name = 'UnsafeConnection';
}

/**
 * May production use this address? Judges what was parsed, never the text. It cannot know where a name leads: that is for
 * `openSocket`, which sees the address that was really reached.
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

/** The reason with its way out; empty when the operator took it. */
export function createRefusal(reason: string, optOut: OptOut, { optOuts }: Safety): string {
  return optOuts.includes(optOut) ? '' : `${reason} (or permit it: ${optOut}=1)`;
}

/** @throws UnsafeConnection in production when there is a reason. */
export function assertNoReason(reasons: readonly string[], { production, nodeEnv = 'production' }: Safety): void {
  const left = reasons.filter((reason) => reason !== '');
  if (!production || left.length === 0) return;
  const why = nodeEnv === 'production' ? '' : ` (NODE_ENV ${JSON.stringify(nodeEnv)} counts as production)`;
  throw new UnsafeConnection(`Refused in production${why}: ${left.join('; ')}.`);
}

const announcedOptOuts = new Set<OptOut>();

/** Says once which opt-outs are in force, for the log of whoever has forgotten them. */
export function announceOptOuts({ production, optOuts }: Safety): void {
  for (const name of production ? optOuts : []) {
    if (announcedOptOuts.has(name)) continue;
    announcedOptOuts.add(name);
    process.emitWarning(`${name} is set: ${OPT_OUTS[name]}.`, 'SharedDbWarning');
  }
}
