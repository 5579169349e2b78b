import { SharedDbError } from '../../connection/shared-db-error.js';

/** Somebody pressed Ctrl-C, or the system ended the command. What it had made is removed by then. */
export class Interruption extends SharedDbError {
  override readonly name = 'Interruption';
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Does the work and cleans up after it, also when a signal ends it half-way; a second signal ends the process at once.
 *
 * @throws Interruption, and whatever the work throws.
 */
export async function untilInterrupted<T>(work: () => Promise<T>, cleanUp: () => Promise<void>): Promise<T> {
  let interrupt: (signal: NodeJS.Signals) => void = () => undefined;
  const interrupted = new Promise<never>((_, reject) => {
    interrupt = () => {
      stopListening();
      reject(new Interruption('Interrupted: nothing was compared or written, and nothing is left behind.'));
    };
  });
  const stopListening = (): void => {
    for (const signal of SIGNALS) process.removeListener(signal, interrupt);
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  const working = work();
  // Cleaning up makes it fail, when nobody listens any more.
  working.catch(() => undefined);
  try {
    return await Promise.race([working, interrupted]);
  } finally {
    await cleanUp();
    stopListening();
  }
}
