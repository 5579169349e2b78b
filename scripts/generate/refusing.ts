import { SharedDbError } from '../../src/errors/shared-db-error.js';

/** Runs a script; an error of ours is one line and exit code 1. */
export async function refuseInProduction(script: () => Promise<void>): Promise<void> {
  try {
    await script();
  } catch (error) {
    if (!(error instanceof SharedDbError)) throw error;
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}
