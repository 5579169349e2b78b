import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { complaint, run, type RunAs } from './child.js';
import { EmbeddedPostgresError, USE_ANOTHER_SERVER } from './embedded-postgres-error.js';

/** PostgreSQL refuses to run as root, so root needs somebody else to be. Windows has no such idea (no getuid). */
export const weAreRoot = (): boolean => process.getuid?.() === 0;

/** How users are looked up and made; a parameter so that tests need not change the users of their machine. */
export interface Users {
  find(nameOrUid: string): Promise<RunAs | undefined>;
  /** Undefined when made, else why not. */
  create(name: string): Promise<string | undefined>;
}

const WAYS_TO_MAKE_A_USER = [
  ['useradd', '--system', '--no-create-home', '--user-group'],
  // A group of that name is left over. (The user's name follows as the last argument.)
  ['useradd', '--system', '--no-create-home', '--gid', 'postgres'],
  // BusyBox
  ['adduser', '-S', '-D', '-H'],
] as const;

export const systemUsers: Users = {
  async find(nameOrUid) {
    // `id`, not /etc/passwd: it knows users of directory services (macOS, LDAP) too.
    const [uid, gid, name] = await Promise.all(['-u', '-g', '-un'].map((flag) => run('id', [flag, nameOrUid])));
    if (!uid?.ok || !gid?.ok) return undefined;
    // `| 0`: nobody is -2 on macOS, printed unsigned there, and spawn() wants it signed.
    return { uid: Number(uid.output) | 0, gid: Number(gid.output) | 0, name: name?.output.trim() ?? nameOrUid };
  },
  async create(name) {
    let reason: string | undefined;
    for (const [command, ...args] of WAYS_TO_MAKE_A_USER) {
      const { ok, output } = await run(command, [...args, name]);
      if (ok) return undefined;
      reason ??= complaint(output);
    }
    return reason;
  },
};

/** Whom the server of a new cluster runs as, when we are root: `postgres`, made if asked for, else `nobody`. */
export async function chooseUser(
  createUser: boolean,
  notice: (line: string) => void,
  users: Users = systemUsers,
): Promise<RunAs> {
  const existing = await users.find('postgres');
  if (existing !== undefined) return existing;
  if (createUser) {
    const reason = await users.create('postgres');
    const created = await users.find('postgres');
    notice(
      created
        ? 'created the system user postgres to run the server'
        : `no user postgres made: ${reason ?? 'it is not found afterwards'}`,
    );
    if (created !== undefined) return created;
  }
  const nobody = await users.find('nobody');
  if (nobody === undefined) {
    throw new EmbeddedPostgresError(
      'PostgreSQL refuses to run as root and there is neither a user postgres nor nobody: run `useradd --system postgres`, ' +
        `run as an ordinary user, or ${USE_ANOTHER_SERVER}`,
    );
  }
  const advice = createUser ? '' : ' (the option createUser would make a user postgres)';
  notice(`PostgreSQL refuses to run as root and there is no user postgres: running as nobody${advice}`);
  return nobody;
}

/** Whether the user may pass through `folder` and all its parents, by their x bits. Access lists are not considered. */
export async function canTraverse(folder: string, user: RunAs): Promise<boolean> {
  const { mode, uid, gid } = await stat(folder);
  const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  if ((mode & bit) === 0) return false;
  const parent = dirname(folder);
  return parent === folder || canTraverse(parent, user);
}
