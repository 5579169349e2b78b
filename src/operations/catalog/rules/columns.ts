import type { Catalog, CatalogColumn, Rule } from './catalog.js';

/** Types that no column should have, with the replacement. Timestamps have rules of their own. */
const UNWANTED: readonly (readonly [type: RegExp, problem: string, instead: string])[] = [
  [/^real\b/, 'has the type real, which reads 0.82 back as 0.81999999', 'double precision'],
  [/^money\b/, 'has the type money, whose format depends on a setting of the server', 'an integer of cents'],
  [/^json\b/, 'has the type json, which has no equality operator and no useful index', 'jsonb'],
  [
    /^(character(\(|\b(?! varying))|bpchar|"char")/,
    'has a type that pads values with blanks',
    'text with a CHECK on its length',
  ],
];

export const columnTypes: Rule = {
  id: 'column-types',
  reason: 'PostgreSQL keeps these types for old schemas only',
  check: ({ columns }) =>
    columns.flatMap((column) =>
      findUnwantedType(column).map(([problem, instead]) => ({
        object: `${column.table}.${column.name}`,
        problem,
        remedy: `use ${instead}`,
      })),
    ),
};

export const comments: Rule = {
  id: 'comments',
  reason: 'the comment is the only documentation that psql shows',
  check: ({ tables, columns }) => [
    ...tables
      .filter(({ comment }) => isBlank(comment))
      .map(({ path }) => ({
        object: `table ${path}`,
        problem: 'has no comment',
        remedy: 'write a comment on the entity that says what a row is, then run docs:generate',
      })),
    ...columns
      .filter(({ comment }) => isBlank(comment))
      .map(({ table, name }) => ({
        object: `${table}.${name}`,
        problem: 'has no comment',
        remedy: 'write a comment on the property that says what it means, then run docs:generate',
      })),
  ],
};

function findUnwantedType({ type, default: value }: CatalogColumn): (readonly [problem: string, instead: string])[] {
  const found = UNWANTED.filter(([pattern]) => pattern.test(type)).map(
    ([, problem, instead]) => [problem, instead] as const,
  );
  const serial = value?.startsWith('nextval(') ?? false;
  return serial ? [...found, ['is serial, whose sequence needs grants of its own', '@Id(), which is a uuid']] : found;
}

function isBlank(comment: string | null): boolean {
  return comment === null || comment.trim() === '';
}

const TIMESTAMP = 'timestamp(3) with time zone';

/** Defaults that PostgreSQL evaluates for each row. A text such as 'now' is a constant: the time at which the default was set. */
const NOW = /\b(?:(?:now|transaction_timestamp|statement_timestamp|clock_timestamp)\(\)|CURRENT_TIMESTAMP\b)/;

export const timestampTypes: Rule = {
  id: 'timestamp-types',
  reason: 'a JavaScript Date is an instant in milliseconds, and only timestamptz(3) reads it back unchanged',
  check: ({ columns }) =>
    columns
      .filter(({ type }) => type.startsWith('timestamp') && type.replace('[]', '') !== TIMESTAMP)
      .map(({ table, name, type }) => ({
        object: `${table}.${name}`,
        problem: `has the type ${type}`,
        remedy: '@Timestamp(), which is timestamptz(3)',
      })),
};

/** Required timestamps have a default that is evaluated for each row. Nullable timestamps have none: null means not yet. */
export const timestampDefaults: Rule = {
  id: 'timestamp-defaults',
  reason: 'the clock of the database fills in a required timestamp, and null means that an event has not happened yet',
  check: (catalog) =>
    listTimestamps(catalog).flatMap(({ table, name, sql, notNull, default: given }) => {
      // PostgreSQL stores SET DEFAULT NULL as a default.
      const value = given?.startsWith('NULL::') ? null : given;
      const object = `${table}.${name}`;
      if (!notNull && value !== null) {
        const problem = `is nullable and has the default ${value}, so that each new row says that the event has happened`;
        return [{ object, problem, remedy: 'drop the default' }];
      }
      if (!notNull || (value !== null && NOW.test(value))) return [];
      const problem =
        value === null
          ? 'is NOT NULL and has no default'
          : `has the default ${value}, which is not the time at which the row is written`;
      return [{ object, problem, remedy: `ALTER TABLE ${table} ALTER COLUMN ${sql} SET DEFAULT now()` }];
    }),
};

export const rowTimestamps: Rule = {
  id: 'row-timestamps',
  reason: 'retention and reports need created_at, and a row that can change needs updated_at',
  check: (catalog) =>
    catalog.tables.flatMap(({ path }) =>
      (['created_at', 'updated_at'] as const).flatMap((name) => {
        const column = listTimestamps(catalog).find((other) => other.table === path && other.name === name);
        if (column?.notNull) return [];
        const remedy =
          name === 'created_at'
            ? '@CreatedAt()'
            : '@UpdatedAt(), or an exception with the reason in src/schema/requirements.ts';
        return [{ object: `${path}.${name}`, problem: column ? 'is nullable' : 'is missing', remedy }];
      }),
    ),
};

function listTimestamps({ columns }: Catalog): CatalogColumn[] {
  return columns.filter(({ type }) => /^timestamp[^[]*$/.test(type));
}
