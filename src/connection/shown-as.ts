import { inspect } from 'node:util';

/**
 * Whoever prints the object, with `console.log` or `JSON.stringify`, alone or within another, sees `view` instead: what leads to
 * a database holds logins, keys and the values of running queries.
 */
export function showAs(object: object, view: object): void {
  const show = { value: () => view, enumerable: false, configurable: true };
  Object.defineProperties(object, { toJSON: show, [inspect.custom]: show });
}
