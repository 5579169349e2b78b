/** Lets the test server go: it removes what this run created when its standard input closes, so also when Jest is killed. */
import { once } from 'node:events';

export default async function globalTeardown() {
  const { child, memory } = globalThis.testServer ?? {};
  // For the next run of a Jest that watches.
  if (memory !== undefined) delete process.env.TMPDIR;
  if (!child || child.exitCode !== null) return;
  child.stdin.end();
  await once(child, 'exit');
}
