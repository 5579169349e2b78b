/** Starts the test server in a child process: Jest loads this file without any transform, and the server is TypeScript. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export default async function globalSetup() {
  const child = spawn(
    process.execPath,
    ['--disable-warning=DeprecationWarning', '--import', '@swc-node/register/esm-register', 'test/support/server.ts'],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  globalThis.testServer = child;
  const ready = await firstLine(child);
  if (ready === undefined) throw new Error('The test database server did not start: its message is above.');
  // Workers inherit the environment.
  process.env.SHARED_DB_TEST_SERVER = ready;
}

async function firstLine(child) {
  for await (const line of createInterface({ input: child.stdout })) return line;
  return undefined;
}
