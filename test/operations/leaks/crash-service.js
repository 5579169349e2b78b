/**
 * A service that crashes: argument 1 is the folder of the compiled package, 2 the way. The values come from the environment, so
 * that no line of this file, which Node.js prints when it crashes, holds one.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRequire } from 'node:module';

const [program, way] = process.argv.slice(2);
const { URL_OF_TEST: url, HANDLE_OF_TEST: handle, TEXT_OF_TEST: text } = process.env;
const { Author, createDataSource, serializeError } = createRequire(import.meta.url)(join(program, 'src/index.js'));

const ways = {
  /** A promise that is not awaited. */
  async rejection(dataSource) {
    void insert(dataSource);
    await sleep(10_000);
  },
  async thrown(dataSource) {
    await insert(dataSource);
  },
  async notFound(dataSource) {
    await dataSource.getRepository(Author).findOneByOrFail({ handle: `${handle}x` });
  },
  /** As a program is ended that goes wrong beyond what Node.js can report. */
  async nextTick(dataSource) {
    const error = await insert(dataSource).catch((reason) => reason);
    process.nextTick(() => {
      throw error;
    });
    await sleep(10_000);
  },
  /** As the docstring of serializeError has it, and with an error that is not of this package. */
  async handled(dataSource) {
    process.on('uncaughtException', (error) => {
      console.error(JSON.stringify(serializeError(error)));
      process.exit(1);
    });
    await insert(dataSource).catch((cause) => {
      throw new Error(`${handle} ${text}`, { cause });
    });
  },
  /** A connection that is lost while nothing runs on it. */
  async idle(dataSource) {
    const runner = dataSource.createQueryRunner();
    const [{ pid }] = await runner.query('SELECT pg_backend_pid() AS pid, $1::text', [text]);
    await dataSource.query('SELECT pg_terminate_backend($1)', [pid]);
    await sleep(200);
    await runner.query('SELECT $1::text', [text]);
  },
};

function insert(dataSource) {
  return dataSource.query('INSERT INTO authors (platform, platform_id, handle, display_name) VALUES ($1, $2, $2, $3)', [
    'TWITTER',
    handle,
    text,
  ]);
}

const dataSource = createDataSource({ url, connectRetryMs: 0 });
await dataSource.initialize();
await ways[way](dataSource);
