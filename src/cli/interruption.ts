import { SharedDbError } from '../errors/shared-db-error.js';
import { output } from './command.js';

/** A signal ended the command, and what it had begun is removed. */
export class Interruption extends SharedDbError {
  override readonly name = 'Interruption';
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** One Ctrl-C may arrive twice: from the terminal, and once more from npm, which passes it on. */
const SAME_SIGNAL_MS = 300;

const PARENT_POLL_MS = 250;

/** 128 + SIGINT, the exit code that shells expect. */
const EXIT_CODE = 130;

/**
 * Runs work that a signal can stop: the first Ctrl-C (or SIGTERM, SIGHUP) aborts the AbortSignal, and the work removes what it had
 * begun; the second ends the process at once.
 *
 * @param message the message of the Interruption
 * @throws Interruption when a signal stopped it, and whatever the work throws.
 */
export async function runInterruptibly<T>(message: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stopListening = onStopSignal(() => {
    controller.abort(new Interruption(message));
  });
  try {
    return await work(controller.signal);
  } catch (error) {
    // A cancelled statement fails with an error of its own, which would hide the reason.
    controller.signal.throwIfAborted();
    throw error;
  } finally {
    stopListening();
  }
}

/**
 * Aborts at the first Ctrl-C (or SIGTERM, SIGHUP), for a command that runs until it is told to stop.
 *
 * The end of the parent process counts as the first signal: a signal that ends `npm start` ends npm's shell, which does not pass it on.
 */
export function listenForStop(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) return;
    output.note('Stopping … (Ctrl-C again: at once)');
    controller.abort(new Interruption('Stopped before it was ready.'));
  };
  onStopSignal(stop);
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop();
  }, PARENT_POLL_MS).unref();
  return controller.signal;
}

/** Calls `stop` at the first signal and ends the process at the second. Returns the function that stops listening. */
function onStopSignal(stop: () => void): () => void {
  let since: number | undefined;
  const receive = (): void => {
    if (since === undefined) {
      since = performance.now();
      stop();
    } else if (performance.now() - since > SAME_SIGNAL_MS) {
      process.exit(EXIT_CODE);
    }
  };
  for (const signal of SIGNALS) process.on(signal, receive);
  return () => {
    for (const signal of SIGNALS) process.removeListener(signal, receive);
  };
}
