import {
  type Catalog,
  type CatalogColumn,
  type CatalogConstraint,
  type CatalogIndex,
  quoteNameIfNeeded,
  type Rule,
  type Violation,
} from './catalog.js';

export const primaryKeys: Rule = {
  id: 'primary-keys',
  reason: 'without a primary key a row cannot be named, by us or by replication',
  check: ({ tables, constraints }) =>
    tables
      .filter(({ path }) => !constraints.some(({ table, kind }) => kind === 'p' && table === path))
      .map(({ path }) => ({ object: `table ${path}`, problem: 'has no primary key', remedy: '@Id() id' })),
};

export const validConstraints: Rule = {
  id: 'valid-constraints',
  reason: 'a constraint that was never validated, or whose triggers are off, promises what the rows do not keep',
  check: ({ constraints }) =>
    constraints
      .filter(({ validated, enforced }) => !validated || !enforced)
      .map(({ table, name, sql, validated }) => ({
        object: `${table} ${name}`,
        problem: validated ? 'is not enforced: its triggers are disabled' : 'is not validated: older rows may break it',
        remedy: validated
          ? `ALTER TABLE ${table} ENABLE TRIGGER ALL, and look for rows that came in meanwhile`
          : `ALTER TABLE ${table} VALIDATE CONSTRAINT ${sql}`,
      })),
};

/** The sign for `value op column`, turned to `column op value`. */
const TURNED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

export const boundedFloats: Rule = {
  id: 'bounded-floats',
  reason: 'PostgreSQL sorts NaN above every number, so a bound from below alone lets NaN and Infinity in',
  check: (catalog) =>
    catalog.columns
      .filter(({ type }) => /^(double precision|real|numeric)[^[]*$/.test(type))
      .flatMap((column) => {
        const missing = listMissingBounds(column, catalog);
        if (missing.length === 0) return [];
        return [
          {
            object: `${column.table}.${column.name}`,
            problem: `has no CHECK that bounds it from ${missing.join(' and ')}`,
            remedy: '@Score(), @Ratio() or another word of src/columns/numbers.ts',
          },
        ];
      }),
};

function listMissingBounds(column: CatalogColumn, { constraints }: Catalog): string[] {
  const bounds = constraints
    .filter(({ table, columns: [only, ...others] }) => table === column.table && only === column.name && !others.length)
    .flatMap((constraint) => readBounds(constraint, column));
  return ['below', 'above'].filter((side) => !bounds.includes(side));
}

/** From where a CHECK over this column alone bounds it. Alternatives bound nothing, but for "null, or …". */
function readBounds({ expression }: CatalogConstraint, { sql }: CatalogColumn): string[] {
  const text = (expression ?? '').replace(`(${sql} IS NULL) OR `, '');
  if (/\b(OR|NOT|CASE|COALESCE)\b/.test(text)) return [];
  const value = String.raw`((?:\((?:\([^()]*\)|[^()])*\)|[^()])*?)`;
  const column = sql.replaceAll(/[^\w]/g, '\\$&');
  const after = text.matchAll(new RegExp(String.raw`\(${column} ([<>]=?) ${value}\)`, 'g'));
  const before = text.matchAll(new RegExp(String.raw`\(${value} ([<>]=?) ${column}\)`, 'g'));
  return [
    ...Array.from(after, ([, sign = '', bound = '']) => getSide(sign, bound)),
    ...Array.from(before, ([, bound = '', sign = '']) => getSide(TURNED[sign] ?? '', bound)),
  ].flatMap((side) => side ?? []);
}

/** `<= 'Infinity'` lets Infinity in, `< 'Infinity'` does not; NaN bounds nothing. */
function getSide(sign: string, bound: string): string | undefined {
  if (bound.includes('NaN') || (sign.endsWith('=') && bound.includes('Infinity'))) return undefined;
  return sign.startsWith('<') ? 'above' : 'below';
}

const SAID = { a: 'NO ACTION', r: 'RESTRICT', c: 'CASCADE', n: 'SET NULL', d: 'SET DEFAULT' } as const;

/** The requirements' second rule: every relation says what a deletion does. */
export const deleteBehaviour: Rule = {
  id: 'delete-behaviour',
  reason: 'what a deletion takes along is decided once, for every foreign key; NO ACTION is a decision nobody took',
  check: (catalog, { deleteRules }) => [
    ...listForeignKeys(catalog).flatMap((key) => checkDeleteRule(key, catalog, deleteRules[getColumn(key)])),
    ...Object.entries(deleteRules)
      .filter(([column]) => !listForeignKeys(catalog).some((key) => getColumn(key) === column))
      .map(([column, rule]) => ({
        object: column,
        problem: 'has no foreign key',
        remedy: `@BelongsTo with onDelete: '${rule}'`,
      })),
  ],
};

export const foreignKeyIndexes: Rule = {
  id: 'foreign-key-indexes',
  reason: 'PostgreSQL makes no index for a foreign key: without one each deletion of the parent reads the whole table',
  check: (catalog) =>
    listForeignKeys(catalog)
      .filter((key) => !catalog.indexes.some((index) => servesForeignKey(index, key)))
      .map(({ table, tableName, name, columns }) => ({
        object: `${table} ${name}`,
        problem: `has no index over all rows that begins with ${columns.join(', ')}`,
        remedy: `CREATE INDEX CONCURRENTLY ${quoteNameIfNeeded(`ix_${tableName}__${columns.join('_')}`)} ON ${table} (${columns.map(quoteNameIfNeeded).join(', ')})`,
      })),
};

function checkDeleteRule(key: CatalogConstraint, catalog: Catalog, decided: string | undefined): Violation[] {
  const object = `${key.table} ${key.name}`;
  const rule = SAID[key.onDelete ?? 'a'];
  if (decided !== undefined && rule !== decided) {
    return [{ object, problem: `is ON DELETE ${rule}, decided is ${decided}`, remedy: `onDelete: '${decided}'` }];
  }
  if (rule === 'NO ACTION') {
    const remedy =
      'onDelete: CASCADE for a part of the parent, SET NULL for a label, RESTRICT for what must not vanish';
    return [{ object, problem: 'states no delete rule', remedy }];
  }
  const required = catalog.columns.filter(
    ({ table, name, notNull }) => table === key.table && key.columns.includes(name) && notNull,
  );
  if (rule !== 'SET NULL' || required.length === 0) return [];
  const names = required.map(({ name }) => name).join(', ');
  return [
    {
      object,
      problem: `is ON DELETE SET NULL, but ${names} cannot be null: no deletion will succeed`,
      remedy: 'make the column nullable, or decide for CASCADE or RESTRICT',
    },
  ];
}

function listForeignKeys({ constraints }: Catalog): CatalogConstraint[] {
  return constraints.filter(({ kind }) => kind === 'f');
}

function getColumn({ table, columns }: CatalogConstraint): string {
  return `${table}.${columns.join(', ')}`;
}

/** Rows are looked for by these columns: in any order, and null is no value that has a parent. */
function servesForeignKey({ table, columns, method, predicate, valid }: CatalogIndex, key: CatalogConstraint): boolean {
  const first = columns.slice(0, key.columns.length);
  const [column = ''] = key.columns;
  return (
    table === key.table &&
    valid &&
    (method === 'btree' || (method === 'hash' && key.columns.length === 1)) &&
    key.columns.every((name) => first.includes(name)) &&
    (predicate === null || (key.columns.length === 1 && predicate.replaceAll('"', '') === `(${column} IS NOT NULL)`))
  );
}
