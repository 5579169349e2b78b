import { Command } from 'commander';
import { type Environment, readEnvironment } from '../connection/environment.js';
import { serializeError } from '../errors/redaction.js';
import { SharedDbError } from '../errors/shared-db-error.js';
import { toDatabaseError } from '../errors/translate.js';
import { FROM_SOURCE } from '../package.js';

/** Writes what a command prints: results on standard output, progress and errors on standard error. */
export const output = {
  /** Writes one line of the result. */
  line: (text: string): void => {
    process.stdout.write(`${text}\n`);
  },
  /** Writes the result as JSON. */
  json: (value: unknown): void => {
    process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
  },
  /** Writes one line of progress, a warning or an error. */
  note: (text: string): void => {
    process.stderr.write(`${text}\n`);
  },
};

/**
 * Returns the line that runs one of our commands: through npm in the repository, through npx from the installed package.
 *
 * @param command variables, name and arguments: `PORT=4000 start`, `migration:run --dry-run`
 */
export function formatCommand(command: string): string {
  const [, variables = '', name = '', args = ''] = /^((?:[A-Z_]+=\S+ )*)(\S+)([^]*)$/.exec(command) ?? [];
  if (!FROM_SOURCE) return `${variables}npx shared-db ${name}${args}`;
  if (name === 'start') return `${variables}npm start${args}`;
  // Without --silent npm adds lines to the JSON.
  const silent = args.includes('--json') ? '--silent ' : '';
  return `${variables}npm run ${silent}${name}${args === '' ? '' : ` --${args}`}`;
}

/** Returns the "Examples" section of a help text. */
export function formatExamples(...commands: readonly string[]): string {
  return ['\nExamples:', ...commands.map((command) => `  ${formatCommand(command)}`)].join('\n');
}

/** Returns the word in quotation marks if a shell would not take it literally. */
export function quoteForShell(word: string): string {
  return /^[\w./:@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** Returns "1 table", "2 tables". */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/**
 * Returns the lines of a table in plain text.
 *
 * @param rows the first one is the header
 * @param numeric the places of the columns that are aligned to the right
 */
export function formatTable(rows: readonly (readonly string[])[], numeric: readonly number[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const pad = (cell: string, column: number): string =>
    numeric.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return rows.map((row) => row.map(pad).join('  ').trimEnd());
}

/** The beginning of a possible secret: a URL with a scheme, libpq's `password=…`, or a variable such as PGPASSWORD. */
const SECRET_START = /[a-z][a-z0-9+.-]*:\/\/|(?:password|passwd|pwd)\s*[=:]/i;

/** Removes the text from the beginning of a possible secret to the end, because a password can contain any character. */
export function removeSecrets(text: string): string {
  const start = text.search(SECRET_START);
  return start < 0 ? text : `${text.slice(0, start)}<hidden>\n`;
}

/** The exit code for failures of commands in which 1 means findings. */
export const COULD_NOT_CHECK = 2;

/** Makes Commander use COULD_NOT_CHECK as exit code when the arguments are wrong. */
export function exitWithCouldNotCheck({ exitCode }: { readonly exitCode: number }): never {
  process.exit(exitCode === 0 ? 0 : COULD_NOT_CHECK);
}

/**
 * Returns the action of a command. It reads the environment (`--schema` overrides SHARED_DB_SCHEMA) and does the work. An error becomes
 * one line on standard error and the exit code `failureCode`. With DEBUG=1 the stack is printed too.
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

/** Reads `--schema`. Commander passes the command itself as the last argument of an action. */
function readSchemaFlag(command: unknown): string | undefined {
  return command instanceof Command ? command.opts<{ schema?: string }>().schema : undefined;
}

/** Returns the message for an error. It contains no value of a row: of unknown errors only the name and the code are shown. */
export function explain(error: unknown, debug: boolean): string {
  const known = error instanceof SharedDbError ? error : toDatabaseError(error);
  if (known !== undefined) return debug ? (known.stack ?? known.message) : known.message;
  const { name, code, stack = '' } = serializeError(error);
  const where = debug ? `\n${stack}` : ' Run it again with DEBUG=1 to see where.';
  return `Unexpected ${name}${code === undefined ? '' : ` ${code}`}.${where}`;
}
