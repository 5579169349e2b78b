import { setTimeout as sleep } from 'node:timers/promises';

/** After the first line about one wait: milliseconds between two of them. */
const NOTICE_EVERY = 5_000;

/** Waits for somebody else until a deadline, and says so: at once, then every few seconds. */
export class Patience {
  readonly #deadline: number;
  #nextNotice = 0;

  constructor(
    readonly maxWaitMs: number,
    private readonly notice: (line: string) => void,
  ) {
    this.#deadline = performance.now() + maxWaitMs;
  }

  get exhausted(): boolean {
    return performance.now() >= this.#deadline;
  }

  /** In seconds, for messages. */
  get seconds(): number {
    return Math.round(this.maxWaitMs / 1_000);
  }

  /** Between half and one and a half of the time, so that those who wait for the same thing do not all come back at once. */
  async pause(ms: number, describe: () => string | Promise<string>): Promise<void> {
    if (performance.now() >= this.#nextNotice) {
      this.#nextNotice = performance.now() + NOTICE_EVERY;
      this.notice(await describe());
    }
    await sleep(ms * (0.5 + Math.random()));
  }
}
