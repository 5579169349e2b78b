/**
 * A program that applies or reverts the migrations of a test. It uses the same runner as the commands but loads no entities, which takes
 * seconds. Argument: a `MigrateOrder` as JSON. It writes notices to standard error and the result to standard output.
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
async function main(): Promise<void> {
  try {
    process.stdout.write(`${JSON.stringify(await work(historySource(order.url, order.migrations), options))}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}\n`);
    process.exitCode = 1;
  }
}

void main();
