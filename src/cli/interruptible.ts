import { Interruption } from './check/interruption.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Work that can be stopped: the first Ctrl-C (or SIGTERM, SIGHUP) aborts its signal, and it removes what it had begun; the
 * second ends the process at once.
 *
 * @param message what is said when it was stopped
 * @throws Interruption when it was stopped, and whatever the work throws.
 */
export async function interruptible<T>(message: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stopListening = (): void => {
    for (const signal of SIGNALS) process.removeListener(signal, interrupt);
  };
  const interrupt = (): void => {
    stopListening();
    controller.abort(new Interruption(message));
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  try {
    return await work(controller.signal);
  } catch (error) {
    // What was cancelled fails in its own words.
    controller.signal.throwIfAborted();
    throw error;
  } finally {
    stopListening();
  }
}
