import { SharedDbError } from '../errors/shared-db-error.js';
import { output } from './command.js';

/** A signal stopped the command, which then removed its temporary files and databases. */
export class Interruption extends SharedDbError {
  override readonly name = 'Interruption';
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Under npm one Ctrl-C arrives twice: from the terminal, and from npm, which passes it on. */
const SAME_SIGNAL_MS = 300;

const PARENT_POLL_MS = 250;

/** 128 + SIGINT, as shells expect. */
const EXIT_CODE = 130;

/**
 * Runs work that a signal can stop. The first Ctrl-C (or SIGTERM, SIGHUP) aborts the AbortSignal, and the work removes what it had
 * begun. The second one ends the process at once.
 *
 * Commands that leave nothing behind do not need it: without it the first signal ends the process, and PostgreSQL rolls back.
 *
 * @param message the message of the Interruption
 * @throws Interruption if a signal stopped the work, otherwise whatever the work throws.
 */
export async function runInterruptibly<T>(message: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stopListening = onStopSignal(() => {
    controller.abort(new Interruption(message));
  });
  try {
    return await work(controller.signal);
  } catch (error) {
    // Throws the Interruption instead of the error of the cancelled statement.
    controller.signal.throwIfAborted();
    throw error;
  } finally {
    stopListening();
  }
}

/**
 * Returns an AbortSignal that aborts at the first Ctrl-C (or SIGTERM, SIGHUP), for a command that runs until it is stopped.
 *
 * The end of the parent process counts as a signal: a signal that ends `npm start` ends the shell of npm, which does not pass it on.
 */
export function listenForStop(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) return;
    output.note('Stopping … (press Ctrl-C again to stop at once)');
    controller.abort(new Interruption('Stopped before the server was ready.'));
  };
  onStopSignal(stop);
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop();
  }, PARENT_POLL_MS).unref();
  return controller.signal;
}

/** Calls `stop` at the first signal, and ends the process at the second one. Returns a function that removes the listeners. */
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
