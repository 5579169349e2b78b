import { type CatalogIndex, quoteNameIfNeeded, type Rule, type Violation } from './catalog.js';

/** PostgreSQL cuts longer names silently. */
const LONGEST_BYTES = 63;

const SNAKE_CASE = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
/** Words that are plural without an s. */
const PLURALS = /(^|_)(children|criteria|data|media|people)$/;
/** A last word with an s that is not that of a plural. */
const SINGULARS = /(ss|us|is)$/;

/** The requirements' first rule: every model is mapped to a table name of its own, in their case every table and column. */
export const mappedNames: Rule = {
  id: 'mapped-names',
  reason: 'a plural table and a column in snake_case need no quotation marks in SQL and can be guessed',
  check: ({ tables, columns }) => [
    ...tables
      .filter(({ name }) => isMisnamed(name) || !isPlural(name))
      .map(({ path, name }) => ({
        object: `table ${path}`,
        problem: isMisnamed(name) ? 'is not named in snake_case' : 'is not named in the plural',
        remedy: 'rename it: @Table says its name',
      })),
    ...columns
      .filter(({ name }) => !SNAKE_CASE.test(name))
      .map(({ table, name, sql }) => ({
        object: `${table}.${name}`,
        problem: 'is not named in snake_case',
        remedy: `ALTER TABLE ${table} RENAME COLUMN ${sql} TO …`,
      })),
  ],
};

export const constraintNames: Rule = {
  id: 'constraint-names',
  reason:
    'an error names the constraint: pk_, fk_, uq_, ck_, its table, and its columns or what it means tell what was refused',
  check: ({ constraints }) =>
    constraints.flatMap(({ kind, table, tableName, name, sql, columns }) => {
      const form = FORMS[kind]?.(tableName, columns);
      if (form === undefined || form.fits.test(name) || isMisnamed(tableName)) return [];
      return [
        {
          object: `${table} ${name}`,
          problem: `is not named ${form.says}`,
          remedy: `ALTER TABLE ${table} RENAME CONSTRAINT ${sql} TO ${quoteNameIfNeeded(form.says)}`,
        },
      ];
    }),
};

export const indexNames: Rule = {
  id: 'index-names',
  reason:
    'a plan names the index: ix_ or uq_, its table, its columns in order and, of a partial one, which rows it holds',
  check: ({ indexes }) =>
    indexes
      .filter(({ ofConstraint }) => !ofConstraint)
      .flatMap((index): Violation[] => {
        const form = getIndexForm(index);
        if (form.fits.test(index.name) || isMisnamed(index.tableName)) return [];
        return [
          {
            object: `index ${index.name}`,
            problem: `on ${index.table} is not named ${form.says}`,
            remedy: `ALTER INDEX ${index.sql} RENAME TO ${quoteNameIfNeeded(form.says)}`,
          },
        ];
      }),
};

export const triggerNames: Rule = {
  id: 'trigger-names',
  reason: 'an error names the trigger: tg_, its table and what it does tell who refused',
  check: ({ triggers }) =>
    triggers
      .filter(({ name, tableName }) => !createMeaningPattern('tg', tableName).fits.test(name) && !isMisnamed(tableName))
      .map(({ table, tableName, name, sql }) => ({
        object: `trigger ${name} on ${table}`,
        problem: `is not named ${createMeaningPattern('tg', tableName).says}`,
        remedy: `ALTER TRIGGER ${sql} ON ${table} RENAME TO ${createMeaningPattern('tg', tableName).says}`,
      })),
};

/** How a name must read. */
interface Form {
  readonly fits: RegExp;
  /** The name itself; with … where it is for people to find. */
  readonly says: string;
}

/** By the kind of constraint; the design names no form for the others. */
const FORMS: Readonly<Record<string, (table: string, columns: readonly string[]) => Form>> = {
  p: (table) => ({ fits: new RegExp(`^pk_${escapePattern(table)}$`), says: `pk_${table}` }),
  f: (table, columns) => createListPattern('fk', table, columns),
  u: (table, columns) => createListPattern('uq', table, columns),
  c: (table) => createMeaningPattern('ck', table),
};

function getIndexForm({ unique, tableName, columns, predicate, method }: CatalogIndex): Form {
  const kind = unique ? 'uq' : 'ix';
  const named = columns.filter((column) => column !== null);
  // An expression has no name to be listed by.
  if (named.length < columns.length) return createMeaningPattern(kind, tableName);
  if (predicate !== null) return createListPattern(kind, tableName, named, '__…');
  // Two methods over the same columns are two indexes, and need two names.
  return createListPattern(kind, tableName, named, method === 'btree' ? '' : '[__…]');
}

/** `uq_authors__platform_platform_id`, with a meaning after it where there is more to say. */
function createListPattern(
  kind: string,
  table: string,
  columns: readonly string[],
  rest: '' | '__…' | '[__…]' = '',
): Form {
  const name = `${kind}_${table}__${columns.join('_')}`;
  if (Buffer.byteLength(name) > LONGEST_BYTES) return createMeaningPattern(kind, table);
  const tail = { '': '', '__…': MEANING, '[__…]': `(${MEANING})?` }[rest];
  return { fits: new RegExp(`^${escapePattern(name)}${tail}$`), says: `${name}${rest}` };
}

/** `ck_replies__approved_has_approver`. */
function createMeaningPattern(kind: string, table: string): Form {
  return { fits: new RegExp(`^${kind}_${escapePattern(table)}${MEANING}$`), says: `${kind}_${table}__…` };
}

const MEANING = '__[a-z0-9]+(_[a-z0-9]+)*';

/** Table names may hold anything. */
function escapePattern(name: string): string {
  return name.replaceAll(/[^\w]/g, '\\$&');
}

/** Then all that is named after it would be: the table is told of, and its name is to be put right first. */
function isMisnamed(table: string): boolean {
  return !SNAKE_CASE.test(table);
}

function isPlural(name: string): boolean {
  return PLURALS.test(name) || (name.endsWith('s') && !SINGULARS.test(name));
}
