/** What must never be shown, invented, and how a text is searched for it. */

/** A word of each that nothing else holds; part of the value is a leak, too. */
const WORDS = { password: 'hunter2invented', login: 'qxlogin_invented', handle: 'zyx_inv_handle', post: 'zymurgy' };

/** With what URLs, JSON and `inspect` each write in another way, and what ends words; the end of it is seen as well as the beginning. */
export const PASSWORD = `${WORDS.password}"é/ @%:#'\\${WORDS.password}`;

export const LOGIN = WORDS.login;

/** As X allows it. */
export const HANDLE = WORDS.handle;

/** With a line that looks like a frame of a stack, and what ends literals. */
export const POST_TEXT = [
  `${WORDS.post} says "hello"`,
  `    at ${WORDS.post} (file:///home/${WORDS.post}/post.ts:1:2)`,
  `$1 'and' \\ ${WORDS.post} 😀`,
].join('\n');

/** Every way in which a word may be written, in lower case. */
const FORMS: readonly (readonly [string, string])[] = Object.entries(WORDS).flatMap(([what, word]) => [
  [what, word] as const,
  [
    `${what}, percent-encoded`,
    lettersOf(word)
      .map((letter) => `%${hex(letter)}`)
      .join(''),
  ] as const,
  [`${what}, in hexadecimal`, hex(word)] as const,
  [
    `${what}, in UTF-16`,
    lettersOf(word)
      .map((letter) => `\\u00${hex(letter)}`)
      .join(''),
  ] as const,
  [`${what}, a list of bytes`, [...Buffer.from(word)].join(',')] as const,
  ...[0, 1, 2].map((offset) => [`${what}, in base64`, base64(word, offset)] as const),
]);

/** Which of the planted values a text shows, and in which form; empty for none. */
export function leaksIn(text: string): string[] {
  const searched = text.toLowerCase().replaceAll(/,\s+/g, ',');
  return [...new Set(FORMS.filter(([, form]) => searched.includes(form)).map(([what]) => what))];
}

/** They are ASCII. */
function lettersOf(word: string): string[] {
  return Array.from(word);
}

function hex(text: string): string {
  return Buffer.from(text).toString('hex');
}

/** What a word becomes where it does not begin with a group of three bytes: the characters that its neighbours do not change. */
function base64(word: string, offset: number): string {
  const encoded = Buffer.from('.'.repeat(offset) + word).toString('base64');
  const whole = Math.floor((offset + word.length) / 3) * 4;
  return encoded.slice(offset === 0 ? 0 : 4, whole).toLowerCase();
}
