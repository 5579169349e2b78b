import type { Catalog, ConstraintFacts, IndexFacts } from './catalog.js';
import { DELETE_RULES } from './requirements.js';
import { quoted, type Rule, type Violation } from './rule.js';

const SAID = { a: 'NO ACTION', r: 'RESTRICT', c: 'CASCADE', n: 'SET NULL', d: 'SET DEFAULT' } as const;

/** The requirements' second rule: every relation says what a deletion does. */
export const deleteBehaviour: Rule = {
  id: 'delete-behaviour',
  reason: 'what a deletion takes along is decided once, for every foreign key; NO ACTION is a decision nobody took',
  check: (catalog) => [
    ...foreignKeys(catalog).flatMap((key) => wrongRule(key, catalog)),
    ...Object.entries(DELETE_RULES)
      .filter(([column]) => !foreignKeys(catalog).some((key) => columnOf(key) === column))
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
    foreignKeys(catalog)
      .filter((key) => !catalog.indexes.some((index) => serves(index, key)))
      .map(({ table, tableName, name, columns }) => ({
        object: `${table} ${name}`,
        problem: `has no index over all rows that begins with ${columns.join(', ')}`,
        remedy: `CREATE INDEX CONCURRENTLY ${quoted(`ix_${tableName}__${columns.join('_')}`)} ON ${table} (${columns.map(quoted).join(', ')})`,
      })),
};

function wrongRule(key: ConstraintFacts, catalog: Catalog): Violation[] {
  const object = `${key.table} ${key.name}`;
  const decided = DELETE_RULES[columnOf(key)];
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

function foreignKeys({ constraints }: Catalog): ConstraintFacts[] {
  return constraints.filter(({ kind }) => kind === 'f');
}

function columnOf({ table, columns }: ConstraintFacts): string {
  return `${table}.${columns.join(', ')}`;
}

/** Rows are looked for by these columns: in any order, and null is no value that has a parent. */
function serves({ table, columns, method, predicate, valid }: IndexFacts, key: ConstraintFacts): boolean {
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
