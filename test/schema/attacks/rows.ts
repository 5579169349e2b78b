import { getMetadataArgsStorage } from 'typeorm';
import { DELETE_RULES } from '../criteria.js';
import { ID, SMALLEST_ROWS, type Row } from '../../support/rows.js';
import { insert, type Statement } from './case.js';

/** Tables to which others refer, parents first. Each has two rows, number 1 and 2, before every attempt. */
const PARENTS = [
  ...['archetypes', 'power_tiers', 'competitor_categories', 'kpi_types', 'escalation_reasons', 'champion_tiers'],
  ...['authors', 'posts', 'experiments', 'decisions', 'replies', 'competitors'],
];

/** The table to which a foreign key column of this name refers. */
const PARENT_OF: Readonly<Record<string, string>> = {
  archetype_id: 'archetypes',
  author_id: 'authors',
  category_id: 'competitor_categories',
  competitor_id: 'competitors',
  decision_id: 'decisions',
  experiment_id: 'experiments',
  kpi_type_id: 'kpi_types',
  post_id: 'posts',
  power_tier_id: 'power_tiers',
  reason_id: 'escalation_reasons',
  reply_id: 'replies',
  tier_id: 'champion_tiers',
};

/** The columns, besides the id and the foreign keys, in which row n of a table differs from other rows. */
const DISTINCT: Readonly<Record<string, (n: number) => Row>> = {
  archetypes: upperSnakeName,
  power_tiers: upperSnakeName,
  competitor_categories: upperSnakeName,
  kpi_types: upperSnakeName,
  escalation_reasons: upperSnakeName,
  champion_tiers: upperSnakeName,
  // Every foreign key is set, so that these rows need the columns that belong to a power tier and an experiment.
  authors: (n) => ({ platform_id: `${n}`, is_power_user: true }),
  decisions: () => ({ experiment_variant: 'A' }),
  posts: (n) => ({ platform_post_id: `${n}` }),
  competitors: (n) => ({ name: `Other ${n}` }),
  kpi_metrics: (n) => ({ metric_name: `metric_${n}` }),
  // The value in the test support stands for a foreign key.
  audit_logs: (n) => ({ entity_id: `r-${n}` }),
  segmented_weights: (n) => ({ segment_key: `KEY_${n}` }),
};

export interface ForeignKey {
  readonly name: string;
  readonly table: string;
  readonly column: string;
  readonly parent: string;
  readonly onDelete: 'CASCADE' | 'SET NULL' | 'RESTRICT';
}

/** The foreign keys of the schema, with table and column from their names. */
export const FOREIGN_KEYS: readonly ForeignKey[] = Object.entries(DELETE_RULES).map(([name, onDelete]) => {
  const [table = '', column = ''] = name.slice('fk_'.length).split('__');
  return { name, table, column, parent: PARENT_OF[column] ?? '', onDelete };
});

/** The smallest rows of the test support, by column and without foreign keys. */
const SMALLEST = new Map(
  [...SMALLEST_ROWS].map(([entity, row]) => [
    getMetadataArgsStorage().tables.find(({ target }) => target === entity)?.name ?? entity.name,
    Object.fromEntries(
      Object.entries(row)
        .filter(([, value]) => value !== ID)
        .map(([property, value]) => [snakeCase(property), value]),
    ),
  ]),
);

export const TABLES: readonly string[] = [...SMALLEST.keys()];

/** Returns row number `n` of a table with these changes. Without them it is complete and valid, and every foreign key is set. */
export function rowOf(table: string, n: number, changes: Row = {}): Row {
  const keys = FOREIGN_KEYS.filter((key) => key.table === table);
  const parents: Row = Object.fromEntries(
    keys.map(({ column, parent }) => [column, idOf(parent, n % 2 === 0 ? 2 : 1)]),
  );
  return {
    ...SMALLEST.get(table),
    id: idOf(table, n),
    ...parents,
    ...DISTINCT[table]?.(n),
    ...changes,
  };
}

/** Returns the id of row number `n` of a table, which is the same in every run. */
export function idOf(table: string, n: number): string {
  return `00000000-0000-4000-8000-${String(TABLES.indexOf(table) * 100 + n).padStart(12, '0')}`;
}

/** Returns the statements that write the rows which exist before every attempt. */
export function planted(): Statement[] {
  return PARENTS.flatMap((table) => [1, 2].map((n) => insert(table, rowOf(table, n))));
}

function upperSnakeName(n: number): Row {
  return { name: `NAME_${n}` };
}

function snakeCase(property: string): string {
  return property.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}
