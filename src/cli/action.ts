import { Command } from 'commander';
import { readEnvironment, type Environment } from '../connection/environment.js';
import { toDatabaseError } from '../connection/errors.js';
import { serializeError } from '../connection/serialize-error.js';
import { SharedDbError } from '../connection/shared-db-error.js';
import { output } from './output.js';

/** The exit code of commands in which 1 means that something was found. */
export const COULD_NOT_CHECK = 2;

/**
 * The body of a command: reads the environment once (and `--schema`, which goes before it), and turns whatever is thrown into one line on standard error and exit
 * code 1 (`failureCode`, where 1 has another meaning). The stack is shown with DEBUG only, and then of our own errors alone:
 * others may hold what must not be printed.
 */
export function action<Arguments extends unknown[]>(
  work: (environment: Environment, ...args: Arguments) => Promise<void>,
  failureCode = 1,
): (...args: Arguments) => Promise<void> {
  return async (...args) => {
    let debug = false;
    try {
      const environment = readEnvironment({ schema: schemaFlag(args.at(-1)) });
      ({ debug } = environment);
      await work(environment, ...args);
    } catch (error) {
      output.note(`error: ${explain(error, debug)}`);
      process.exitCode = failureCode;
    }
  };
}

/** What `--schema` says. Commander gives the command itself as the last argument. */
function schemaFlag(command: unknown): string | undefined {
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
