/** Whether the value was read back as it was given. Prototypes and the order of keys in JSON do not count; -0 is not 0. */
export function isSame(given: unknown, read: unknown): boolean {
  if (Object.is(given, read)) return true;
  if (typeof given !== 'object' || typeof read !== 'object' || given === null || read === null) return false;
  if (given instanceof Date) return read instanceof Date && Object.is(given.getTime(), read.getTime());
  if (Array.isArray(given)) return Array.isArray(read) && isSameList(given, read);
  // Other objects (a Map, a boxed number) have no equivalent in JSON.
  return isPlain(given) && isPlain(read) && isSameObject(given, read);
}

function isSameList(given: readonly unknown[], read: readonly unknown[]): boolean {
  return given.length === read.length && read.every((item, index) => index in given && isSame(given[index], item));
}

function isSameObject(given: object, read: object): boolean {
  const [mine, theirs] = [new Map(Object.entries(given)), new Map(Object.entries(read))];
  return (
    mine.size === theirs.size && [...mine].every(([key, item]) => theirs.has(key) && isSame(item, theirs.get(key)))
  );
}

function isPlain(value: object): boolean {
  return !Array.isArray(value) && Object.prototype.toString.call(value) === '[object Object]';
}

/**
 * The two ways in which a value that is read back may differ and still count as the same: node-postgres and JSON write -0 as 0, which
 * equals it (===); JSON leaves out properties that are undefined.
 */
export type Trifle = 'minus_zero' | 'json_undefined';

/** Returns the only trifle by which the values differ; undefined when they differ by more. */
export function trifleBetween(given: unknown, read: unknown): Trifle | undefined {
  const positive = withoutMinusZero(given);
  if (isSame(positive, read)) return 'minus_zero';
  return isSame(withoutUndefined(positive), read) ? 'json_undefined' : undefined;
}

function withoutMinusZero(value: unknown): unknown {
  return Object.is(value, -0) ? 0 : inside(value, withoutMinusZero);
}

function withoutUndefined(value: unknown): unknown {
  return inside(value, withoutUndefined, (item) => item !== undefined);
}

function inside(
  value: unknown,
  change: (value: unknown) => unknown,
  keeps: (item: unknown) => boolean = () => true,
): unknown {
  if (Array.isArray(value)) return value.map(change);
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
  const kept = Object.entries(value).filter(([, item]) => keeps(item));
  return Object.fromEntries(kept.map(([key, item]) => [key, change(item)]));
}

/** Returns the depth of nested lists and objects. */
export function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

/** Whether an object anywhere in the value has a key for which the function is true. */
export function hasKey(value: unknown, wanted: (key: string) => boolean): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, item]) => wanted(key) || hasKey(item, wanted));
}
