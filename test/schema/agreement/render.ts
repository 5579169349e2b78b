import { inspect } from 'node:util';

/** Returns a value as short ASCII text for the report. */
export function rendered(value: unknown): string {
  const text = inspect(value, {
    breakLength: Infinity,
    depth: 6,
    maxStringLength: 60,
    maxArrayLength: 8,
    sorted: true,
  });
  const ascii = text.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return ascii.length > 300 ? `${ascii.slice(0, 300)}...` : ascii;
}
