import { Command } from 'commander';
import { describeNodeEnv, type Environment } from '../connection/environment.js';
import { unknownHealth, type HealthReport } from '../health/report.js';
import { action } from './action.js';
import { acquireDatabase, withDatabase } from './database.js';
import { output } from './output.js';
import { StartError } from './start/start-error.js';
import { Interrupted, listenForStop, type StopRequest } from './start/stop-request.js';
import { summaryLines } from './start/summary.js';
import { serve, type WebServer } from './start/web-server.js';

const HELP = `
Listens on this machine only (127.0.0.1 and ::1). Ctrl-C or SIGTERM stops it in good order.

Examples:
  npm start                                                          on an embedded PostgreSQL in .data/
  PORT=4000 npm start                                                on another port
  DATABASE_URL=postgres://me:hunter2@localhost:5432/antone npm start  on a server of your own`;

export const startCommand = new Command('start')
  .description('development server: the database up, migrated and seeded; GET /health on PORT (3000)')
  .addHelpText('after', HELP)
  .action(action(start));

async function start(environment: Environment): Promise<void> {
  if (environment.production) {
    // Whoever starts a service in production wants to hear first what is wrong with its connection.
    await withDatabase(environment, () => Promise.resolve(), 'app');
    throw new StartError(
      `start is a development server and ${describeNodeEnv(environment.nodeEnv)}: deploy with shared-db migration:run and seed:reference, and mount healthHandler in your service.`,
    );
  }
  const stop = listenForStop();
  let check = (): Promise<HealthReport> =>
    Promise.resolve(unknownHealth('Not ready yet: the database is being prepared.'));
  // First of all: a port that is taken should not cost a migration.
  const server = await serve(environment.port, () => check());
  try {
    await run(environment, server, stop, (ready) => (check = ready));
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  } finally {
    await server.close();
  }
}

async function run(
  environment: Environment,
  server: WebServer,
  stop: StopRequest,
  onReady: (check: () => Promise<HealthReport>) => void,
): Promise<void> {
  const database = await acquireDatabase(environment);
  try {
    const [{ createDataSource }, { createHealthCheck }, { prepareDatabase }] = await Promise.all([
      import('../data-source.js'),
      import('../health/check.js'),
      import('./start/prepare.js'),
    ]);
    stop.throwIfRequested();
    const prepared = await prepareDatabase(environment, database, stop);
    onReady(createHealthCheck(createDataSource({ url: database.url, schema: database.schema })));
    for (const line of summaryLines({ serverUrl: server.url, ...prepared })) output.line(line);
    await stop.requested;
  } finally {
    // Before the database goes: requests that are running may need it.
    await server.close();
    await database.release();
  }
}
