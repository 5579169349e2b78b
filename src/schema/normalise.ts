import { withoutUnknownOptions } from './options.js';
import { withoutSchema, withPlaceholder } from './schema-placeholder.js';
import type { CatalogObject, Kind } from './snapshot.js';

/** A row of the statement. */
export interface CatalogRow {
  readonly kind: Kind | 'server';
  readonly name: string;
  readonly on: string | null;
  /** Kind and name of the object it cannot be without. */
  readonly parent: string | null;
  readonly facts: Readonly<Record<string, string>>;
}

/**
 * The object of a row, and its key.
 *
 * @param schema the name of the schema that a snapshot calls `$schema`
 */
export function objectOf({ kind, name, on, parent, facts }: CatalogRow, schema: string): [key: string, CatalogObject] {
  const object: CatalogObject = {
    kind: kind as Kind,
    name: withPlaceholder(name, schema),
    ...(on === null ? {} : { on: withPlaceholder(on, schema) }),
    ...(parent === null ? {} : { parent: withoutSchema(withPlaceholder(parent, schema)) }),
    facts: Object.fromEntries(
      Object.entries(normalised(kind, facts)).map(([fact, value]) => [
        fact,
        WORDS.includes(fact) ? value : withPlaceholder(value, schema),
      ]),
    ),
  };
  return [keyOf(object), object];
}

/** Kind and path: `column posts.content`. */
export function keyOf(object: CatalogObject): string {
  return `${object.kind} ${pathOf(object)}`;
}

/** Where people look for it: `posts.content`, `posts ck_posts__content_length`; the schema is said unless it is `$schema`. */
export function pathOf({ kind, name, on }: CatalogObject): string {
  if (on === undefined) return withoutSchema(name);
  if (kind === 'column') return withoutSchema(`${on}.${name}`);
  if (kind === 'constraint') return withoutSchema(`${on} ${name}`);
  if (kind === 'setting') return `${name} of ${withoutSchema(on)}`;
  return withoutSchema(`${name} on ${on}`);
}

/** Facts that are somebody's own words, or code: kept, compared and shown as they are. */
export const WORDS: readonly string[] = ['comment', 'comment on the index', 'body'];

function normalised(kind: CatalogRow['kind'], facts: CatalogRow['facts']): CatalogRow['facts'] {
  if (facts.query !== undefined) return { ...facts, query: unqualified(facts.query) };
  const { definition } = facts;
  if (definition === undefined || kind !== 'index') return facts;
  return { ...facts, definition: withoutUnknownOptions(definition) };
}

// Since 16 a view over a single table names its columns without the table, 15 with it. It can be no other table's.
function unqualified(query: string): string {
  const sources = [...query.matchAll(/^ {3}FROM (.*)$/gm)];
  const [, only = ''] = sources[0] ?? [];
  const match = /^(?:ONLY )?(?:(?:[\w$]+|"[^"]+")\.)?([\w$]+|"[^"]+")(?: ([\w$]+|"[^"]+"))?(;?)$/.exec(only);
  if (sources.length !== 1 || match === null || continues(query, only)) return query;
  const alias = (match[2] ?? match[1] ?? '').replaceAll(/[$]/g, '\\$&');
  return query.replaceAll(new RegExp(`(?<![\\w".$])${alias}\\.(?=[\\w"])`, 'g'), '');
}

/** Does a second table follow on the next line? */
function continues(query: string, source: string): boolean {
  const rest = query.slice(query.indexOf(`FROM ${source}`) + source.length + 5);
  return source.endsWith(',') || /^\n {4,}/.test(rest);
}
