import { column, table, type CasesByRule } from '../case.js';

export const COLUMN_CASES: CasesByRule = {
  'column-types': {
    broken: [
      [column('posts', 'price', 'money'), ['column-types posts.price']],
      [column('posts', 'extra', 'json'), ['column-types posts.extra']],
      [column('posts', 'country', 'char(2)'), ['column-types posts.country']],
      [column('posts', 'countries', 'char(2)[]'), ['column-types posts.countries']],
      [column('posts', 'letter', '"char"'), ['column-types posts.letter']],
      [column('posts', 'number', 'serial'), ['column-types posts.number']],
      [
        column('posts', 'share', 'real CONSTRAINT ck_posts__share_range CHECK (share BETWEEN 0 AND 1)'),
        ['column-types posts.share'],
      ],
      [`CREATE DOMAIN price AS money; ${column('posts', 'price', 'price')}`, ['column-types posts.price']],
    ],
    fine: [
      column('posts', 'country', 'varchar(2)'),
      column('posts', 'extra', 'jsonb'),
      column('posts', 'number', 'bigint GENERATED ALWAYS AS IDENTITY'),
    ],
  },
  'timestamp-types': {
    broken: [
      [column('posts', 'seen_at', 'timestamp'), ['timestamp-types posts.seen_at']],
      [column('posts', 'seen_at', 'timestamptz'), ['timestamp-types posts.seen_at']],
      [column('posts', 'seen_at', 'timestamp(3)'), ['timestamp-types posts.seen_at']],
      [column('posts', 'seen_at', 'timestamptz(3)[]').replace('tz(3)', ''), ['timestamp-types posts.seen_at']],
      [`CREATE DOMAIN moment AS timestamp; ${column('posts', 'seen_at', 'moment')}`, ['timestamp-types posts.seen_at']],
    ],
    fine: [
      column('posts', 'seen_at', 'timestamptz(3)'),
      column('posts', 'seen_at', 'timestamptz(3)[]'),
      column('posts', 'day', 'date'),
    ],
  },
  'timestamp-defaults': {
    broken: [
      ['ALTER TABLE posts ALTER detected_at DROP DEFAULT', ['timestamp-defaults posts.detected_at']],
      // A constant: the moment at which it was run.
      ["ALTER TABLE posts ALTER detected_at SET DEFAULT 'now'::timestamptz", ['timestamp-defaults posts.detected_at']],
      ['ALTER TABLE replies ALTER posted_at SET DEFAULT now()', ['timestamp-defaults replies.posted_at']],
    ],
    fine: [
      'ALTER TABLE posts ALTER detected_at SET DEFAULT CURRENT_TIMESTAMP(3)',
      'ALTER TABLE posts ALTER detected_at SET DEFAULT clock_timestamp()',
      'ALTER TABLE posts ALTER processed_at SET DEFAULT NULL',
      // Without a default the caller says the day.
      column('competitors', 'founded', "date NOT NULL DEFAULT '2020-01-01'"),
    ],
  },
  'row-timestamps': {
    broken: [
      ['ALTER TABLE archetypes DROP COLUMN created_at', ['row-timestamps archetypes.created_at']],
      [
        'ALTER TABLE archetypes ALTER updated_at DROP NOT NULL, ALTER updated_at DROP DEFAULT',
        ['row-timestamps archetypes.updated_at'],
      ],
      [
        `${table('things')}; ALTER TABLE things DROP COLUMN created_at, DROP COLUMN updated_at`,
        ['row-timestamps things.created_at', 'row-timestamps things.updated_at'],
      ],
    ],
    fine: [table('things'), 'CREATE VIEW open_things AS SELECT id FROM posts'],
  },
  'bounded-floats': {
    broken: [
      [column('posts', 'heat', 'double precision'), ['bounded-floats posts.heat']],
      [heat('heat >= 0'), ['bounded-floats posts.heat']],
      [heat('heat <= 1'), ['bounded-floats posts.heat']],
      [heat('heat >= 0 OR heat <= 1'), ['bounded-floats posts.heat']],
      [heat('NOT (heat >= 0 AND heat <= 1)'), ['bounded-floats posts.heat']],
      [heat("heat >= 0 AND heat <= 'Infinity'"), ['bounded-floats posts.heat']],
      [heat("heat >= 0 AND heat <= 'NaN'"), ['bounded-floats posts.heat']],
      [heat("heat <> 'NaN'"), ['bounded-floats posts.heat']],
      [heat('heat >= 0 AND heat <= error_count'), ['bounded-floats posts.heat']],
      [column('posts', 'cost', 'numeric(9, 2)'), ['bounded-floats posts.cost']],
      ['ALTER TABLE decisions DROP CONSTRAINT ck_decisions__evs_score_range', ['bounded-floats decisions.evs_score']],
    ],
    fine: [
      heat('heat BETWEEN 0 AND 1'),
      heat('heat IS NULL OR (heat >= 0 AND heat <= 1)'),
      heat('0 <= heat AND 1.5 > heat'),
      heat("heat > '-Infinity' AND heat < 'Infinity'"),
      heat('heat > -1 AND heat < (2 ^ 10)'),
      `${heat('heat >= 0')}; ALTER TABLE posts ADD CONSTRAINT ck_posts__heat_top CHECK (heat < 10)`,
      column('posts', '"order"', 'numeric CONSTRAINT ck_posts__order_range CHECK ("order" BETWEEN 0 AND 9)'),
    ],
  },
};

function heat(check: string): string {
  return `${column('posts', 'heat', 'double precision')};
    ALTER TABLE posts ADD CONSTRAINT ck_posts__heat_range CHECK (${check})`;
}
