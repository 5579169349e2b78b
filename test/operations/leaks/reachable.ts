import { types } from 'node:util';

/** What is looked through no further: whole programs can be reached from them, environment included. */
const OUTSIDE = new Set<unknown>([globalThis, process, process.env, Function.prototype, Object.prototype]);

/** A secret as it may be written down. */
export function spellingsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [secret, encodeURIComponent(secret), encodeURI(secret), bytes.toString('base64'), bytes.toString('hex')];
}

/**
 * Where a secret can be reached from the roots: through every own property, hidden ones and symbols included, through getters,
 * prototypes, maps, sets and bytes. Not through closures and private fields, which nothing can print.
 *
 * @returns the paths, and how many objects were looked at.
 */
export function placesOf(roots: object, secret: string): { found: string[]; objects: number } {
  const spellings = spellingsOf(secret);
  const isValid = (text: string): boolean => spellings.some((spelling) => text.includes(spelling));
  const seen = new Set<unknown>(OUTSIDE);
  const found: string[] = [];
  const waiting: [string, unknown][] = [['root', roots]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [path, value] = next;
    if (typeof value === 'string' && isValid(value)) found.push(path);
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) continue;
    seen.add(value);
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
      if (isValid(bytesOf(value).toString('utf8'))) found.push(path);
      continue;
    }
    for (const [key, item] of insideOf(value)) {
      if (isValid(key)) found.push(`${path}.${key}`);
      waiting.push([`${path}.${key}`, item]);
    }
  }
  return { found, objects: seen.size };
}

function bytesOf(value: ArrayBuffer | ArrayBufferView): Buffer {
  return ArrayBuffer.isView(value) ? Buffer.from(value.buffer) : Buffer.from(value);
}

function insideOf(value: object): [string, unknown][] {
  const items: [string, unknown][] = [];
  for (const key of Reflect.ownKeys(value)) {
    try {
      items.push([String(key), (value as Record<PropertyKey, unknown>)[key]]);
    } catch {
      // A getter that throws shows nothing.
    }
  }
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype !== null) items.push(['__proto__', prototype], ...inherited(value, prototype));
  if (types.isMap(value) || types.isSet(value)) items.push(['entries', [...value]]);
  return items;
}

/** What getters of the class say of this object. */
function inherited(value: object, prototype: object): [string, unknown][] {
  return Reflect.ownKeys(prototype).flatMap((key): [string, unknown][] => {
    try {
      return [[String(key), Reflect.get(prototype, key, value)]];
    } catch {
      return [];
    }
  });
}
