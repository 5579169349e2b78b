/**
 * The name of the schema, and what stands for it in snapshots: two schemas that hold the same have equal snapshots, whatever
 * they are called.
 */

/** Stands for the schema in names and definitions: `$schema.posts`. */
export const SCHEMA = '$schema';

/** What is no name although it may look like one: texts, and bodies of functions. Not a text that is cast to an object: `'posts'::regclass`. */
const TEXTS = String.raw`'(?:[^']|'')*'(?:::reg[a-z]+)?|\$(\w*)\$[\s\S]*?\$\1\$`;

/** Before a name that stands by itself. */
const BEGINNING = String.raw`(?<![\w".$])`;

/** A search_path that a function brings along, as its settings and its definition say it. */
const SEARCH_PATH = /^( SET search_path TO |search_path=).*$|(?<=, )search_path=.*$/gm;

/** `agent_one.posts` becomes `$schema.posts`. */
export function withPlaceholder(sql: string, schema: string): string {
  return replaceSchema(sql, schema, SCHEMA, String.raw`(?=\.)`);
}

/** `$schema.posts` becomes `agent_one.posts`, and `ON SCHEMA $schema` `ON SCHEMA agent_one`. */
export function withSchemaName(sql: string, schema: string): string {
  return replaceSchema(sql, String.raw`\$schema`, schema, String.raw`(?![\w$])`);
}

/** Without the schema, for people and for SQL that runs where search_path is that schema. */
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
