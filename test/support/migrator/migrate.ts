/**
 * A process that runs or reverts the migrations of a test: the runner of the commands, without the seconds it takes to load
 * entities. Argument: a `MigrateOrder` as JSON. Notices go to standard error, the result to standard output.
 */
import { revertMigration, runMigrations } from '../../../src/operations/migrator/runner.js';
import { historySource, type TestMigration } from './history.js';

export interface MigrateOrder {
  readonly url: string;
  readonly migrations: readonly TestMigration[];
  readonly direction?: 'down' | 'up';
  readonly maxWaitMs?: number;
}

const order = JSON.parse(process.argv[2] ?? '') as MigrateOrder;
const options = {
  ...(order.maxWaitMs === undefined ? {} : { maxWaitMs: order.maxWaitMs }),
  onNotice: (line: string) => void process.stderr.write(`${line}\n`),
};
const work = order.direction === 'down' ? revertMigration : runMigrations;
try {
  process.stdout.write(`${JSON.stringify(await work(historySource(order.url, order.migrations), options))}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}\n`);
  process.exitCode = 1;
}
