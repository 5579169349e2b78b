import { expect } from '@jest/globals';
import { inspect } from 'node:util';
import { leaksIn } from './planted.js';
import type { Surface } from './surfaces.js';

export interface Leaking {
  readonly name: string;
  /** It leaks today: its test says so, and fails from the day on which it no longer does. */
  readonly open?: boolean;
}

/** A way to fail, with what proves that it did fail in that way. */
export interface Path<Circumstances = undefined> extends Leaking {
  /** Rejects with what is thrown. */
  readonly fail: (circumstances: Circumstances) => Promise<unknown>;
  /** Fields of the error, or its class. */
  readonly expected: Readonly<Record<string, unknown>> | (new (...all: never[]) => Error);
}

export interface Tally {
  paths: number;
  probes: number;
  leaks: number;
}

export const newTally = (): Tally => ({ paths: 0, probes: 0, leaks: 0 });

/** Each surface is a probe. Returns what leaks: the surface and which value, never the value. */
export function probe(tally: Tally, surfaces: readonly Surface[], mayShow: readonly string[] = []): string[] {
  const leaks = surfaces.flatMap(([surface, text]) =>
    leaksIn(text)
      .filter((what) => !mayShow.includes(what))
      .map((what) => `${surface}: ${what}`),
  );
  tally.paths += 1;
  tally.probes += surfaces.length;
  tally.leaks += leaks.length;
  return leaks;
}

/** What the path throws; fails where it throws nothing, or something else. */
export async function thrownBy<C>({ name, fail, expected }: Path<C>, circumstances: C): Promise<unknown> {
  const thrown: unknown = await fail(circumstances).then(
    () => {
      throw new Error(`"${name}" did not fail.`);
    },
    (reason: unknown) => reason,
  );
  if (typeof expected === 'function') expect(thrown).toBeInstanceOf(expected);
  else expect(facts(thrown)).toMatchObject(expected);
  return thrown;
}

/** Without the message, which Jest would print when they differ. */
function facts(thrown: unknown): unknown {
  const { name, code, sqlState } = thrown as Record<string, unknown>;
  return { name, code, sqlState };
}

/** What is printed meanwhile, by whatever means. */
export async function printedDuring<T>(work: () => Promise<T>): Promise<{ result: T; printed: string }> {
  let printed = '';
  const undo: (() => void)[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream);
    stream.write = (chunk: string | Uint8Array) => {
      printed += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      return true;
    };
    undo.push(() => (stream.write = write));
  }
  // Jest's console does not write to the streams at once.
  for (const method of ['debug', 'error', 'info', 'log', 'warn'] as const) {
    const before = console[method].bind(console);
    console[method] = (...all: unknown[]) => (printed += `${all.map((one) => inspect(one)).join(' ')}\n`);
    undo.push(() => (console[method] = before));
  }
  try {
    return { result: await work(), printed };
  } finally {
    for (const restore of undo) restore();
  }
}
