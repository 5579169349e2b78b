import { types } from 'node:util';

/**
 * The root of this package's errors. Their messages are written for people: one line, what was refused, why, and what to do;
 * never a connection string, query parameter, handle or post text. Anything else that is thrown may hold such things.
 */
export class SharedDbError extends Error {}

/** Is it an error, of this realm or another? Those of Node itself are no instances of our Error in Jest and `node:vm`. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

/** The first of several errors in one; any other value as it is. A host name with several addresses fails with one for each. */
export function firstError(value: unknown): unknown {
  if (!isError(value) || value.name !== 'AggregateError') return value;
  const { errors } = value as { errors?: unknown };
  return Array.isArray(errors) ? (errors[0] as unknown) : value;
}
