import type { Names } from '../../../src/operations/catalog/describe.js';
import { repairFact, repairObject } from '../../../src/operations/catalog/repair.js';
import { type CatalogObject, toKey } from '../../../src/operations/catalog/snapshot.js';
import { DocumentationError } from './documentation-error.js';

/** The role that loads the file owns all objects. `withOwnSchema` replaces the names of database and schema. */
export const NAMES: Names = { owner: 'CURRENT_USER', database: '$database', schema: '$schema' };

/** Returns the statements that create an object with all its facts. The comment needs a separate statement. */
export function renderCreate(object: CatalogObject): string[] {
  const { comment, ...facts } = object.facts;
  const bare = { ...object, facts };
  const sql = OTHERS[object.kind]?.(bare) ?? repairObject(bare, undefined, NAMES);
  if (sql === undefined) throw createUnknownObjectError(object, 'how to create it');
  return [withOwnSchema(object, `${sql.trim()};`), ...(comment === undefined ? [] : renderAfterwards(object, bare))];
}

/** Kinds for which `repairObject` has no statement. */
const OTHERS: Partial<Record<CatalogObject['kind'], (object: CatalogObject) => string>> = {
  schema: ({ name }) => `CREATE SCHEMA ${name}`,
  extension: ({ name, facts }) => `CREATE EXTENSION ${name} SCHEMA ${facts.schema ?? '$schema'}`,
  enum: ({ name, facts }) => `CREATE TYPE ${name} AS ENUM (${facts.values ?? ''})`,
};

/** Returns one statement for each fact that differs from the wanted object. */
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

/** Replaces the name of the database or schema by that of the session that loads the file, since ALTER DATABASE and ON SCHEMA need a name. */
export function withOwnSchema({ kind }: CatalogObject, sql: string): string {
  const [placeholder, question] = /\$schema(?![\w$.])/.test(sql)
    ? ['$schema', 'current_schema']
    : ['$database', 'current_database'];
  const kinds = ['setting', 'grant', 'revoked', 'schema', 'default privilege'];
  if (!kinds.includes(kind) || !sql.includes(placeholder)) return sql;
  return `DO $do$ BEGIN EXECUTE replace($sql$${sql}$sql$, '${placeholder}', quote_ident(${question}())); END $do$;`;
}

/** Creates the error for an object that the file cannot contain. */
export function createUnknownObjectError(object: CatalogObject, what: string): DocumentationError {
  return new DocumentationError(
    `schema.sql cannot contain ${toKey(object)} (${what}): add it to scripts/generate/reference/statements.ts.`,
  );
}
