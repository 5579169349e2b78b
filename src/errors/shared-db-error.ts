import { types } from 'node:util';

const isOurs = Symbol('isSharedDbError');

/**
 * The root of this package's errors. Their messages are written for people: one line, what happened, to which object, and what to do;
 * never a connection string, query parameter, handle or post text. Anything else that is thrown may hold such things.
 *
 * Errors that are also errors of TypeORM extend TypeORM's classes. `instanceof SharedDbError` recognises them all the same, because
 * `countAsSharedDbError` marked them.
 */
export class SharedDbError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    // Subclasses inherit this method, and only the root looks for the mark.
    if (this !== SharedDbError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && isOurs in value;
  }
}

/** Makes `instanceof SharedDbError` true for the instances of a class that has to extend another class. */
export function countAsSharedDbError(errorClass: { readonly prototype: Error }): void {
  Object.defineProperty(errorClass.prototype, isOurs, { value: true });
}

countAsSharedDbError(SharedDbError);

/** Is it an error, of this realm or another? Those of Node itself are no instances of our Error in Jest and `node:vm`. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

/** The first of several errors in one; any other value as it is. A host name with several addresses fails with one for each. */
export function findFirstError(value: unknown): unknown {
  if (!isError(value) || value.name !== 'AggregateError') return value;
  const { errors } = value as { errors?: unknown };
  return Array.isArray(errors) ? (errors[0] as unknown) : value;
}
