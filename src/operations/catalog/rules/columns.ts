import type { Catalog, CatalogColumn, Rule } from './catalog.js';

/** Types that nobody should use, with what to use instead. Time stamps have a rule of their own. */
const UNWANTED: readonly (readonly [type: RegExp, problem: string, instead: string])[] = [
  [/^real\b/, 'is real, which reads 0.82 back as 0.81999999', 'double precision'],
  [/^money\b/, 'is money, whose meaning depends on a setting of the server', 'an integer of cents'],
  [/^json\b/, 'is json, which keeps the text, has no equality and no useful index', 'jsonb'],
  [/^(character(\(|\b(?! varying))|bpchar|"char")/, 'is padded with blanks', 'text with a CHECK of its length'],
];

export const columnTypes: Rule = {
  id: 'column-types',
  reason: 'PostgreSQL keeps these types for the sake of old schemas only',
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
  reason: 'whoever reads the database in psql has no other documentation at hand',
  check: ({ tables, columns }) => [
    ...tables
      .filter(({ comment }) => isBlank(comment))
      .map(({ path }) => ({
        object: `table ${path}`,
        problem: 'has no comment',
        remedy: 'say in the comment of the entity which question it answers, run docs:generate',
      })),
    ...columns
      .filter(({ comment }) => isBlank(comment))
      .map(({ table, name }) => ({
        object: `${table}.${name}`,
        problem: 'has no comment',
        remedy: 'say in the comment of the property what it means, run docs:generate',
      })),
  ],
};

function findUnwantedType({ type, default: value }: CatalogColumn): (readonly [problem: string, instead: string])[] {
  const found = UNWANTED.filter(([pattern]) => pattern.test(type)).map(
    ([, problem, instead]) => [problem, instead] as const,
  );
  const serial = value?.startsWith('nextval(') ?? false;
  return serial
    ? [...found, ['is serial: its sequence has rights and an owner of its own', '@Id(), which is a uuid']]
    : found;
}

function isBlank(comment: string | null): boolean {
  return comment === null || comment.trim() === '';
}

const MOMENT = 'timestamp(3) with time zone';

/** Asked each time a row is written. A text like 'now' is a constant: the moment at which the table was made. */
const NOW = /\b(?:(?:now|transaction_timestamp|statement_timestamp|clock_timestamp)\(\)|CURRENT_TIMESTAMP\b)/;

export const timestampTypes: Rule = {
  id: 'timestamp-types',
  reason:
    'a moment is one everywhere, so it has a time zone, and a JavaScript Date holds milliseconds: only timestamptz(3) reads back equal',
  check: ({ columns }) =>
    columns
      .filter(({ type }) => type.startsWith('timestamp') && type.replace('[]', '') !== MOMENT)
      .map(({ table, name, type }) => ({
        object: `${table}.${name}`,
        problem: `is ${type}`,
        remedy: '@Moment(), which is timestamptz(3)',
      })),
};

/** The requirements' third rule: moments have defaults. That is where a row must have one; elsewhere null says that it has not happened. */
export const timestampDefaults: Rule = {
  id: 'timestamp-defaults',
  reason: 'what every row has is filled in by the clock of the database; what has not happened yet is null',
  check: (catalog) =>
    listTimestamps(catalog).flatMap(({ table, name, sql, notNull, default: given }) => {
      // A default that somebody set to null is kept as one.
      const value = given?.startsWith('NULL::') ? null : given;
      const object = `${table}.${name}`;
      if (!notNull && value !== null) {
        const problem = `may be null and has the default ${value}: a new row says that it has happened`;
        return [{ object, problem, remedy: 'drop the default' }];
      }
      if (!notNull || (value !== null && NOW.test(value))) return [];
      const problem =
        value === null
          ? 'must be given and has no default'
          : `has the default ${value}, which is not the time of writing`;
      return [{ object, problem, remedy: `ALTER TABLE ${table} ALTER COLUMN ${sql} SET DEFAULT now()` }];
    }),
};

export const rowTimestamps: Rule = {
  id: 'row-timestamps',
  reason: 'retention and every question about time need created_at; what is changed later says when, in updated_at',
  check: (catalog) =>
    catalog.tables.flatMap(({ path }) =>
      (['created_at', 'updated_at'] as const).flatMap((name) => {
        const column = listTimestamps(catalog).find((one) => one.table === path && one.name === name);
        if (column?.notNull) return [];
        const remedy = name === 'created_at' ? '@CreatedAt()' : '@UpdatedAt(), or an exception that says why not';
        return [{ object: `${path}.${name}`, problem: column ? 'may be null' : 'is missing', remedy }];
      }),
    ),
};

function listTimestamps({ columns }: Catalog): CatalogColumn[] {
  return columns.filter(({ type }) => /^timestamp[^[]*$/.test(type));
}
