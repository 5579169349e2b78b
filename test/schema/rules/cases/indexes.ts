import type { CasesByRule } from '../case.js';

const ON = 'ON community_champions';

export const INDEX_CASES: CasesByRule = {
  'required-indexes': {
    broken: [
      ['DROP INDEX ix_decisions__created_at', ['required-indexes decisions (created_at)']],
      ['DROP INDEX ix_replies__platform_post_id', ['required-indexes replies (platform_post_id)']],
      // The name says what it should be, the columns what it is.
      [
        'DROP INDEX ix_authors__platform_handle; CREATE INDEX ix_authors__platform_handle ON authors (handle, platform)',
        ['required-indexes authors (platform, handle)', 'index-names index ix_authors__platform_handle'],
      ],
      [
        `DROP INDEX ix_replies__posted_at;
         CREATE INDEX ix_replies__posted_at__some ON replies (posted_at) WHERE posted_at IS NOT NULL`,
        ['required-indexes replies (posted_at)'],
      ],
      [
        `ALTER TABLE posts DROP CONSTRAINT uq_posts__platform_platform_post_id;
         CREATE INDEX ix_posts__platform_platform_post_id ON posts (platform, platform_post_id)`,
        ['required-indexes posts (platform, platform_post_id)'],
      ],
      [
        `ALTER TABLE segmented_weights DROP CONSTRAINT uq_segmented_weights__segment_type_segment_key, ADD CONSTRAINT
         uq_segmented_weights__segment_type_segment_key_sample_size UNIQUE (segment_type, segment_key, sample_size)`,
        ['required-indexes segmented_weights (segment_type, segment_key)'],
      ],
    ],
    fine: [
      'DROP INDEX ix_decisions__created_at; CREATE INDEX ix_decisions__created_at_mode ON decisions (created_at DESC, mode)',
      `ALTER TABLE authors DROP CONSTRAINT uq_authors__platform_platform_id;
       CREATE UNIQUE INDEX uq_authors__platform_platform_id ON authors (platform, platform_id)`,
    ],
  },
  'duplicate-indexes': {
    broken: [
      [
        'CREATE INDEX ix_posts__content ON posts (content); CREATE INDEX ix_posts__content__again ON posts (content)',
        ['duplicate-indexes index ix_posts__content__again', 'index-names index ix_posts__content__again'],
      ],
      [
        `CREATE INDEX ix_community_champions__author_id ${ON} (author_id)`,
        ['duplicate-indexes index ix_community_champions__author_id'],
      ],
      [
        `CREATE UNIQUE INDEX uq_community_champions__author_id__ever ${ON} (author_id)`,
        [
          'duplicate-indexes index uq_community_champions__author_id__ever',
          'index-names index uq_community_champions__author_id__ever',
        ],
      ],
      [
        'CREATE INDEX ix_replies__posted_at_content ON replies (posted_at DESC, content)',
        ['duplicate-indexes index ix_replies__posted_at'],
      ],
      [
        `CREATE INDEX ix_experiments__status_name ON experiments (status, name)`,
        ['duplicate-indexes index ix_experiments__status'],
      ],
      [
        `CREATE INDEX ix_replies__help_count__a ON replies (help_count) WHERE help_count > 1;
         CREATE INDEX ix_replies__help_count_content__b ON replies (help_count, content) WHERE help_count > 1`,
        ['duplicate-indexes index ix_replies__help_count__a'],
      ],
    ],
    fine: [
      // Another method, order, operator class, collation, condition or expression is another index.
      'CREATE INDEX ix_replies__posted_at__by_block ON replies USING brin (posted_at)',
      'CREATE INDEX ix_authors__handle_platform ON authors (handle, platform)',
      'CREATE INDEX ix_replies__content ON replies (content); CREATE INDEX ix_replies__content_utm_code ON replies (content text_pattern_ops, utm_code)',
      'CREATE INDEX ix_replies__content ON replies (content); CREATE INDEX ix_replies__content_utm_code ON replies (content COLLATE "C", utm_code)',
      'CREATE INDEX ix_replies__posted_at__kept ON replies (posted_at) WHERE deleted_at IS NULL',
      'CREATE INDEX ix_replies__small_utm_code ON replies (lower(utm_code))',
      // A unique index over fewer columns refuses more.
      'CREATE INDEX ix_competitors__name_id ON competitors (name, id)',
      'CREATE INDEX ix_posts__content_error_count ON posts (content, error_count); CREATE INDEX ix_posts__content_author_id ON posts (content, author_id DESC)',
      `ALTER TABLE posts ADD CONSTRAINT ex_posts__content EXCLUDE USING btree (content WITH =);
       CREATE INDEX ix_posts__content_error_count ON posts (content, error_count)`,
    ],
  },
  'valid-indexes': {
    broken: [
      [
        `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_replies__utm_code'::regclass`,
        ['valid-indexes index ix_replies__utm_code'],
      ],
      [
        `UPDATE pg_index SET indisready = false WHERE indexrelid = 'ix_replies__posted_at'::regclass`,
        ['required-indexes replies (posted_at)', 'valid-indexes index ix_replies__posted_at'],
      ],
    ],
    fine: [`REINDEX INDEX ix_replies__utm_code`],
  },
};
