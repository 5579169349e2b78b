import type { Kind } from './snapshot.js';
import { factText, type Names } from './words.js';

/** Longer values are shown around the place where they begin to differ. */
const LONGEST = 160;
const BEFORE = 40;
const AFTER = 80;

/** Facts that speak of many things. */
const PLURAL = /(?<!s)s$/;

/** `default is 1, should be 0`. */
export function describeFact(
  kind: Kind,
  fact: string,
  is: string | undefined,
  should: string | undefined,
  names: Names,
): string {
  const shown = [factText(kind, fact, is, names), factText(kind, fact, should, names)] as const;
  // What differs only where a sentence makes it short (white space, a schema) is shown as it is.
  const texts = shown[0] === shown[1] ? ([JSON.stringify(is ?? null), JSON.stringify(should ?? null)] as const) : shown;
  const [found, wanted] = Math.max(...texts.map(({ length }) => length)) > LONGEST ? around(...texts) : texts;
  return `${fact} ${PLURAL.test(fact) ? 'are' : 'is'} ${found}, should be ${wanted}`;
}

function around(a: string, b: string): [string, string] {
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  return [clip(a, start), clip(b, start)];
}

function clip(text: string, at: number): string {
  const from = at > BEFORE ? at - BEFORE : 0;
  const to = at + AFTER;
  return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`;
}
