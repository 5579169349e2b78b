import type { DatabaseAddress } from './database-url.js';

/**
 * The password in the text of a password file, as libpq reads it (PostgreSQL documentation, "The Password File"): the first
 * line whose `host:port:database:user` fits, `*` fits everything, a backslash keeps the next character.
 */
export function passwordInPgpass(text: string, address: DatabaseAddress): string | undefined {
  const { host, port, database, user } = address;
  // A socket is `localhost` there.
  const wanted = [host.startsWith('/') ? 'localhost' : host, String(port), database, user ?? ''];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const fields = [...line.matchAll(/((?:\\.|[^:\\])*)(?::|$)/g)].map(([, field = '']) => field);
    const [password, ...rest] = [fields[4], ...fields.slice(0, 4)];
    const fits = rest.length === 4 && rest.every((field, i) => field === '*' || plain(field) === wanted[i]);
    if (fits && password !== undefined && password !== '') return plain(password);
  }
  return undefined;
}

function plain(field: string): string {
  return field.replaceAll(/\\(.)/g, '$1');
}
