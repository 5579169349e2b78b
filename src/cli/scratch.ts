import { DEFAULT_SCHEMA } from '../connection/session-settings.js';
import { createDataSource } from '../data-source.js';
import type { ScratchOptions } from '../operations/catalog/scratch-databases.js';
import { runInterruptibly } from './interruption.js';

/** Makes the DataSources of scratch databases on the server that has the database of a URL. */
export function createScratchFactory(url: string, schema: string): ScratchOptions['dataSourceFor'] {
  return (database) =>
    database === undefined
      ? createDataSource({ url, schema, purpose: 'migrate', poolSize: 1, statementTimeoutMs: 60_000 })
      : createDataSource({ url, schema: DEFAULT_SCHEMA, purpose: 'migrate', poolSize: 2 }).setOptions({ database });
}

/** Runs work on scratch databases that a signal can stop. */
export function runOnScratch<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return runInterruptibly('Interrupted: nothing was compared or written, and nothing is left behind.', work);
}
