import { column, table, type CasesByRule } from '../case.js';

/** So long that a name that lists its columns would be cut. */
const LONG = 'results_of_the_weekly_review_of_all_champion_tiers';

export const NAME_CASES: CasesByRule = {
  'table-and-column-names': {
    broken: [
      [column('posts', '"userId"', 'text'), ['table-and-column-names posts.userId']],
      [column('posts', '_hidden', 'text'), ['table-and-column-names posts._hidden']],
      [table('sheep'), ['table-and-column-names table sheep']],
      [table('status'), ['table-and-column-names table status']],
      [
        // Objects that are named after the table are not reported as well.
        `${table('things')}; ALTER TABLE things RENAME TO "Things"`,
        ['table-and-column-names table "Things"'],
      ],
    ],
    fine: [
      table('people'),
      table('step_2_results'),
      column('posts', '"order"', 'text'),
      column('posts', 'utf8_bytes', 'text'),
    ],
  },
  'constraint-names': {
    broken: [
      ['ALTER TABLE posts ADD CHECK (error_count < 100)', ['constraint-names posts posts_error_count_check']],
      [
        'ALTER TABLE posts RENAME CONSTRAINT fk_posts__author_id TO fk_posts__writer_id',
        ['constraint-names posts fk_posts__writer_id'],
      ],
      ['ALTER TABLE posts RENAME CONSTRAINT pk_posts TO posts_pkey', ['constraint-names posts posts_pkey']],
      [
        `ALTER TABLE authors DROP CONSTRAINT uq_authors__platform_platform_id;
         ALTER TABLE authors ADD CONSTRAINT uq_authors__platform_id_platform UNIQUE (platform, platform_id)`,
        ['constraint-names authors uq_authors__platform_id_platform'],
      ],
      [
        'ALTER TABLE posts RENAME CONSTRAINT ck_posts__content_length TO ck_replies__content_length',
        ['constraint-names posts ck_replies__content_length'],
      ],
    ],
    fine: [
      'ALTER TABLE posts ADD CONSTRAINT ck_posts__patience CHECK (error_count < 100)',
      table(LONG, `community_champion_id uuid, CONSTRAINT uq_${LONG}__champion UNIQUE (community_champion_id)`),
    ],
  },
  'index-names': {
    broken: [
      ['CREATE INDEX ON posts (error_count)', ['index-names index posts_error_count_idx']],
      [
        'CREATE INDEX ix_posts__error_count_content ON posts (content, error_count)',
        ['index-names index ix_posts__error_count_content'],
      ],
      [
        'CREATE INDEX ix_posts__error_count ON posts (error_count) WHERE error_count > 0',
        ['index-names index ix_posts__error_count'],
      ],
      ['CREATE UNIQUE INDEX ix_posts__content ON posts (content)', ['index-names index ix_posts__content']],
      ['CREATE INDEX ix_posts__ ON posts (lower(content))', ['index-names index ix_posts__']],
    ],
    fine: [
      'CREATE INDEX ix_posts__error_count__failed ON posts (error_count) WHERE error_count > 0',
      'CREATE INDEX ix_posts__error_count ON posts (error_count DESC) INCLUDE (content)',
      'CREATE INDEX ix_posts__content_in_small_letters ON posts (lower(content))',
      'CREATE INDEX ix_posts__detected_at__by_block ON posts USING brin (detected_at)',
      'CREATE UNIQUE INDEX uq_posts__content_author_id ON posts (content, author_id)',
    ],
  },
  'trigger-names': {
    broken: [
      [
        'ALTER TRIGGER tg_audit_logs__append_only ON audit_logs RENAME TO append_only',
        ['trigger-names trigger append_only on audit_logs'],
      ],
      [
        'CREATE TRIGGER tg_audit_logs__watch BEFORE DELETE ON replies EXECUTE FUNCTION refuse_audit_log_change()',
        ['trigger-names trigger tg_audit_logs__watch on replies'],
      ],
    ],
    fine: ['CREATE TRIGGER tg_replies__watch BEFORE DELETE ON replies EXECUTE FUNCTION refuse_audit_log_change()'],
  },
  comments: {
    broken: [
      ['COMMENT ON TABLE posts IS NULL', ['comments table posts']],
      ["COMMENT ON COLUMN posts.content IS ' \n '", ['comments posts.content']],
      ['ALTER TABLE posts ADD COLUMN note text', ['comments posts.note']],
    ],
    fine: [
      column('posts', 'note', 'text'),
      // What was dropped leaves a trace in the catalog.
      'ALTER TABLE posts ADD COLUMN note text; ALTER TABLE posts DROP COLUMN note',
    ],
  },
};
