import { inspect, types } from 'node:util';
import { isError, SharedDbError } from './shared-db-error.js';
import { toDatabaseError } from './translate.js';
import { getUsageMessage } from './usage-errors.js';
import type { Logger } from 'typeorm';
import { removeLiterals } from './sql-text.js';

/**
 * Whoever prints the object, with `console.log` or `JSON.stringify`, alone or within another, sees `view` instead: what leads to
 * a database holds logins, keys and the values of running queries.
 */
export function redactWhenPrinted(object: object, view: object): void {
  const show = { value: () => view, enumerable: false, configurable: true };
  Object.defineProperties(object, { toJSON: show, [inspect.custom]: show });
}

/** A frame as V8 prints it: a function's name, and a file with line and column. */
const FRAME =
  /^ {4}at (?:async )?(?:[\w$.<>[\] #]+ \()?(?:async )?(?:file:\/\/|node:|\/|[A-Za-z]:[\\/]|<anonymous>|native)[^\n]*$/;

/**
 * Where an error was thrown, one frame on each line; empty when it does not say. Nothing of its message, even one with lines that
 * look like frames: a stack begins with the message, and one that does not is of another and not to be told apart from it.
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

/** What a log may hold of an error. Plain data. */
export interface SerializedError {
  /** The class of the error: `UniqueViolation`. */
  readonly name: string;
  /**
   * In full for this package's errors and what can be translated into them. Of TypeORM's errors about wrong calls what they say
   * without data; of any other error it is withheld.
   */
  readonly message: string;
  /** Ours, or Node's: `UNIQUE_VIOLATION`, `ECONNRESET`. */
  readonly code?: string;
  /** Where it was thrown: the frames alone, one on each line. */
  readonly stack?: string;
  readonly cause?: SerializedError;
  /** Of several at once, the first ten. */
  readonly errors?: readonly SerializedError[];
  /** The further fields of this package's errors: `table`, `constraint`, `violations`… */
  readonly [field: string]: unknown;
}

/** Instead of words that may hold anything. */
const WITHHELD = 'message hidden: it may contain row values or a connection string';

const DEEPEST = 5;
const MOST = 10;

/**
 * What a log may hold of anything that was thrown: no password, connection string, parameter, handle or text, and no more than plain
 * data. For errors of pg, TypeORM, class-validator and any other; never throws.
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
    if (!isError(error)) return { name: nameOf(error), message: WITHHELD };
    return { ...describeValue(error), ...formatWithFrames(error), ...serializeNested(error, depth) };
  } catch {
    // A getter or a proxy that throws.
    return { name: 'Error', message: WITHHELD };
  }
}

function describeValue(error: Error): SerializedError {
  const known = error instanceof SharedDbError ? error : toDatabaseError(error);
  if (known !== undefined) return { ...readFields(known), name: known.name, message: known.message };
  const { code } = error as { code?: unknown };
  const isCode = typeof code === 'string' && /^(?:ERR_[A-Z0-9_]+|E[A-Z0-9]{2,20})$/.test(code);
  return { name: nameOf(error), message: getUsageMessage(error) ?? WITHHELD, ...(isCode ? { code } : {}) };
}

function readFields(error: Error): Readonly<Record<string, unknown>> {
  const own = ['name', 'message', 'stack', 'cause', 'errors'];
  return Object.fromEntries(Object.entries(error).filter(([field]) => !own.includes(field)));
}

function formatWithFrames(error: Error): { stack?: string } {
  const stack = getStackFrames(error);
  return stack === '' ? {} : { stack };
}

/** What the error was made of. PostgreSQL's own inside TypeORM's is told already. */
function serializeNested(error: Error, depth: number): Pick<SerializedError, 'cause' | 'errors'> {
  const { cause, errors } = error as { cause?: unknown; errors?: unknown };
  const deeper = depth < DEEPEST;
  return {
    ...(cause === undefined || !deeper ? {} : { cause: serialize(cause, depth + 1) }),
    ...(Array.isArray(errors) && deeper
      ? { errors: errors.slice(0, MOST).map((one: unknown) => serialize(one, depth + 1)) }
      : {}),
  };
}

/** class-validator's ValidationError, which holds the refused object and is no Error. */
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
  const shown = broken.slice(0, MOST).join(', ');
  const more = broken.length > MOST ? `, and ${broken.length - MOST} more` : '';
  return { name: 'ValidationError', message: `Validation failed: ${shown}${more}` };
}

/** `content (minLength)`. A key that the class does not declare, or of a map, is data: `?`. */
function listInvalidProperties(
  { property, target, constraints = {}, children = [] }: InvalidProperty,
  parent = '',
): string[] {
  const rules = Object.keys(constraints);
  // Without its target, nobody can tell whether what is nested is an object of a class.
  const ofMap = target === undefined ? parent !== '' : types.isMap(target);
  const isData = rules.includes('whitelistValidation') || (ofMap && !/^\d+$/.test(property));
  const path = `${parent}${isData ? '?' : property}`;
  const own = rules.length > 0 ? [`${path} (${rules.join(', ')})`] : [];
  return [...own, ...children.flatMap((child) => listInvalidProperties(child, `${path}.`))];
}

/** Of its class: the name that an error itself carries can be changed. */
function nameOf(value: unknown): string {
  if (!isError(value)) return typeof value;
  const { name } = value.constructor;
  return /^\w{1,60}$/.test(name) ? name : 'Error';
}

/** Longer statements are cut off: an insert of a thousand rows is one. */
const LONGEST = 2_000;

/**
 * TypeORM's logger for development: statements on standard error, without parameters and with `?` for literals, which may be
 * handles and post texts. Silent unless enabled.
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
    this.#write('schema', message);
  }

  logMigration(message: string): void {
    this.#write('migration', message);
  }

  /** TypeORM's remarks quote what they are about. */
  log(): void {
    // Nothing of it is fit to be shown.
  }

  /** Asks first whether the log is on: taking a statement of 500 rows apart costs milliseconds. */
  #write(beginning: string, sql: string): void {
    if (this.enabled) process.stderr.write(`${beginning}: ${removeLiterals(sql, LONGEST)}\n`);
  }
}
