/** Where a connection string begins, or what names a password: a URL with a scheme, libpq's `password=…`, a variable. */
const BEGINNING = /[a-z][a-z0-9+.-]*:\/\/|(?:password|passwd|pwd)\s*[=:]/i;

/** A text that repeats what was typed, up to what looks like a secret: a password may hold what would end it. */
export function withoutSecrets(text: string): string {
  const begin = text.search(BEGINNING);
  return begin < 0 ? text : `${text.slice(0, begin)}<hidden>\n`;
}
