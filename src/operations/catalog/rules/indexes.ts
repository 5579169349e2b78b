import type { Catalog, CatalogIndex, Rule } from './catalog.js';

/** Indexes are compared by their columns, not by name. A longer index that begins with the same columns serves the same queries. */
export const requiredIndexes: Rule = {
  id: 'required-indexes',
  reason: 'services rely on the uniqueness, and their queries on the index',
  check: ({ indexes }, required) => {
    const usable = indexes.filter(({ valid, predicate, method }) => valid && predicate === null && method === 'btree');
    return [
      ...required.uniques
        .filter(
          ([table, ...columns]) =>
            !usable.some((index) => index.table === table && index.unique && hasSameColumns(index.columns, columns)),
        )
        .map(([table, ...columns]) => ({
          object: `${table} (${columns.join(', ')})`,
          problem: 'is not unique over all rows',
          remedy: `ALTER TABLE ${table} ADD CONSTRAINT uq_${table}__${columns.join('_')} UNIQUE (${columns.join(', ')})`,
        })),
      ...required.indexes
        .filter(
          ([table, ...columns]) =>
            !usable.some(
              (index) => index.table === table && hasSameColumns(index.columns.slice(0, columns.length), columns),
            ),
        )
        .map(([table, ...columns]) => ({
          object: `${table} (${columns.join(', ')})`,
          problem: 'has no index on all rows',
          remedy: `CREATE INDEX CONCURRENTLY ix_${table}__${columns.join('_')} ON ${table} (${columns.join(', ')})`,
        })),
    ];
  },
};

export const duplicateIndexes: Rule = {
  id: 'duplicate-indexes',
  reason: 'each index makes writes slower, and a query does not need one that another index can replace',
  check: ({ indexes }) =>
    indexes.flatMap((index, place) => {
      const better = indexes.find((other, at) => other !== index && canReplace(other, index, at < place));
      if (better === undefined) return [];
      return [
        {
          object: `index ${index.name}`,
          problem: `on ${index.table} can be replaced by ${better.name}`,
          remedy: index.ofConstraint
            ? `ALTER TABLE ${index.table} DROP CONSTRAINT ${index.sql}`
            : `DROP INDEX CONCURRENTLY ${index.sql}`,
        },
      ];
    }),
};

export const validIndexes: Rule = {
  id: 'valid-indexes',
  reason: 'no query uses an invalid index, and it still makes writes slower',
  check: ({ indexes }: Catalog) =>
    indexes
      .filter(({ valid }) => !valid)
      .map(({ table, name, sql }) => ({
        object: `index ${name}`,
        problem: `on ${table} is invalid`,
        remedy: `REINDEX INDEX CONCURRENTLY ${sql}, or drop and create it again`,
      })),
};

/** Whether the other index serves the same queries and refuses the same rows. Of two equal indexes the first stays. */
function canReplace(other: CatalogIndex, index: CatalogIndex, comesFirst: boolean): boolean {
  if (other.table !== index.table || other.method !== index.method || other.predicate !== index.predicate) return false;
  // No other index refuses the rows that an exclusion constraint does.
  if (!other.valid || !startsWithColumns(other, index) || (index.ofConstraint && !index.unique)) return false;
  const available = [...other.columns, ...other.included];
  if (!index.included.every((column) => available.includes(column))) return false;
  const asLong = other.keys.length === index.keys.length;
  // Only a unique index on the same columns refuses the same rows. The index of a constraint stays.
  if (index.unique) {
    const asStrict = other.unique && asLong && (other.nullsNotDistinct || !index.nullsNotDistinct);
    return asStrict && (isFirst(other, index, comesFirst) || !isEquallyStrict(other, index));
  }
  if (!asLong || other.unique) return true;
  return other.included.length > index.included.length || comesFirst;
}

function isFirst(other: CatalogIndex, index: CatalogIndex, comesFirst: boolean): boolean {
  return other.ofConstraint === index.ofConstraint ? comesFirst : other.ofConstraint;
}

function isEquallyStrict(other: CatalogIndex, index: CatalogIndex): boolean {
  return other.nullsNotDistinct === index.nullsNotDistinct;
}

/** Whether the keys of the index come first in the other one. Only a B-tree serves queries on its first keys, in both directions. */
function startsWithColumns(other: CatalogIndex, index: CatalogIndex): boolean {
  const { length } = index.keys;
  if (other.keys.length !== length && index.method !== 'btree') return false;
  const directions = other.directions.slice(0, length);
  const [forwards, backwards] = [index.directions, index.directions.map((bits) => bits ^ 3)];
  return (
    hasSameColumns(other.keys.slice(0, length), index.keys) &&
    (hasSameColumns(directions, forwards) || hasSameColumns(directions, backwards))
  );
}

function hasSameColumns(columns: readonly unknown[], other: readonly unknown[]): boolean {
  return columns.length === other.length && columns.every((item, place) => item === other[place]);
}
