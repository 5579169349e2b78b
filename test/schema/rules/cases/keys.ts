import { column, commented, table, type CasesByRule } from '../case.js';

/** A foreign key with its index. */
function reference(
  name: string,
  rule: string,
  index = `CREATE INDEX ix_posts__${name}_id ON posts (${name}_id)`,
): string {
  return `${column('posts', `${name}_id`, 'uuid')};
    ALTER TABLE posts ADD CONSTRAINT fk_posts__${name}_id FOREIGN KEY (${name}_id) REFERENCES archetypes ${rule}; ${index}`;
}

const PARTITIONED = `
  CREATE TABLE days (id uuid NOT NULL DEFAULT gen_random_uuid(), created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(), CONSTRAINT pk_days PRIMARY KEY (id, created_at)) PARTITION BY RANGE (created_at);
  CREATE TABLE days_2026 PARTITION OF days FOR VALUES FROM ('2026-01-01') TO ('2027-01-01'); ${commented('days')}`;

export const KEY_CASES: CasesByRule = {
  'primary-keys': {
    broken: [[`${table('things')}; ALTER TABLE things DROP CONSTRAINT pk_things`, ['primary-keys table things']]],
    // A partition is its table's, and named by PostgreSQL.
    fine: [PARTITIONED, 'CREATE VIEW open_things AS SELECT id FROM posts'],
  },
  'delete-rules': {
    broken: [
      [reference('shape', ''), ['delete-rules posts fk_posts__shape_id']],
      [
        `${reference('shape', 'ON DELETE SET NULL')}; ALTER TABLE posts ALTER shape_id SET NOT NULL`,
        ['delete-rules posts fk_posts__shape_id'],
      ],
      // Stated, and not what was decided: a purge would delete replies.
      [
        `ALTER TABLE replies DROP CONSTRAINT fk_replies__decision_id,
           ADD CONSTRAINT fk_replies__decision_id FOREIGN KEY (decision_id) REFERENCES decisions ON DELETE CASCADE`,
        ['delete-rules replies fk_replies__decision_id'],
      ],
      ['ALTER TABLE posts DROP CONSTRAINT fk_posts__author_id', ['delete-rules posts.author_id']],
    ],
    fine: [
      reference('shape', 'ON DELETE SET NULL'),
      reference('shape', 'ON DELETE RESTRICT ON UPDATE CASCADE'),
      `${reference('shape', 'ON DELETE CASCADE')}; ALTER TABLE posts ALTER shape_id SET NOT NULL`,
    ],
  },
  'foreign-key-indexes': {
    broken: [
      ['DROP INDEX ix_replies__decision_id', ['foreign-key-indexes replies fk_replies__decision_id']],
      [
        reference('shape', 'ON DELETE CASCADE', 'CREATE INDEX ix_posts__content_shape_id ON posts (content, shape_id)'),
        ['foreign-key-indexes posts fk_posts__shape_id'],
      ],
      [
        reference(
          'shape',
          'ON DELETE CASCADE',
          'CREATE INDEX ix_posts__shape_id__failed ON posts (shape_id) WHERE error_count > 0',
        ),
        ['foreign-key-indexes posts fk_posts__shape_id'],
      ],
      [
        reference(
          'shape',
          'ON DELETE CASCADE',
          'CREATE INDEX ix_posts__shape_id__blocks ON posts USING brin (shape_id)',
        ),
        ['foreign-key-indexes posts fk_posts__shape_id'],
      ],
      [
        `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_replies__decision_id'::regclass`,
        ['foreign-key-indexes replies fk_replies__decision_id', 'valid-indexes index ix_replies__decision_id'],
      ],
    ],
    fine: [
      reference(
        'shape',
        'ON DELETE CASCADE',
        'CREATE INDEX ix_posts__shape_id_content ON posts (shape_id DESC, content)',
      ),
      reference(
        'shape',
        'ON DELETE CASCADE',
        'CREATE INDEX ix_posts__shape_id__some ON posts (shape_id) WHERE shape_id IS NOT NULL',
      ),
      reference('shape', 'ON DELETE CASCADE', 'ALTER TABLE posts ADD CONSTRAINT uq_posts__shape_id UNIQUE (shape_id)'),
      reference('shape', 'ON DELETE CASCADE', 'CREATE INDEX ix_posts__shape_id ON posts USING hash (shape_id)'),
    ],
  },
  'valid-constraints': {
    broken: [
      [
        'ALTER TABLE posts ADD CONSTRAINT ck_posts__patience CHECK (error_count < 100) NOT VALID',
        ['valid-constraints posts ck_posts__patience'],
      ],
      [reference('shape', 'ON DELETE CASCADE NOT VALID'), ['valid-constraints posts fk_posts__shape_id']],
      [
        'ALTER TABLE posts DISABLE TRIGGER ALL',
        [
          'valid-constraints posts fk_posts__author_id',
          // Its other half, on the parent.
          'valid-constraints competitive_mentions fk_competitive_mentions__post_id',
          'valid-constraints decisions fk_decisions__post_id',
          'valid-constraints escalations fk_escalations__post_id',
          'enabled-triggers trigger tg_posts__stays_processed on posts',
        ],
      ],
    ],
    fine: [
      `ALTER TABLE posts ADD CONSTRAINT ck_posts__patience CHECK (error_count < 100) NOT VALID;
       ALTER TABLE posts VALIDATE CONSTRAINT ck_posts__patience`,
      'ALTER TABLE posts DISABLE TRIGGER ALL; ALTER TABLE posts ENABLE TRIGGER ALL',
    ],
  },
};
