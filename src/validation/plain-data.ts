import { isObject, readableName } from '../columns/judge.js';
import { MAX_DEPTH } from '../columns/json.js';
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
  return look(value, '', { left: MAX_VALUES }, MAX_DEPTH);
}

function look(value: unknown, path: string, budget: { left: number }, depth: number): Fault | undefined {
  budget.left -= 1;
  if (budget.left < 0) return fault('', `must hold at most ${MAX_VALUES} values`);
  if (typeof value !== 'object' || value === null || value instanceof Date) return undefined;
  if (depth < 0) return fault('', `must be at most ${MAX_DEPTH} levels deep`);
  if (Array.isArray(value)) return lookInList(value, path, budget, depth);
  return lookInObject(value, path, budget, depth);
}

function lookInList(list: unknown[], path: string, budget: { left: number }, depth: number): Fault | undefined {
  for (let index = 0; index < list.length; index += 1) {
    const found = look(list[index], `${path}[${index}]`, budget, depth - 1);
    if (found) return found;
  }
  return undefined;
}

function lookInObject(value: object, path: string, budget: { left: number }, depth: number): Fault | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  // The outermost may be an instance of the input class itself: NestJS hands over what its pipe has made.
  if (path !== '' && prototype !== Object.prototype && prototype !== null) return fault(path, 'must be plain data');
  for (const [key, item] of Object.entries(value)) {
    const place = path === '' ? readableName(key) : `${path}.${readableName(key)}`;
    if (key in Object.prototype) return fault(place, 'is a name of JavaScript itself');
    const found = look(item, place, budget, depth - 1);
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
