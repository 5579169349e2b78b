import type { Row } from '../../support/rows.js';
import { dropConstraint, insert, type Case, type Statement } from './case.js';
import { idOf, rowOf, TABLES } from './rows.js';

export const PRIMARY_KEY_CASES: readonly Case[] = TABLES.map((table) => ({
  guard: { kind: 'primary key', table, name: `pk_${table}` },
  attacks: [
    {
      label: 'the id of another row',
      before: [insert(table, rowOf(table, 3))],
      statement: insert(table, rowOf(table, 4, { id: idOf(table, 3) })),
      refusal: { code: '23505', table, constraint: `pk_${table}` },
    },
  ],
  validCounterparts: [
    { label: 'another id', before: [insert(table, rowOf(table, 3))], statement: insert(table, rowOf(table, 4)) },
    { label: 'an id that the database generates', statement: withoutId(table) },
  ],
  removal: dropConstraint(table, `pk_${table}`),
}));

interface Unique {
  readonly table: string;
  /** Two values for each column. */
  readonly key: Readonly<Record<string, readonly [unknown, unknown]>>;
  /** The last part of the name of a partial unique index; absent for a constraint. */
  readonly index?: string;
  /** The other columns of the rows. */
  readonly otherColumns?: Row;
  /** Two rows to which the key does not apply: null equals nothing, and a partial index leaves rows out. */
  readonly outside?: readonly [Row, Row];
}

const ids = (table: string): [string, string] => [idOf(table, 1), idOf(table, 2)];
const platform: [string, string] = ['TWITTER', 'REDDIT'];
const posted = {
  approval_status: 'APPROVED',
  approved_by: 'operator-1',
  approved_at: '2026-01-31T12:00:00Z',
  posted_at: '2026-01-31T12:00:00Z',
};
const metric = {
  date: ['2026-01-31', '2026-02-01'],
  kpi_type_id: ids('kpi_types'),
  metric_name: ['ctr', 'revenue'],
} as const;
const sameMetric = { date: '2026-01-31', kpi_type_id: idOf('kpi_types', 1), metric_name: 'ctr' };

const UNIQUES: readonly Unique[] = [
  ...['archetypes', 'power_tiers', 'competitor_categories', 'kpi_types', 'escalation_reasons', 'champion_tiers'].map(
    (table): Unique => ({ table, key: { name: ['ONE', 'OTHER'] } }),
  ),
  { table: 'competitors', key: { name: ['Flyby', 'flyby'] } },
  { table: 'authors', key: { platform, platform_id: ['77', '077'] } },
  { table: 'posts', key: { platform, platform_post_id: ['aB', 'ab'] } },
  { table: 'community_champions', key: { author_id: ids('authors') } },
  { table: 'competitive_mentions', key: { post_id: ids('posts'), competitor_id: ids('competitors') } },
  { table: 'randomized_experiments', key: { decision_id: ids('decisions') } },
  {
    table: 'segmented_weights',
    key: { segment_type: ['PLATFORM', 'COMBINED'], segment_key: ['TWITTER', 'TWITTER_MORNING'] },
  },
  {
    table: 'kpi_metrics',
    key: { date: metric.date, platform, kpi_type_id: metric.kpi_type_id, metric_name: metric.metric_name },
    outside: [
      { ...sameMetric, platform: 'TWITTER' },
      { ...sameMetric, platform: null },
    ],
  },
  {
    table: 'kpi_metrics',
    key: metric,
    index: 'all_platforms',
    otherColumns: { platform: null },
    outside: [
      { ...sameMetric, platform: 'TWITTER' },
      { ...sameMetric, platform: 'REDDIT' },
    ],
  },
  {
    table: 'replies',
    key: { platform, platform_post_id: ['aB', 'ab'] },
    index: 'posted',
    otherColumns: posted,
    outside: [{ platform: 'TWITTER' }, { platform: 'TWITTER', platform_post_id: null }],
  },
];

export const UNIQUE_CASES: readonly Case[] = UNIQUES.map((unique) => {
  const { table, key, index, otherColumns, outside } = unique;
  const columns = Object.keys(key);
  const name = [`uq_${table}`, columns.join('_'), ...(index === undefined ? [] : [index])].join('__');
  const chosen = (other?: string): Row =>
    Object.fromEntries(Object.entries(key).map(([column, [one, two]]) => [column, column === other ? two : one]));
  const before = [insert(table, rowOf(table, 3, { ...otherColumns, ...chosen() }))];
  const second = (changes: Row): Statement => insert(table, rowOf(table, 4, { ...otherColumns, ...changes }));
  return {
    guard: { kind: index === undefined ? 'unique' : 'unique index', table, name },
    attacks: [
      {
        label: `(${columns.join(', ')}) twice`,
        before,
        statement: second(chosen()),
        refusal: { code: '23505', table, constraint: name },
      },
    ],
    validCounterparts: [
      ...columns.map((column) => ({ label: `another ${column}`, before, statement: second(chosen(column)) })),
      ...(outside ? [outsideCounterpart(table, outside)] : []),
    ],
    removal: index === undefined ? dropConstraint(table, name) : `DROP INDEX ${name}`,
  };
});

function outsideCounterpart(table: string, [first, second]: readonly [Row, Row]): Case['validCounterparts'][number] {
  return {
    label: 'two rows outside the key',
    before: [insert(table, rowOf(table, 3, first))],
    statement: insert(table, rowOf(table, 4, second)),
  };
}

function withoutId(table: string): Statement {
  const columns = Object.entries(rowOf(table, 3)).filter(([column]) => column !== 'id');
  return insert(table, Object.fromEntries(columns));
}
