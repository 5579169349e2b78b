import { output } from '../output.js';

/** One Ctrl-C may arrive twice: from the terminal, and once more from npm, which passes it on. */
const SAME_SIGNAL_MS = 300;

const PARENT_POLL_MS = 250;

/** 128 + SIGINT, as shells say it. */
const INTERRUPTED = 130;

/** Asked to stop before it was ready: not a failure. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

export interface StopRequest {
  /** Resolves when we are asked to stop. */
  readonly requested: Promise<void>;
  /** For between the steps of starting. Throws Interrupted once we were asked to stop. */
  throwIfRequested(): void;
}

/**
 * Listens for Ctrl-C (SIGINT) and SIGTERM. The first asks for an orderly end; a second ends the process at once.
 *
 * The end of our parent counts as the first: whoever ends `npm start` ends npm's shell, which tells us nothing.
 */
export function listenForStop(): StopRequest {
  let since: number | undefined;
  let resolve: () => void;
  const requested = new Promise<void>((done) => (resolve = done));
  const ask = (): void => {
    if (since === undefined) {
      since = performance.now();
      output.note('Stopping … (Ctrl-C again: at once)');
      resolve();
    } else if (performance.now() - since > SAME_SIGNAL_MS) {
      process.exit(INTERRUPTED);
    }
  };
  const parent = process.ppid;
  setInterval(() => {
    if (since === undefined && process.ppid !== parent) ask();
  }, PARENT_POLL_MS).unref();
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, ask);
  return {
    requested,
    throwIfRequested: () => {
      if (since !== undefined) throw new Interrupted();
    },
  };
}
