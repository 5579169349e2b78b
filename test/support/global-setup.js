/** Starts the test server in a child process, compiled first: Jest loads this file without any transform. */
import { spawn } from 'node:child_process';
import { access, chmod, constants, mkdtemp, readFile, statfs } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { buildProgram } from './program.js';

const ENOUGH_BYTES = 2 * 2 ** 30;

export default async function globalSetup() {
  const run = `${Date.now().toString(36)}_${process.pid}`;
  const program = resolve(`node_modules/.cache/shared-db-test/${run}`);
  await buildProgram('.', program, ['src', 'scripts', 'test/support']);
  const memory = await folderInMemory();
  // Workers and the server inherit the environment.
  if (memory !== undefined) process.env.TMPDIR = memory;
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=DeprecationWarning',
      '--no-opt',
      join(program, 'test/support/server.js'),
      run,
      program,
      memory ?? '',
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  globalThis.testServer = { child, memory };
  const ready = await firstLine(child);
  if (ready === undefined) throw new Error('The test database server did not start: its message is above.');
  process.env.SHARED_DB_TEST_SERVER = ready;
}

/**
 * A temporary folder in memory, where the system has one with enough room. The tests make clusters and databases by the dozen,
 * a thousand files each, and making files soon after as many were removed is slow on ext4.
 */
async function folderInMemory() {
  if (process.env.TMPDIR) return undefined;
  try {
    // Tests run programs from there, too.
    if (!/^\S+ \/dev\/shm tmpfs (?!\S*noexec)/m.test(await readFile('/proc/mounts', 'utf8'))) return undefined;
    await access('/dev/shm', constants.W_OK);
    const { bavail, bsize } = await statfs('/dev/shm');
    if (bavail * bsize < ENOUGH_BYTES) return undefined;
    const folder = await mkdtemp('/dev/shm/shared-db-test-');
    // As /tmp: the embedded server may run as another user.
    await chmod(folder, 0o1777);
    return folder;
  } catch {
    return undefined;
  }
}

async function firstLine(child) {
  for await (const line of createInterface({ input: child.stdout })) return line;
  return undefined;
}
