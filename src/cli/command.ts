import { Command } from 'commander';
import { type Environment, readEnvironment } from '../connection/environment.js';
import { serializeError } from '../errors/redaction.js';
import { SharedDbError } from '../errors/shared-db-error.js';
import { toDatabaseError } from '../errors/translate.js';

/** How commands speak: results on standard output, what happens meanwhile and errors on standard error. */
export const output = {
  /** A line of the result. */
  line(text: string): void {
    process.stdout.write(`${text}\n`);
  },
  /** The result for a machine. */
  json(value: unknown): void {
    process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
  },
  /** What is going on, for the person who waits. */
  note(text: string): void {
    process.stderr.write(`${text}\n`);
  },
};

/** Two columns in plain text: names to the left, numbers to the right. */
export function formatTable(title: readonly [string, string], rows: readonly (readonly [string, number])[]): string[] {
  const cells = [title, ...rows.map(([name, number]) => [name, number.toLocaleString('en')] as const)];
  const name = Math.max(...cells.map(([text]) => text.length));
  const number = Math.max(...cells.map(([, text]) => text.length));
  return cells.map(([left, right]) => `${left.padEnd(name)}  ${right.padStart(number)}`);
}

/** Where a connection string begins, or what names a password: a URL with a scheme, libpq's `password=…`, a variable. */
const BEGINNING = /[a-z][a-z0-9+.-]*:\/\/|(?:password|passwd|pwd)\s*[=:]/i;

/** A text that repeats what was typed, up to what looks like a secret: a password may hold what would end it. */
export function removeSecrets(text: string): string {
  const begin = text.search(BEGINNING);
  return begin < 0 ? text : `${text.slice(0, begin)}<hidden>\n`;
}

/** The exit code of commands in which 1 means that something was found. */
export const COULD_NOT_CHECK = 2;

/**
 * The body of a command: reads the environment once (and `--schema`, which goes before it), and turns whatever is thrown into one line on standard error and exit
 * code 1 (`failureCode`, where 1 has another meaning). The stack is shown with DEBUG only, and then of our own errors alone:
 * others may hold what must not be printed.
 */
export function createAction<Arguments extends unknown[]>(
  work: (environment: Environment, ...args: Arguments) => Promise<void>,
  failureCode = 1,
): (...args: Arguments) => Promise<void> {
  return async (...args) => {
    let debug = false;
    try {
      const environment = readEnvironment({ schema: readSchemaFlag(args.at(-1)) });
      ({ debug } = environment);
      await work(environment, ...args);
    } catch (error) {
      output.note(`error: ${explain(error, debug)}`);
      process.exitCode = failureCode;
    }
  };
}

/** What `--schema` says. Commander gives the command itself as the last argument. */
function readSchemaFlag(command: unknown): string | undefined {
  return command instanceof Command ? command.opts<{ schema?: string }>().schema : undefined;
}

/** What is said of anything that was thrown, without the values that it may hold. */
export function explain(error: unknown, debug: boolean): string {
  const known = error instanceof SharedDbError ? error : toDatabaseError(error);
  if (known !== undefined) return debug ? (known.stack ?? known.message) : known.message;
  const { name, code, stack = '' } = serializeError(error);
  const where = debug ? `\n${stack}` : ' Run it again with DEBUG=1 to see where.';
  return `Unexpected ${name}${code === undefined ? '' : ` ${code}`}.${where}`;
}
