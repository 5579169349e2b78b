import { type CatalogIndex, quoteNameIfNeeded, type Rule, type Violation } from './catalog.js';

/** PostgreSQL truncates longer names without an error. */
const LONGEST_BYTES = 63;

const SNAKE_CASE = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
/** Words that are plural without an s. */
const PLURALS = /(^|_)(children|criteria|data|media|people)$/;
/** Endings in s that are not a plural. */
const SINGULARS = /(ss|us|is)$/;

/** Tables and columns are named in snake_case, and tables in the plural. */
export const tableAndColumnNames: Rule = {
  id: 'table-and-column-names',
  reason: 'plural tables and snake_case columns need no quotation marks in SQL and are easy to guess',
  check: ({ tables, columns }) => [
    ...tables
      .filter(({ name }) => isMisnamed(name) || !isPlural(name))
      .map(({ path, name }) => ({
        object: `table ${path}`,
        problem: isMisnamed(name) ? 'is not named in snake_case' : 'is not named in the plural',
        remedy: 'give it another name in @Table',
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
    'an error names the constraint, so that its name must say its kind (pk_, fk_, uq_, ck_), its table, and its columns or meaning',
  check: ({ constraints }) =>
    constraints.flatMap(({ kind, table, tableName, name, sql, columns }) => {
      const form = FORMS[kind]?.(tableName, columns);
      if (form === undefined || form.pattern.test(name) || isMisnamed(tableName)) return [];
      return [
        {
          object: `${table} ${name}`,
          problem: `is not named ${form.name}`,
          remedy: `ALTER TABLE ${table} RENAME CONSTRAINT ${sql} TO ${quoteNameIfNeeded(form.name)}`,
        },
      ];
    }),
};

export const indexNames: Rule = {
  id: 'index-names',
  reason:
    'a query plan names the index, so that its name must say its kind (ix_, uq_), its table, its columns and, if partial, its rows',
  check: ({ indexes }) =>
    indexes
      .filter(({ ofConstraint }) => !ofConstraint)
      .flatMap((index): Violation[] => {
        const form = getIndexForm(index);
        if (form.pattern.test(index.name) || isMisnamed(index.tableName)) return [];
        return [
          {
            object: `index ${index.name}`,
            problem: `on ${index.table} is not named ${form.name}`,
            remedy: `ALTER INDEX ${index.sql} RENAME TO ${quoteNameIfNeeded(form.name)}`,
          },
        ];
      }),
};

export const triggerNames: Rule = {
  id: 'trigger-names',
  reason: 'an error names the trigger, so that its name must say its kind (tg_), its table and what it does',
  check: ({ triggers }) =>
    triggers
      .filter(
        ({ name, tableName }) => !createMeaningPattern('tg', tableName).pattern.test(name) && !isMisnamed(tableName),
      )
      .map(({ table, tableName, name, sql }) => ({
        object: `trigger ${name} on ${table}`,
        problem: `is not named ${createMeaningPattern('tg', tableName).name}`,
        remedy: `ALTER TRIGGER ${sql} ON ${table} RENAME TO ${createMeaningPattern('tg', tableName).name}`,
      })),
};

/** The form that a name must have. */
interface Form {
  readonly pattern: RegExp;
  /** The name, with … in place of the meaning that the author chooses. */
  readonly name: string;
}

/** By the kind of constraint (pg_constraint.contype). Other kinds have no form. */
const FORMS: Readonly<Record<string, (table: string, columns: readonly string[]) => Form>> = {
  p: (table) => ({ pattern: new RegExp(`^pk_${escapePattern(table)}$`), name: `pk_${table}` }),
  f: (table, columns) => createListPattern('fk', table, columns),
  u: (table, columns) => createListPattern('uq', table, columns),
  c: (table) => createMeaningPattern('ck', table),
};

function getIndexForm({ unique, tableName, columns, predicate, method }: CatalogIndex): Form {
  const kind = unique ? 'uq' : 'ix';
  const named = columns.filter((column) => column !== null);
  // An expression has no name that the index could list.
  if (named.length < columns.length) return createMeaningPattern(kind, tableName);
  if (predicate !== null) return createListPattern(kind, tableName, named, '__…');
  // Two indexes on the same columns with different methods need two names.
  return createListPattern(kind, tableName, named, method === 'btree' ? '' : '[__…]');
}

/** Returns the form `uq_authors__platform_platform_id`, with a meaning after it where `rest` asks for one. */
function createListPattern(
  kind: string,
  table: string,
  columns: readonly string[],
  rest: '' | '__…' | '[__…]' = '',
): Form {
  const name = `${kind}_${table}__${columns.join('_')}`;
  if (Buffer.byteLength(name) > LONGEST_BYTES) return createMeaningPattern(kind, table);
  const tail = { '': '', '__…': MEANING, '[__…]': `(${MEANING})?` }[rest];
  return { pattern: new RegExp(`^${escapePattern(name)}${tail}$`), name: `${name}${rest}` };
}

/** Returns the form `ck_replies__approved_has_approver`. */
function createMeaningPattern(kind: string, table: string): Form {
  return { pattern: new RegExp(`^${kind}_${escapePattern(table)}${MEANING}$`), name: `${kind}_${table}__…` };
}

const MEANING = '__[a-z0-9]+(_[a-z0-9]+)*';

/** Escapes a table name for a regular expression. */
function escapePattern(name: string): string {
  return name.replaceAll(/[^\w]/g, '\\$&');
}

/** Whether the table itself is misnamed. Then only the table is reported, not each object that is named after it. */
function isMisnamed(table: string): boolean {
  return !SNAKE_CASE.test(table);
}

function isPlural(name: string): boolean {
  return PLURALS.test(name) || (name.endsWith('s') && !SINGULARS.test(name));
}
