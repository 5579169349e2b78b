/**
 * A second process for the tests of the embedded server: with the compiled module of its first argument it acquires the
 * folder of its second, prints one line of JSON, holds on until its input ends, releases, ends.
 */
const [module, folder] = process.argv.slice(2);
const { default: library } = await import(module);
const { acquireEmbeddedServer } = library;
try {
  const server = await acquireEmbeddedServer({ folder, durable: false });
  process.stdout.write(`${JSON.stringify({ port: server.port, started: server.started, url: server.url() })}\n`);
  process.stdin.resume();
  await new Promise((resolve) => process.stdin.once('end', resolve));
  await server.release();
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: String(error) })}\n`);
}
