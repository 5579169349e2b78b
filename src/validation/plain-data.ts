import { isObject, isPlainObject, readableName } from '../columns/judge.js';
import { MAX_DEPTH } from '../columns/json-value.js';
import { isDate } from '../columns/moments.js';
import type { Fault } from '../columns/registry.js';

/** More values than any input of ours needs; what is larger is an attack or a mistake. */
const MAX_VALUES = 100_000;

/**
 * What makes data unfit to be copied into a class: class-transformer drops keys like `constructor` without a word, calls
 * constructors that it finds, and follows any depth until the stack ends.
 *
 * @returns the first fault; undefined for plain data.
 */
export function plainDataFault(value: unknown): Fault | undefined {
  return look(value, '', { left: MAX_VALUES, around: [] });
}

interface Search {
  /** How many values may still come; one that is shared counts each time. */
  left: number;
  /** The objects and lists around the value. */
  readonly around: unknown[];
}

function look(value: unknown, path: string, search: Search): Fault | undefined {
  search.left -= 1;
  if (search.left < 0) return fault('', `must hold at most ${MAX_VALUES} values`);
  if (typeof value !== 'object' || value === null || isDate(value)) return undefined;
  if (search.around.includes(value)) return fault(path, 'must not contain itself');
  if (search.around.length > MAX_DEPTH) return fault('', `must be at most ${MAX_DEPTH} levels deep`);
  search.around.push(value);
  const found = Array.isArray(value) ? lookInList(value, path, search) : lookInObject(value, path, search);
  search.around.pop();
  return found;
}

function lookInList(list: unknown[], path: string, search: Search): Fault | undefined {
  for (let index = 0; index < list.length; index += 1) {
    const found = look(list[index], `${path}[${index}]`, search);
    if (found) return found;
  }
  return undefined;
}

function lookInObject(value: object, path: string, search: Search): Fault | undefined {
  // The outermost may be an instance of the input class itself: NestJS hands over what its pipe has made.
  if (path !== '' && !isPlainObject(value)) return fault(path, 'must be plain data');
  for (const key of Object.keys(value)) {
    const place = path === '' ? readableName(key) : `${path}.${readableName(key)}`;
    if (key in Object.prototype) return fault(place, 'is a name of JavaScript itself');
    const found = look((value as Record<string, unknown>)[key], place, search);
    if (found) return found;
  }
  return undefined;
}

function fault(path: string, sentence: string): Fault {
  return { path, kind: 'plain', sentence };
}

/** What input classes take: an object, no list. */
export function shapeFault(value: unknown): Fault | undefined {
  return isObject(value) ? undefined : { path: '', kind: 'shape', sentence: 'must be an object' };
}
