import { createInterface } from 'node:readline/promises';
import { Option } from 'commander';
import { ConfirmationNeeded } from '../operations/environment-guard/guard.js';
import { output } from './command.js';

/** The options of a destructive command. */
export interface ConfirmationFlags {
  readonly database?: string;
}

/** Returns the option `--database`, which every destructive command has. */
export function createDatabaseOption(): Option {
  return new Option('--database <name>', 'the exact name of the database, as confirmation');
}

export const ABOUT_CONFIRMATION = `
The command runs without confirmation if the database is empty, or if both its environment row and NODE_ENV say development or
test (NODE_ENV may also be unset). Otherwise it needs the exact name of the database: give --database, or type the name when the
terminal asks for it. db:environment shows both.`;

/**
 * Runs destructive work. If the work needs the database's name and there is a terminal, asks for the name and runs the work
 * again. No lock is held while the question waits for an answer.
 *
 * @param given the value of `--database`
 * @throws whatever the work throws; ConfirmationNeeded or UnconfirmedDatabaseError if no name is given
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

/** Returns whether a question can be answered: standard input and standard error are a terminal. */
export function isInteractive(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** Asks a question at the terminal. Returns undefined if the input ends before an answer (Ctrl-C, Ctrl-D). */
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
