import { isDate } from 'node:util/types';
import { InvalidValue } from './errors.js';

/**
 * Stands for what has no plain copy: a function inside data, a Proxy of a date, a text in an object. The rules of every column refuse it;
 * where no rules are asked (`callListeners(false)`), it cannot be sent.
 */
const NOT_PLAIN = Object.freeze({ [Symbol.toStringTag]: 'NotPlain', toJSON: refuse, toPostgres: refuse });

function refuse(): never {
  throw new InvalidValue({ rule: 'a value is not plain data: write texts, numbers, dates, lists and plain objects' });
}

/** Deeper, longer or larger data is refused by the rules of every column. */
const DEEPEST = 64;
const MOST_ITEMS = 100_000;
const MOST_VALUES = 1_000_000;

/**
 * A copy of a column's value that nothing can change any more: what is judged is then what is written. A getter, a Proxy or a `toJSON`
 * is asked once, here. Functions are SQL in TypeORM and stay what they are.
 *
 * @param isJson of a `jsonb` column, which holds objects; any other holds single values, dates and lists of single values.
 */
export function copyValue(value: unknown, isJson: boolean): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isJson) return new JsonCopy().copy(value, 0);
  if (isDate(value)) return copyDate(value);
  return Array.isArray(value) ? copyItems(value, copySingle) : NOT_PLAIN;
}

/** By what the engine keeps, which no subclass can override; a date of another realm becomes one of ours. */
function copyDate(date: Date): Date {
  return new Date(Date.prototype.getTime.call(date));
}

function copySingle(value: unknown): unknown {
  if (isDate(value)) return copyDate(value);
  return (typeof value === 'object' && value !== null) || typeof value === 'function' ? NOT_PLAIN : value;
}

function copyItems(list: readonly unknown[], copyItem: (item: unknown) => unknown): unknown {
  const { length } = list;
  // With toJSON, what would be written is not what the items say.
  if (length > MOST_ITEMS || 'toJSON' in list) return NOT_PLAIN;
  return Array.from({ length }, (_, index) => copyItem(list[index]));
}

/** What is named twice is copied once, so that a small object of shared parts does not become a large one. */
class JsonCopy {
  readonly #copies = new Map<object, unknown>();

  copy(value: unknown, depth: number): unknown {
    if (typeof value === 'function') return NOT_PLAIN;
    if (typeof value !== 'object' || value === null) return value;
    if (this.#copies.has(value)) return this.#copies.get(value);
    if (depth > DEEPEST || this.#copies.size > MOST_VALUES) return NOT_PLAIN;
    // Until the copy is there: an object inside itself is not plain.
    this.#copies.set(value, NOT_PLAIN);
    const copy = Array.isArray(value)
      ? copyItems(value, (item) => this.copy(item, depth + 1))
      : this.#copyObject(value, depth);
    this.#copies.set(value, copy);
    return copy;
  }

  #copyObject(value: object, depth: number): unknown {
    // Sets, maps, dates and boxed texts keep what they hold out of their properties: JSON would write {} for them.
    if (Object.prototype.toString.call(value) !== '[object Object]' || 'toJSON' in value) return NOT_PLAIN;
    const copy: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      setOwn(copy, key, this.copy((value as Record<string, unknown>)[key], depth + 1));
    }
    return copy;
  }
}

/** Sets a property of the object itself, whatever its prototype has under that name (`__proto__`). */
export function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key in object)
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  else object[key] = value;
}
