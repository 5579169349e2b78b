import fc from 'fast-check';
import { quoteIdentifier, quoteStandardLiteral } from '../../../src/errors/sql-text.js';

/** Groups of statements that create a schema. The groups run in this order, the statements of a group in any order. */
export type RandomSchema = readonly (readonly string[])[];

const TYPES = [
  ['int', '0', '> 0'],
  ['bigint', '1', '<> 7'],
  ['numeric(10,2)', '0.50', '>= 0.01'],
  ['double precision', `'-1.5'`, 'BETWEEN -2 AND 2'],
  ['text', `'it''s'`, `~ '^[a-z]+$'`],
  ['varchar(20)', `'x'`, `IN ('x', 'y')`],
  ['text COLLATE "C"', `'z'`, `LIKE 'z%'`],
  ['boolean', 'true', 'IS NOT NULL'],
  ['timestamptz(3)', 'now()', `> '2020-01-01'`],
  ['date', `'2026-01-01'`, `< '2030-01-01'`],
  ['uuid', 'gen_random_uuid()', `<> '00000000-0000-0000-0000-000000000000'`],
  ['jsonb', `'{"a": [1]}'`, `<> '{}'`],
  ['text[]', `ARRAY['a']`, `<> '{}'`],
  ['interval', `'1 day 2 hours'`, `< '1 year'`],
  ['bytea', `'\\xdeadbeef'`, `<> ''`],
  ['mood', `'calm'`, `<> 'angry'`],
] as const;

/** Names, some of which SQL must quote. */
const NAMES = ['id', 'user', 'Name', 'created at', 'größe', 'a"b', 'select', 'x_1', 'value', 'kind', 'state', 'note'];
const TABLES = ['posts', 'Authors', 'order', 'public.x', 'größen'];

const column = fc.record({
  type: fc.constantFrom(...TYPES),
  notNull: fc.boolean(),
  byDefault: fc.boolean(),
  check: fc.boolean(),
  comment: fc.option(fc.constantFrom('How much.', 'It’s; a -- "trap" \\ $owner', 'public.posts')),
  index: fc.constantFrom('none', 'plain', 'DESC NULLS LAST', 'unique', 'partial', 'INCLUDE'),
});

const table = fc.record({
  columns: fc.array(column, { minLength: 1, maxLength: 5 }),
  names: fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 5, maxLength: 5 }),
  options: fc.boolean(),
  key: fc.boolean(),
  granted: fc.option(fc.constantFrom('SELECT', 'INSERT, UPDATE', 'ALL')),
  security: fc.boolean(),
  trigger: fc.boolean(),
  reference: fc.constantFrom('none', 'CASCADE', 'SET NULL', 'RESTRICT'),
  viewed: fc.boolean(),
});

type Table = typeof table extends fc.Arbitrary<infer T> ? T : never;

/** Generates a valid schema of one to four tables. */
export const randomSchema: fc.Arbitrary<RandomSchema> = fc
  .record({
    tables: fc.array(table, { minLength: 1, maxLength: 4 }),
    names: fc.shuffledSubarray(TABLES, { minLength: 4 }),
  })
  .map(({ tables, names }) => {
    const parts = tables.map((each, k) => statementsOf(each, names[k] ?? '', k === 0 ? undefined : names[0]));
    return [
      [
        `CREATE TYPE mood AS ENUM ('calm', 'angry')`,
        `CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
      ],
      ...[0, 1, 2].map((step) => parts.flatMap((part) => part[step] ?? [])),
    ];
  });

/** Returns three groups of statements: the table, those that need only this table, and those that need other tables. */
function statementsOf(shape: Table, name: string, parent: string | undefined): string[][] {
  const table = quoteIdentifier(name);
  const columns = shape.columns.map((column, k) => ({
    ...column,
    name: shape.names[k] ?? '',
    quoted: quoteIdentifier(shape.names[k] ?? ''),
  }));
  const lines = columns.map(
    ({ quoted: own, type: [type, value], notNull, byDefault }) =>
      `${own} ${type}${notNull ? ' NOT NULL' : ''}${byDefault ? ` DEFAULT ${value}` : ''}`,
  );
  return [
    [
      `CREATE TABLE ${table} (key int ${shape.key ? 'GENERATED ALWAYS AS IDENTITY ' : ''}PRIMARY KEY, parent int, ${lines.join(', ')})${shape.options ? ' WITH (fillfactor = 80)' : ''}`,
    ],
    [
      ...columns.flatMap((column, k) => extras(table, `${name}_${k}`, column)),
      ...(shape.granted ? [`GRANT ${shape.granted} ON ${table} TO PUBLIC`] : []),
      ...(shape.security
        ? [`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`, `CREATE POLICY own ON ${table} USING (key > 0)`]
        : []),
      ...(shape.trigger
        ? [`CREATE TRIGGER tg_watch BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION watch()`]
        : []),
      `COMMENT ON TABLE ${table} IS 'Which?'`,
    ],
    [
      ...(parent !== undefined && shape.reference !== 'none'
        ? [
            `ALTER TABLE ${table} ADD CONSTRAINT ${quoteIdentifier(`fk_${name}`)} FOREIGN KEY (parent) REFERENCES ${quoteIdentifier(parent)} ON DELETE ${shape.reference}`,
          ]
        : []),
      ...(shape.viewed
        ? [
            `CREATE VIEW ${quoteIdentifier(`v_${name}`)} AS SELECT key, count(*) AS n FROM ${table} WHERE parent > 1 GROUP BY key`,
          ]
        : []),
    ],
  ];
}

function extras(table: string, suffix: string, column: Table['columns'][number] & { quoted: string }): string[] {
  const { quoted: own, type, check, comment, index } = column;
  const name = quoteIdentifier(`ix_${suffix}`);
  // PostgreSQL has no default operator class for these indexes on jsonb.
  const indexable = type[0] !== 'jsonb' && index !== 'none';
  const tail = {
    plain: '',
    none: '',
    unique: '',
    'DESC NULLS LAST': '',
    partial: ` WHERE ${own} IS NOT NULL`,
    INCLUDE: ' INCLUDE (parent)',
  }[index];
  return [
    ...(check
      ? [`ALTER TABLE ${table} ADD CONSTRAINT ${quoteIdentifier(`ck_${suffix}`)} CHECK (${own} ${type[2]})`]
      : []),
    ...(comment === null ? [] : [`COMMENT ON COLUMN ${table}.${own} IS ${quoteStandardLiteral(comment)}`]),
    ...(indexable
      ? [
          `CREATE ${index === 'unique' ? 'UNIQUE ' : ''}INDEX ${name} ON ${table} (${own}${index.startsWith('DESC') ? ` ${index}` : ''})${tail}`,
        ]
      : []),
  ];
}
