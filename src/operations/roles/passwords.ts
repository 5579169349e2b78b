import { createHash, createHmac, pbkdf2 as pbkdf2Callback, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { LOGIN_ROLES, type RoleName, RolePasswordError } from './roles.js';

const pbkdf2 = promisify(pbkdf2Callback);

/** PostgreSQL's default. More iterations slow down every connection, and a password of 16 random characters does not need them. */
const ITERATIONS = 4096;
const SALT_BYTES = 16;
const KEY_BYTES = 32;

/** Programs read the passwords, so length costs nothing. */
const MIN_PASSWORD_CHARACTERS = 16;

/**
 * Computes the SCRAM verifier that the server stores for a password (RFC 5803, in PostgreSQL's form). It is computed here, so that no
 * statement contains the password: statements appear in logs and in pg_stat_activity.
 *
 * @throws RolePasswordError see `assertUsable`
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
 * Refuses passwords that are short, contain control characters, or are changed by SASLprep (RFC 4013: applies NFKC, replaces other
 * spaces by spaces, removes invisible characters). Some drivers skip SASLprep, so only unchanged passwords work with all of them.
 *
 * @throws RolePasswordError
 */
export function assertUsable(password: string): void {
  if (!password.isWellFormed() || password.includes('\uFFFD')) {
    throw new RolePasswordError('The password is not valid UTF-8.');
  }
  if (Array.from(password).length < MIN_PASSWORD_CHARACTERS) {
    throw new RolePasswordError(
      `The password is shorter than ${MIN_PASSWORD_CHARACTERS} characters. Create one with: openssl rand -base64 24`,
    );
  }
  if (/\p{Cc}/u.test(password)) {
    throw new RolePasswordError('The password contains a line break or another control character. Remove it.');
  }
  if (
    password.normalize('NFKC') !== password ||
    /[\p{Cf}\p{Zl}\p{Zp}\p{Variation_Selector}\u034F\u1806]|(?! )\p{Zs}/u.test(password)
  ) {
    throw new RolePasswordError(
      'The password contains characters that drivers encode differently (not in Unicode form NFKC, or invisible). Use others.',
    );
  }
}

/** SCRAM verifiers by role. */
export type Verifiers = ReadonlyMap<RoleName, string>;

/**
 * Reads the passwords of `role=file` arguments. Each file contains one password; a line break at its end is ignored.
 *
 * @throws RolePasswordError naming the role, never the content
 */
export async function readVerifiers(assignments: readonly string[]): Promise<Verifiers> {
  const verifiers = new Map<RoleName, string>();
  for (const assignment of assignments) {
    const { role, file } = parseAssignment(assignment);
    if (verifiers.has(role)) throw new RolePasswordError(`The password of ${role} is given twice.`);
    verifiers.set(role, await toVerifier(role, file));
  }
  return verifiers;
}

function parseAssignment(assignment: string): { role: RoleName; file: string } {
  const [, name = '', file = ''] = /^([a-z]+)=(.+)$/s.exec(assignment) ?? [];
  const role = LOGIN_ROLES.find((each) => each === name);
  if (role !== undefined) return { role, file };
  // The message does not repeat the argument, because it may be the password.
  throw new RolePasswordError(`Give passwords as role=file. The roles are: ${LOGIN_ROLES.join(', ')}.`);
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
      `The password file of ${role} cannot be read (${typeof code === 'string' ? code : 'unknown reason'}). Correct its path or permissions.`,
    );
  }
}
