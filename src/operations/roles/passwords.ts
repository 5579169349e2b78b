import { createHash, createHmac, pbkdf2 as pbkdf2Callback, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { LOGIN_ROLES, type RoleName, RolePasswordError } from './roles.js';

const pbkdf2 = promisify(pbkdf2Callback);

/** As PostgreSQL has it by itself. More would slow every connection down, and protects no password of 16 random characters. */
const ITERATIONS = 4096;
const SALT_BYTES = 16;
const KEY_BYTES = 32;

/** Shortest password, in characters: programs read them, no person must remember them. */
const SHORTEST_PASSWORD = 16;

/**
 * What the server keeps of a password (RFC 5803, as PostgreSQL writes it), made here so that no statement holds the password:
 * statements are seen in logs, in pg_stat_activity and on the wire.
 *
 * @throws RolePasswordError as `assertUsable`
 */
export async function createScramVerifier(password: string, salt: Buffer = randomBytes(SALT_BYTES)): Promise<string> {
  assertUsable(password);
  const salted = await pbkdf2(password, salt, ITERATIONS, KEY_BYTES, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const storedKey = createHash('sha256').update(clientKey).digest('base64');
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

/**
 * Refuses passwords that are short, hold control characters, or would be another text after SASLprep (RFC 4013: NFKC, other spaces
 * become spaces, invisible characters vanish). Drivers do not agree on SASLprep, some leave it out: what it leaves alone every
 * one of them sends as it is, and PostgreSQL too takes it as it is.
 *
 * @throws RolePasswordError
 */
export function assertUsable(password: string): void {
  if (!password.isWellFormed() || password.includes('\uFFFD')) {
    throw new RolePasswordError('The password is not valid UTF-8.');
  }
  if (Array.from(password).length < SHORTEST_PASSWORD) {
    throw new RolePasswordError(
      `The password is shorter than ${SHORTEST_PASSWORD} characters: make one with openssl rand -base64 24.`,
    );
  }
  if (/\p{Cc}/u.test(password)) {
    throw new RolePasswordError('The password holds a line break or another control character.');
  }
  if (
    password.normalize('NFKC') !== password ||
    /[\p{Cf}\p{Zl}\p{Zp}\p{Variation_Selector}\u034F\u1806]|(?! )\p{Zs}/u.test(password)
  ) {
    throw new RolePasswordError(
      'The password holds characters that programs send differently (not in Unicode form NFKC, or invisible): use others.',
    );
  }
}

/** Verifiers by role: what may travel in SQL. */
export type Verifiers = ReadonlyMap<RoleName, string>;

/**
 * Reads `role=file` arguments: each file holds one password, a line break at its end aside, as secret managers and Docker write it.
 *
 * @throws RolePasswordError naming role and file, never the content
 */
export async function readVerifiers(assignments: readonly string[]): Promise<Verifiers> {
  const verifiers = new Map<RoleName, string>();
  for (const assignment of assignments) {
    const { role, file } = parseLines(assignment);
    if (verifiers.has(role)) throw new RolePasswordError(`The password of ${role} is given twice.`);
    verifiers.set(role, await toVerifier(role, file));
  }
  return verifiers;
}

function parseLines(assignment: string): { role: RoleName; file: string } {
  const [, name = '', file = ''] = /^([a-z]+)=(.+)$/s.exec(assignment) ?? [];
  const role = LOGIN_ROLES.find((each) => each === name);
  if (role !== undefined) return { role, file };
  // The message does not repeat the argument, because it may be the password.
  throw new RolePasswordError(`Give passwords as role=file, with a role that connects: ${LOGIN_ROLES.join(', ')}.`);
}

async function toVerifier(role: RoleName, file: string): Promise<string> {
  const password = (await readContent(role, file)).replace(/\r?\n$/, '');
  try {
    assertUsable(password);
  } catch (error) {
    if (error instanceof RolePasswordError) throw new RolePasswordError(`${role}: ${error.message}`);
    throw error;
  }
  return createScramVerifier(password);
}

async function readContent(role: RoleName, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    throw new RolePasswordError(
      `The password file of ${role} cannot be read (${typeof code === 'string' ? code : 'unknown reason'}): correct its path, or its rights.`,
    );
  }
}
