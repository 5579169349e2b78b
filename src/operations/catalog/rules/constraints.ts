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
  reason: 'without a primary key, neither a query nor logical replication can identify a row',
  check: ({ tables, constraints }) =>
    tables
      .filter(({ path }) => !constraints.some(({ table, kind }) => kind === 'p' && table === path))
      .map(({ path }) => ({ object: `table ${path}`, problem: 'has no primary key', remedy: '@Id() id' })),
};

export const validConstraints: Rule = {
  id: 'valid-constraints',
  reason: 'rows may violate a constraint that is not validated or whose triggers are disabled',
  check: ({ constraints }) =>
    constraints
      .filter(({ validated, enforced }) => !validated || !enforced)
      .map(({ table, name, sql, validated }) => ({
        object: `${table} ${name}`,
        problem: validated
          ? 'is not enforced: its triggers are disabled'
          : 'is not validated: older rows may violate it',
        remedy: validated
          ? `ALTER TABLE ${table} ENABLE TRIGGER ALL, then look for rows that violate it`
          : `ALTER TABLE ${table} VALIDATE CONSTRAINT ${sql}`,
      })),
};

/** Maps the operator of `value op column` to that of `column op value`. */
const REVERSED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

export const boundedFloats: Rule = {
  id: 'bounded-floats',
  reason: 'PostgreSQL sorts NaN above every number, so that a lower bound alone accepts NaN and Infinity',
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
            remedy: '@Score(), @Ratio() or another column decorator of src/columns/numbers.ts',
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

/** Returns on which sides a CHECK on this column alone bounds it. An OR bounds nothing, except `column IS NULL OR …`. */
function readBounds({ expression }: CatalogConstraint, { sql }: CatalogColumn): string[] {
  const text = (expression ?? '').replace(`(${sql} IS NULL) OR `, '');
  if (/\b(OR|NOT|CASE|COALESCE)\b/.test(text)) return [];
  const value = String.raw`((?:\((?:\([^()]*\)|[^()])*\)|[^()])*?)`;
  const column = sql.replaceAll(/[^\w]/g, '\\$&');
  const after = text.matchAll(new RegExp(String.raw`\(${column} ([<>]=?) ${value}\)`, 'g'));
  const before = text.matchAll(new RegExp(String.raw`\(${value} ([<>]=?) ${column}\)`, 'g'));
  return [
    ...Array.from(after, ([, sign = '', bound = '']) => getSide(sign, bound)),
    ...Array.from(before, ([, bound = '', sign = '']) => getSide(REVERSED[sign] ?? '', bound)),
  ].flatMap((side) => side ?? []);
}

/** Returns the side that a comparison bounds. `<= 'Infinity'` accepts Infinity, `< 'Infinity'` does not, and NaN bounds nothing. */
function getSide(sign: string, bound: string): string | undefined {
  if (bound.includes('NaN') || (sign.endsWith('=') && bound.includes('Infinity'))) return undefined;
  return sign.startsWith('<') ? 'above' : 'below';
}

const DELETE_RULES = { a: 'NO ACTION', r: 'RESTRICT', c: 'CASCADE', n: 'SET NULL', d: 'SET DEFAULT' } as const;

/** Every foreign key has an ON DELETE rule other than NO ACTION, and those in the requirements have the required one. */
export const foreignKeyDeleteRules: Rule = {
  id: 'delete-rules',
  reason: 'each foreign key must state which rows a deletion deletes or keeps, and NO ACTION is only the default',
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
  reason:
    'PostgreSQL creates no index for a foreign key, and without one each deletion of a parent reads the whole table',
  check: (catalog) =>
    listForeignKeys(catalog)
      .filter((key) => !catalog.indexes.some((index) => servesForeignKey(index, key)))
      .map(({ table, tableName, name, columns }) => ({
        object: `${table} ${name}`,
        problem: `has no index on all rows that begins with ${columns.join(', ')}`,
        remedy: `CREATE INDEX CONCURRENTLY ${quoteNameIfNeeded(`ix_${tableName}__${columns.join('_')}`)} ON ${table} (${columns.map(quoteNameIfNeeded).join(', ')})`,
      })),
};

function checkDeleteRule(key: CatalogConstraint, catalog: Catalog, required: string | undefined): Violation[] {
  const object = `${key.table} ${key.name}`;
  const rule = DELETE_RULES[key.onDelete ?? 'a'];
  if (required !== undefined && rule !== required) {
    return [{ object, problem: `is ON DELETE ${rule}, should be ${required}`, remedy: `onDelete: '${required}'` }];
  }
  if (rule === 'NO ACTION') {
    const remedy =
      'onDelete: CASCADE for a part of the parent, SET NULL for an optional reference, RESTRICT for a parent that must stay';
    return [{ object, problem: 'has no ON DELETE rule', remedy }];
  }
  const notNullColumns = catalog.columns.filter(
    ({ table, name, notNull }) => table === key.table && key.columns.includes(name) && notNull,
  );
  if (rule !== 'SET NULL' || notNullColumns.length === 0) return [];
  const names = notNullColumns.map(({ name }) => name).join(', ');
  return [
    {
      object,
      problem: `is ON DELETE SET NULL, but ${names} is NOT NULL, so that every deletion fails`,
      remedy: 'make the column nullable, or use CASCADE or RESTRICT',
    },
  ];
}

function listForeignKeys({ constraints }: Catalog): CatalogConstraint[] {
  return constraints.filter(({ kind }) => kind === 'f');
}

function getColumn({ table, columns }: CatalogConstraint): string {
  return `${table}.${columns.join(', ')}`;
}

/** Whether the index finds the rows of a parent: its first columns are those of the key in any order. Null refers to no parent. */
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
