/**
 * Redaction: how passwords, connection strings, query parameters, literals and row values are kept out of messages and logs.
 *
 * The rule is the same everywhere: a message is built from names and codes that are known to be safe; text from outside is never copied.
 * Every path out of this package, and the function that redacts it:
 *
 * - Thrown errors of the driver: `toDatabaseError` (translate.ts) copies SQLSTATE, table, columns and constraint into a DatabaseError.
 *   It drops the statement, its parameters and PostgreSQL's own message, and does not keep the original error as `cause`.
 *   `wrapQueryRunner` (connection/query-runner.ts) and `explainConnecting` (connection/connection-failure.ts) call it, so it
 *   covers every query and connection of a DataSource. `readError` (read-error.ts, readings/) writes the summary; it shows a name only
 *   when the schema has it or, outside production, when it is an identifier in the statement.
 * - "Not found" errors: `RedactingEntityManager` and `RedactingSelectQueryBuilder` throw EntityNotFound, without the criteria.
 * - TypeORM's own messages about wrong calls: `getUsageMessage` (usage-errors.ts) knows their texts and replaces data with `…`.
 * - Printed objects (console.log, util.inspect, JSON.stringify): `redactWhenPrinted`, below, shows only host, port and database of a
 *   DataSource, its options, driver, pool, query runners and clients. `BoundedClient` (connection/client.ts) hides the password itself.
 * - The SQL log: `SqlLogger`, below, prints no parameters and replaces literals with `?` (`removeLiterals`, sql-text.ts).
 * - Any other error: `serializeError`, below, replaces a message that it does not know with a fixed text, and copies only stack frames.
 */
import { inspect, types } from 'node:util';
import { isError, SharedDbError } from './shared-db-error.js';
import { toDatabaseError } from './translate.js';
import { getUsageMessage } from './usage-errors.js';
import type { Logger } from 'typeorm';
import { removeLiterals } from './sql-text.js';

/**
 * Makes `console.log`, `util.inspect` and `JSON.stringify` show `view` instead of the object, also when it is nested in another object.
 * Objects of a connection contain logins, keys and the values of running queries.
 */
export function redactWhenPrinted(object: object, view: object): void {
  const show = { value: () => view, enumerable: false, configurable: true };
  Object.defineProperties(object, { toJSON: show, [inspect.custom]: show });
}

/** Matches a stack frame as V8 prints it: the name of a function, and a file with line and column. */
const FRAME =
  /^ {4}at (?:async )?(?:[\w$.<>[\] #]+ \()?(?:async )?(?:file:\/\/|node:|\/|[A-Za-z]:[\\/]|<anonymous>|native)[^\n]*$/;

/**
 * Returns the stack frames of an error without its message, one on each line; empty when there are none.
 *
 * A stack begins with the message, which may itself contain lines that look like frames. When the stack does not begin with the
 * current message, the two cannot be separated, and the result is empty.
 */
export function getStackFrames({ stack, message }: Error): string {
  if (typeof stack !== 'string') return '';
  const [header = ''] = /^[\w$.]+(?: \[\w+\])?(?:: )?/.exec(stack) ?? [];
  const body = stack.slice(header.length);
  if (!body.startsWith(`${message}\n`)) return '';
  return body
    .slice(message.length)
    .split('\n')
    .filter((line) => FRAME.test(line))
    .join('\n');
}

/** An error as plain data without secrets, for logs. */
export interface SerializedError {
  /** The class of the error: `UniqueViolation`. */
  readonly name: string;
  /**
   * The full message for this package's errors and for errors that can be translated into them; TypeORM's message without data for
   * wrong calls; a fixed text for any other error.
   */
  readonly message: string;
  /** The code of this package or of Node.js: `UNIQUE_VIOLATION`, `ECONNRESET`. */
  readonly code?: string;
  /** The stack frames, one on each line, without the message. */
  readonly stack?: string;
  readonly cause?: SerializedError;
  /** The first ten errors of an AggregateError. */
  readonly errors?: readonly SerializedError[];
  /** The further fields of this package's errors: `table`, `constraint`, `violations`… */
  readonly [field: string]: unknown;
}

/** Replaces messages that can contain row values or secrets. */
const HIDDEN_MESSAGE = 'message hidden: it may contain row values or a connection string';

const MAX_DEPTH = 5;
const MAX_ITEMS = 10;

/**
 * Converts anything that was thrown into plain data that a log may contain: no password, connection string, parameter, handle or text.
 * Accepts errors of pg, TypeORM, class-validator and any other value. Never throws.
 *
 *     process.on('uncaughtException', (error) => {
 *       logger.fatal(serializeError(error));
 *       process.exit(1);
 *     });
 */
export function serializeError(error: unknown): SerializedError {
  return serialize(error, 0);
}

function serialize(error: unknown, depth: number): SerializedError {
  try {
    if (Array.isArray(error) && error.length > 0 && error.every(isInvalidProperty)) return describeInvalid(error);
    if (isInvalidProperty(error)) return describeInvalid([error]);
    if (!isError(error)) return { name: getName(error), message: HIDDEN_MESSAGE };
    return { ...describeValue(error), ...formatWithFrames(error), ...serializeNested(error, depth) };
  } catch {
    // A getter or a proxy that throws.
    return { name: 'Error', message: HIDDEN_MESSAGE };
  }
}

function describeValue(error: Error): SerializedError {
  const known = error instanceof SharedDbError ? error : toDatabaseError(error);
  if (known !== undefined) return { ...readFields(known), name: known.name, message: known.message };
  const { code } = error as { code?: unknown };
  const isCode = typeof code === 'string' && /^(?:ERR_[A-Z0-9_]+|E[A-Z0-9]{2,20})$/.test(code);
  return { name: getName(error), message: getUsageMessage(error) ?? HIDDEN_MESSAGE, ...(isCode ? { code } : {}) };
}

function readFields(error: Error): Readonly<Record<string, unknown>> {
  const own = ['name', 'message', 'stack', 'cause', 'errors'];
  return Object.fromEntries(Object.entries(error).filter(([field]) => !own.includes(field)));
}

function formatWithFrames(error: Error): { stack?: string } {
  const stack = getStackFrames(error);
  return stack === '' ? {} : { stack };
}

/** Serializes `cause` and `errors`, at most five levels deep. */
function serializeNested(error: Error, depth: number): Pick<SerializedError, 'cause' | 'errors'> {
  const { cause, errors } = error as { cause?: unknown; errors?: unknown };
  const deeper = depth < MAX_DEPTH;
  return {
    ...(cause === undefined || !deeper ? {} : { cause: serialize(cause, depth + 1) }),
    ...(Array.isArray(errors) && deeper
      ? { errors: errors.slice(0, MAX_ITEMS).map((one: unknown) => serialize(one, depth + 1)) }
      : {}),
  };
}

/** class-validator's ValidationError. It contains the invalid object and is not an Error. */
interface InvalidProperty {
  readonly property: string;
  readonly target?: unknown;
  readonly constraints?: Readonly<Record<string, string>>;
  readonly children?: readonly InvalidProperty[];
}

function isInvalidProperty(value: unknown): value is InvalidProperty {
  if (typeof value !== 'object' || value === null || isError(value)) return false;
  return 'property' in value && typeof value.property === 'string' && ('constraints' in value || 'children' in value);
}

function describeInvalid(errors: readonly InvalidProperty[]): SerializedError {
  const broken = errors.flatMap((error) => listInvalidProperties(error));
  const shown = broken.slice(0, MAX_ITEMS).join(', ');
  const more = broken.length > MAX_ITEMS ? `, and ${broken.length - MAX_ITEMS} more` : '';
  return { name: 'ValidationError', message: `Validation failed: ${shown}${more}` };
}

/** Lists invalid properties: `content (minLength)`. A key that the class does not declare, or a key of a map, is data and shows as `?`. */
function listInvalidProperties(
  { property, target, constraints = {}, children = [] }: InvalidProperty,
  parent = '',
): string[] {
  const rules = Object.keys(constraints);
  // Without a target, a nested object may be a map.
  const ofMap = target === undefined ? parent !== '' : types.isMap(target);
  const isData = rules.includes('whitelistValidation') || (ofMap && !/^\d+$/.test(property));
  const path = `${parent}${isData ? '?' : property}`;
  const own = rules.length > 0 ? [`${path} (${rules.join(', ')})`] : [];
  return [...own, ...children.flatMap((child) => listInvalidProperties(child, `${path}.`))];
}

/** Returns the name of the class, because the `name` property of an error can be changed. */
function getName(value: unknown): string {
  if (!isError(value)) return typeof value;
  const { name } = value.constructor;
  return /^\w{1,60}$/.test(name) ? name : 'Error';
}

/** Longer statements are cut off, for example an INSERT of a thousand rows. */
const LONGEST = 2_000;

/** Lines that TypeORM prints about migrations. They contain only names, ids and numbers. */
const MIGRATION_LINE = /^(?:\[X\] \d+ [A-Za-z_]\w*|\[ \] [A-Za-z_]\w*|\d+ migrations [a-z ]+\.)$/;

/**
 * TypeORM's logger for development. Writes statements to standard error without parameters and with `?` in place of literals, which may
 * be handles and post texts. Writes nothing unless enabled.
 */
export class SqlLogger implements Logger {
  constructor(private readonly enabled: boolean) {}

  logQuery(query: string): void {
    this.#write('sql', query);
  }

  logQueryError(error: string | Error, query: string): void {
    if (!this.enabled) return;
    const known = toDatabaseError(error);
    this.#write(`sql failed, ${known?.sqlState ?? known?.code ?? 'not sent'}`, query);
  }

  logQuerySlow(milliseconds: number, query: string): void {
    this.#write(`sql took ${milliseconds} ms`, query);
  }

  logSchemaBuild(message: string): void {
    if (!this.enabled) return;
    if (MIGRATION_LINE.test(message)) process.stderr.write(`schema: ${message}\n`);
    else this.#write('schema', message);
  }

  logMigration(message: string): void {
    this.#write('migration', message);
  }

  /** Writes nothing, because TypeORM's log messages quote data. */
  log(): void {
    // Nothing to write.
  }

  /** Checks first whether the log is on, because removing literals from a statement of 500 rows takes milliseconds. */
  #write(beginning: string, sql: string): void {
    if (this.enabled) process.stderr.write(`${beginning}: ${removeLiterals(sql, LONGEST)}\n`);
  }
}
