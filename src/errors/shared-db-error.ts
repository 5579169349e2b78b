import { types } from 'node:util';

const isOurs = Symbol('isSharedDbError');

/**
 * The base class of this package's errors. A message is one line: what happened, to which object, and what to do next. It never contains a
 * connection string, query parameter, handle or post text; messages of other errors may.
 *
 * Some classes extend TypeORM's error classes instead. `countAsSharedDbError` marks them, so that `instanceof SharedDbError` is true for
 * them as well.
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

/** Returns whether a value is an error of any realm. In Jest and `node:vm`, Node's own errors are not instances of the global Error. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

/** Returns the first error of an AggregateError, and any other value unchanged. A host name with several addresses fails with one error each. */
export function findFirstError(value: unknown): unknown {
  if (!isError(value) || value.name !== 'AggregateError') return value;
  const { errors } = value as { errors?: unknown };
  return Array.isArray(errors) ? (errors[0] as unknown) : value;
}
