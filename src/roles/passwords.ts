import { readFile } from 'node:fs/promises';
import { RolePasswordError } from './errors.js';
import { LOGIN_ROLES, type RoleName } from './roles.js';
import { assertUsable, scramVerifier } from './scram.js';

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
    const { role, file } = parsed(assignment);
    if (verifiers.has(role)) throw new RolePasswordError(`The password of ${role} is given twice.`);
    verifiers.set(role, await verifierOf(role, file));
  }
  return verifiers;
}

function parsed(assignment: string): { role: RoleName; file: string } {
  const [, name = '', file = ''] = /^([a-z]+)=(.+)$/s.exec(assignment) ?? [];
  const role = LOGIN_ROLES.find((each) => each === name);
  if (role !== undefined) return { role, file };
  // The argument is not repeated: somebody may have typed the password.
  throw new RolePasswordError(`Give passwords as role=file, with a role that connects: ${LOGIN_ROLES.join(', ')}.`);
}

async function verifierOf(role: RoleName, file: string): Promise<string> {
  const password = (await contentOf(role, file)).replace(/\r?\n$/, '');
  try {
    assertUsable(password);
  } catch (error) {
    if (error instanceof RolePasswordError) throw new RolePasswordError(`${role}: ${error.message}`);
    throw error;
  }
  return scramVerifier(password);
}

async function contentOf(role: RoleName, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    throw new RolePasswordError(
      `The password file of ${role} cannot be read (${typeof code === 'string' ? code : 'unknown reason'}): correct its path, or its rights.`,
    );
  }
}
