import { spawn, type SpawnOptions } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SharedDbError } from '../errors/shared-db-error.js';

/** The embedded server failed. The message is one line and ends with advice. */
export class EmbeddedPostgresError extends SharedDbError {
  override name = 'EmbeddedPostgresError';
}

/** The end of every message for which no repair of the embedded server is known. */
export const USE_ANOTHER_SERVER = 'set DATABASE_URL (TEST_DATABASE_URL for tests) or run `docker compose up -d`';

/** Returns the `code` of a system or PostgreSQL error. Uses no `instanceof`, because in Jest errors of Node belong to another realm. */
export function getCode(error: unknown): string | undefined {
  const code: unknown = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** Returns the first line of an error's message. */
export function getMessage(error: unknown): string {
  const message: unknown = (error as { message?: unknown } | undefined)?.message;
  return (typeof message === 'string' ? message : String(error)).split('\n')[0] ?? '';
}

/**
 * Runs `work` and translates system errors (no space, read-only disk, no permission).
 *
 * @param attempted the work, as the end of "cannot …"
 * @throws EmbeddedPostgresError
 */
export async function toEmbeddedError<T>(attempted: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    const advice = `choose a folder that you can write to, or ${USE_ANOTHER_SERVER}`;
    throw new EmbeddedPostgresError(`cannot ${attempted}: ${getMessage(error)}; ${advice}`, { cause: error });
  }
}

/** The user that runs a child process. Undefined means our own user, and is always so unless we are root. */
export interface RunAs {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

export interface ProgramResult {
  readonly ok: boolean;
  /** stdout and stderr together; when the program could not be started, the reason. */
  readonly output: string;
}

/**
 * The environment of child processes. They do not inherit ours, because PGDATA, PGPORT, LC_* and the like would change the server. Only
 * on Windows they do, as its system libraries need SystemRoot.
 */
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
};

/** Returns the options of every child process. The working folder is the root, because the server's user may be unable to enter ours. */
export function createChildOptions(runAs: RunAs | undefined): SpawnOptions {
  return {
    cwd: '/',
    windowsHide: true,
    ...(process.platform === 'win32' ? {} : { env: ENVIRONMENT }),
    ...(runAs === undefined ? {} : { uid: runAs.uid, gid: runAs.gid }),
  };
}

/** Runs a program until it ends. Never throws. */
export function run(file: string, args: readonly string[], runAs?: RunAs): Promise<ProgramResult> {
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
      // spawn() throws some errors, such as a uid that is not allowed, instead of emitting them.
      failed(error);
    }
  });
}

/** Returns the first error in the output of a PostgreSQL program; without one, its last line. */
export function getErrorLine(output: string): string {
  const lines = output.split('\n').flatMap((line) => line.trim() || []);
  const reason = lines.find((line) => /\b(FATAL|PANIC|error|could not|cannot)\b/.test(line)) ?? lines.at(-1);
  // "2026-01-01 00:00:00.000 UTC [42] FATAL:  reason" → "reason"
  return (reason ?? 'it printed nothing').replace(/^.*?\b(FATAL|PANIC|error): +/, '');
}

/** PostgreSQL refuses to run as root, so root needs another user. Windows has no such rule, and no getuid. */
export const isRoot = (): boolean => process.getuid?.() === 0;

/** Finds and creates users. A parameter, so that tests do not change the users of their machine. */
export interface Users {
  find(nameOrUid: string): Promise<RunAs | undefined>;
  /** Returns undefined after success, otherwise the reason. */
  create(name: string): Promise<string | undefined>;
}

/** Commands that create a user. The name of the user is added as the last argument. */
const CREATE_USER_COMMANDS = [
  ['useradd', '--system', '--no-create-home', '--user-group'],
  // For systems that already have a group of that name.
  ['useradd', '--system', '--no-create-home', '--gid', 'postgres'],
  // BusyBox
  ['adduser', '-S', '-D', '-H'],
] as const;

export const systemUsers: Users = {
  async find(nameOrUid) {
    // Unlike /etc/passwd, `id` also finds users of directory services (macOS, LDAP).
    const [uid, gid, name] = await Promise.all(['-u', '-g', '-un'].map((flag) => run('id', [flag, nameOrUid])));
    if (!uid?.ok || !gid?.ok) return undefined;
    // `| 0` makes the number signed, as spawn() requires: macOS prints the uid -2 of nobody as unsigned.
    return { uid: Number(uid.output) | 0, gid: Number(gid.output) | 0, name: name?.output.trim() ?? nameOrUid };
  },
  async create(name) {
    let reason: string | undefined;
    for (const [command, ...args] of CREATE_USER_COMMANDS) {
      const { ok, output } = await run(command, [...args, name]);
      if (ok) return undefined;
      reason ??= getErrorLine(output);
    }
    return reason;
  },
};

/**
 * Chooses, for root, the user that runs the server of a new cluster: `postgres`, created if the caller allows it, or `nobody`.
 *
 * @throws EmbeddedPostgresError when neither exists
 */
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
        : `cannot create the system user postgres: ${reason ?? 'the command succeeded, but the user does not exist'}`,
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
  const advice = createUser ? '' : ' (the option createUser creates a user postgres)';
  notice(`PostgreSQL refuses to run as root and there is no user postgres: running as nobody${advice}`);
  return nobody;
}

/** Returns whether the user can enter `folder` and all its parents, by their x bits. Ignores access control lists. */
export async function canTraverse(folder: string, user: RunAs): Promise<boolean> {
  const { mode, uid, gid } = await stat(folder);
  const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  if ((mode & bit) === 0) return false;
  const parent = dirname(folder);
  return parent === folder || canTraverse(parent, user);
}
