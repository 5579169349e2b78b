import type { Catalog, CatalogIndex, Rule } from './catalog.js';

/** The requirements' fourth rule, by columns and not by name; a longer index that begins with them serves the same queries. */
export const criticalIndexes: Rule = {
  id: 'critical-indexes',
  reason: 'acceptance criterion 9 and task 24 ask for it: services rely on the uniqueness and on the speed',
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
          problem: 'has no index over all rows',
          remedy: `CREATE INDEX CONCURRENTLY ix_${table}__${columns.join('_')} ON ${table} (${columns.join(', ')})`,
        })),
    ];
  },
};

export const duplicateIndexes: Rule = {
  id: 'duplicate-indexes',
  reason: 'each index makes every write slower: one that another can stand in for gives nothing back',
  check: ({ indexes }) =>
    indexes.flatMap((index, place) => {
      const better = indexes.find((other, at) => other !== index && canReplace(other, index, at < place));
      if (better === undefined) return [];
      return [
        {
          object: `index ${index.name}`,
          problem: `on ${index.table} is served by ${better.name}`,
          remedy: index.ofConstraint
            ? `ALTER TABLE ${index.table} DROP CONSTRAINT ${index.sql}`
            : `DROP INDEX CONCURRENTLY ${index.sql}`,
        },
      ];
    }),
};

export const validIndexes: Rule = {
  id: 'valid-indexes',
  reason: 'an index whose making failed is no use to queries and still slows down writes',
  check: ({ indexes }: Catalog) =>
    indexes
      .filter(({ valid }) => !valid)
      .map(({ table, name, sql }) => ({
        object: `index ${name}`,
        problem: `on ${table} is invalid`,
        remedy: `REINDEX INDEX CONCURRENTLY ${sql}, or drop it and make it again`,
      })),
};

/** Is everything that `index` does for queries, and everything that it refuses, done by the other one? Of equals the first stays. */
function canReplace(other: CatalogIndex, index: CatalogIndex, comesFirst: boolean): boolean {
  if (other.table !== index.table || other.method !== index.method || other.predicate !== index.predicate) return false;
  // That of an exclusion constraint refuses what no other index does.
  if (!other.valid || !startsWithColumns(other, index) || (index.ofConstraint && !index.unique)) return false;
  const carried = [...other.columns, ...other.included];
  if (!index.included.every((column) => carried.includes(column))) return false;
  const asLong = other.keys.length === index.keys.length;
  // A unique index refuses rows; only one over the same columns refuses as many. Those of a constraint stay.
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

/** Only a B-tree is read from its first column on, and backwards just as well. */
function startsWithColumns(other: CatalogIndex, index: CatalogIndex): boolean {
  const { length } = index.keys;
  if (other.keys.length !== length && index.method !== 'btree') return false;
  const directions = other.directions.slice(0, length);
  const [asItIs, backwards] = [index.directions, index.directions.map((bits) => bits ^ 3)];
  return (
    hasSameColumns(other.keys.slice(0, length), index.keys) &&
    (hasSameColumns(directions, asItIs) || hasSameColumns(directions, backwards))
  );
}

function hasSameColumns(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((item, place) => item === other[place]);
}
