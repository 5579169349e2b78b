import type { CatalogObject } from './snapshot.js';

/** Granted becomes revoked, and back: `SELECT ON TABLE $schema.posts TO app` → `SELECT ON TABLE $schema.posts FROM app`. */
export function reversed(right: string): string {
  const word = / (TO|FROM) ("(?:[^"]|"")*"|\S+)$/.exec(right);
  const turned = word?.[1] === 'TO' ? 'FROM' : 'TO';
  const target = right.slice(0, word?.index).replace(/^(FOR ROLE .*?) (GRANT|REVOKE) /, (_, scope: string, verb) => {
    return `${scope} ${verb === 'GRANT' ? 'REVOKE' : 'GRANT'} `;
  });
  return `${target} ${turned} ${word?.[2] ?? ''}`;
}

/** Takes back the right to pass it on, or gives it. */
export function grantOption({ name }: CatalogObject, value: string | undefined): string {
  return value === undefined ? `REVOKE GRANT OPTION FOR ${reversed(name)}` : `GRANT ${name} WITH GRANT OPTION`;
}

/** Settings that are lists: kept with their commas and quotes, while all others are one text. */
const LISTS = [
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
];

/** Sets a setting of a database or role, or resets it. */
export function settingSql({ name, on }: CatalogObject, value: string | undefined): string {
  if (value === undefined) return `ALTER ${on} RESET ${name}`;
  if (!LISTS.includes(name) || value === '') return `ALTER ${on} SET ${name} TO ${literal(value)}`;
  // An empty entry is stored as "", which SQL does not take for a name.
  return `ALTER ${on} SET ${name} TO ${value.replaceAll(/(?<=^|, )""(?=,|$)/g, "''")}`;
}

/** A text in SQL. */
export function literal(text: string): string {
  return `${text.includes('\\') ? 'E' : ''}'${text.replaceAll(/['\\]/g, '$&$&')}'`;
}
