/**
 * A second process for the tests of the embedded server: acquires the folder of its first argument, prints one line of JSON,
 * holds on until its input ends, releases, ends.
 */
import { acquireEmbeddedServer } from '../../../src/connection/embedded.js';

const [folder = ''] = process.argv.slice(2);
try {
  const server = await acquireEmbeddedServer({ folder, durable: false });
  process.stdout.write(`${JSON.stringify({ port: server.port, started: server.started, url: server.url() })}\n`);
  process.stdin.resume();
  await new Promise((resolve) => process.stdin.once('end', resolve));
  await server.release();
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: String(error) })}\n`);
}
