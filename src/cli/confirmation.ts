import { createInterface } from 'node:readline/promises';
import { Option } from 'commander';
import { ConfirmationNeeded } from '../operations/environment-guard/guard.js';
import { output } from './command.js';

/** `--database` of every command that destroys. */
export function createDatabaseOption(): Option {
  return new Option(
    '--database <name>',
    'name of the database, exactly: confirms one that is not of development or tests',
  );
}

export interface Confirmable {
  readonly database?: string;
}

export const ABOUT_CONFIRMATION = `
Where the database, or NODE_ENV, does not say development or test, its name must be given: --database, or typed when asked at a
terminal. db:environment shows what it says.`;

/**
 * Runs work that destroys. When it asks for the name of the database and somebody is at the terminal, they are asked, and it runs
 * again: while it waits for them it holds no lock.
 *
 * @param given what `--database` says
 * @throws what the work throws; the question itself, when nobody answers it
 */
export async function runConfirmed<T>(
  given: string | undefined,
  work: (confirmedName: string | undefined) => Promise<T>,
): Promise<T> {
  try {
    return await work(given);
  } catch (error) {
    if (given !== undefined || !(error instanceof ConfirmationNeeded) || !isInteractive()) throw error;
    output.note(error.message);
    const typed = await ask('Name of the database: ');
    if (typed === undefined || typed === '') throw error;
    return work(typed);
  }
}

/** True when standard input is a terminal, so that a question can be answered. */
export function isInteractive(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** Asks at the terminal. Undefined: the input ended before an answer (Ctrl-C, Ctrl-D). */
export async function ask(question: string): Promise<string | undefined> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const ended = new Promise<undefined>((resolve) => {
      terminal.once('close', () => {
        resolve(undefined);
      });
    });
    return await Promise.race([terminal.question(question), ended]);
  } finally {
    terminal.close();
  }
}
