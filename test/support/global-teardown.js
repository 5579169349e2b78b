/** Lets the test server go: it drops what this run created when its standard input closes, so also when Jest is killed. */
import { once } from 'node:events';

export default async function globalTeardown() {
  const child = globalThis.testServer;
  if (!child || child.exitCode !== null) return;
  child.stdin.end();
  await once(child, 'exit');
}
