import type { Names } from '../../../src/operations/catalog/describe.js';
import { repairFact, repairObject } from '../../../src/operations/catalog/repair.js';
import { type CatalogObject, toKey } from '../../../src/operations/catalog/snapshot.js';
import { DocumentationError } from './documentation-error.js';

/** Whoever loads the file owns what it makes; the database is the one it is loaded into, see `here`. */
export const NAMES: Names = { owner: 'CURRENT_USER', database: '$database', schema: '$schema' };

/** Makes an object and says the rest of it; the comment on a line of its own. */
export function renderCreate(object: CatalogObject): string[] {
  const { comment, ...facts } = object.facts;
  const bare = { ...object, facts };
  const sql = OTHERS[object.kind]?.(bare) ?? repairObject(bare, undefined, NAMES);
  if (sql === undefined) throw createUnknownObjectError(object, 'how to make it');
  return [withOwnSchema(object, `${sql.trim()};`), ...(comment === undefined ? [] : renderAfterwards(object, bare))];
}

/** Kinds that a repair never makes: they hold rows, or shape them. */
const OTHERS: Partial<Record<CatalogObject['kind'], (object: CatalogObject) => string>> = {
  schema: ({ name }) => `CREATE SCHEMA ${name}`,
  extension: ({ name, facts }) => `CREATE EXTENSION ${name} SCHEMA ${facts.schema ?? '$schema'}`,
  enum: ({ name, facts }) => `CREATE TYPE ${name} AS ENUM (${facts.values ?? ''})`,
};

/** Makes of an object what is wanted, fact by fact. */
export function renderAfterwards(wanted: CatalogObject, found: CatalogObject): string[] {
  const facts = [...new Set([...Object.keys(wanted.facts), ...Object.keys(found.facts)])];
  return facts
    .filter((fact) => wanted.facts[fact] !== found.facts[fact])
    .map((fact) => {
      const sql = repairFact(fact, wanted, found, NAMES);
      if (sql === undefined) throw createUnknownObjectError(wanted, fact);
      return withOwnSchema(wanted, `${sql.trim()};`);
    });
}

/** ALTER DATABASE and ON SCHEMA want a name, and only the session that loads the file knows it. */
export function withOwnSchema({ kind }: CatalogObject, sql: string): string {
  const [placeholder, question] = /\$schema(?![\w$.])/.test(sql)
    ? ['$schema', 'current_schema']
    : ['$database', 'current_database'];
  const kinds = ['setting', 'grant', 'revoked', 'schema', 'default privilege'];
  if (!kinds.includes(kind) || !sql.includes(placeholder)) return sql;
  return `DO $do$ BEGIN EXECUTE replace($sql$${sql}$sql$, '${placeholder}', quote_ident(${question}())); END $do$;`;
}

/** A file that leaves something out would be worse than none. */
export function createUnknownObjectError(object: CatalogObject, what: string): DocumentationError {
  return new DocumentationError(
    `schema.sql cannot say this of ${toKey(object)} yet: ${what}. Teach scripts/generate/reference/statements.ts.`,
  );
}
