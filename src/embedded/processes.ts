import { spawn, type SpawnOptions } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SharedDbError } from '../errors/shared-db-error.js';

/** Every failure of the embedded server. The message is one line and ends with what to do. */
export class EmbeddedPostgresError extends SharedDbError {
  override name = 'EmbeddedPostgresError';
}

/** The end of every message for which no repair of the embedded server is known. */
export const USE_ANOTHER_SERVER = 'set DATABASE_URL (TEST_DATABASE_URL for tests) or run `docker compose up -d`';

/** `code` of a system or PostgreSQL error. Not `instanceof`: errors of Node's core belong to another realm inside Jest. */
export function getCode(error: unknown): string | undefined {
  const code: unknown = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** The first line of an error's message. */
export function getMessage(error: unknown): string {
  const message: unknown = (error as { message?: unknown } | undefined)?.message;
  return (typeof message === 'string' ? message : String(error)).split('\n')[0] ?? '';
}

/** Runs `work`; a failure of the system (no space, read-only, no permission) becomes one line that says what to do. */
export async function toEmbeddedError<T>(attempted: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    const advice = `choose a folder on a disk you may write to, or ${USE_ANOTHER_SERVER}`;
    throw new EmbeddedPostgresError(`cannot ${attempted}: ${getMessage(error)}; ${advice}`, { cause: error });
  }
}

/** The user a child runs as. Absent (undefined) when it is simply ours: always, unless we are root. */
export interface RunAs {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

export interface Finished {
  readonly ok: boolean;
  /** What it printed, stdout and stderr together; the reason when it could not even be started. */
  readonly output: string;
}

/**
 * Nothing of our own environment reaches a child: PGDATA, PGPORT, LC_* and the like would change what the server does.
 * Windows is the exception (its system libraries need SystemRoot), hence the inherited environment there.
 */
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
};

/** Options that every child has. The working folder is the root: the server's user may be unable to enter ours. */
export function createChildOptions(runAs: RunAs | undefined): SpawnOptions {
  return {
    cwd: '/',
    windowsHide: true,
    ...(process.platform === 'win32' ? {} : { env: ENVIRONMENT }),
    ...(runAs === undefined ? {} : { uid: runAs.uid, gid: runAs.gid }),
  };
}

/** Runs a program to its end. Never throws: a program that cannot be started is one that failed. */
export function run(file: string, args: readonly string[], runAs?: RunAs): Promise<Finished> {
  return new Promise((resolve) => {
    let output = '';
    const append = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    const failed = (error: unknown): void => {
      resolve({ ok: false, output: getMessage(error) });
    };
    try {
      const child = spawn(file, args, { ...createChildOptions(runAs), stdio: ['ignore', 'pipe', 'pipe'] });
      child.stdout.on('data', append);
      child.stderr.on('data', append);
      child.once('error', failed);
      child.once('close', (code) => {
        resolve({ ok: code === 0, output });
      });
    } catch (error) {
      // Some reasons (a uid we may not take) are thrown, not emitted.
      failed(error);
    }
  });
}

/** The line of a PostgreSQL program's output that says why it failed: the first complaint, else the last line. */
export function readComplaint(output: string): string {
  const lines = output.split('\n').flatMap((line) => line.trim() || []);
  const reason = lines.find((line) => /\b(FATAL|PANIC|error|could not|cannot)\b/.test(line)) ?? lines.at(-1);
  // "2026-01-01 00:00:00.000 UTC [42] FATAL:  reason" → "reason"
  return (reason ?? 'it printed nothing').replace(/^.*?\b(FATAL|PANIC|error): +/, '');
}

/** PostgreSQL refuses to run as root, so that root needs another user. Windows has no such rule (no getuid). */
export const isRoot = (): boolean => process.getuid?.() === 0;

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
      reason ??= readComplaint(output);
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
