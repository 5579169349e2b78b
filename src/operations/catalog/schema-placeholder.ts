/**
 * The placeholder for the name of the schema in names and definitions (`$schema.posts`), so that the snapshots of two equal schemas are
 * equal, whatever their names.
 */
export const SCHEMA = '$schema';

/** Literals and function bodies, which contain no names, except a literal that is cast to an object: `'posts'::regclass`. */
const TEXTS = String.raw`'(?:[^']|'')*'(?:::reg[a-z]+)?|\$(\w*)\$[\s\S]*?\$\1\$`;

/** The beginning of a name that is not part of another one. */
const BEGINNING = String.raw`(?<![\w".$])`;

/** The search_path of a function, in its settings and in its definition. */
const SEARCH_PATH = /^( SET search_path TO |search_path=).*$|(?<=, )search_path=.*$/gm;

/** Replaces the schema with the placeholder: `agent_one.posts` becomes `$schema.posts`. */
export function withPlaceholder(sql: string, schema: string): string {
  return replaceSchema(sql, schema, SCHEMA, String.raw`(?=\.)`);
}

/** Replaces the placeholder with the schema: `$schema.posts` becomes `agent_one.posts`, `ON SCHEMA $schema` `ON SCHEMA agent_one`. */
export function withSchemaName(sql: string, schema: string): string {
  return replaceSchema(sql, String.raw`\$schema`, schema, String.raw`(?![\w$])`);
}

/** Removes the placeholder, for messages and for SQL that runs with that schema as search_path. */
export function removeSchema(text: string): string {
  return text.replaceAll(/(?<![\w".])\$schema\./g, '');
}

function replaceSchema(sql: string, from: string, to: string, end: string): string {
  const name = new RegExp(`^${from}$`);
  const inText = new RegExp(`(?<=^')${from}(?=\\.)`);
  const inPath = new RegExp(`(?<![\\w".$])${from}(?![\\w".$])`, 'g');
  return sql
    .replaceAll(SEARCH_PATH, (path) => path.replaceAll(inPath, () => to))
    .replaceAll(new RegExp(`${TEXTS}|${BEGINNING}${from}${end}`, 'g'), (found) => {
      if (name.test(found)) return to;
      return /'::reg[a-z]+$/.test(found) ? found.replace(inText, () => to) : found;
    });
}
