import type { Drift } from '../planting.js';

/** Constraints and indexes; most of them changed under the name they had, which is what others miss. */
export const CONSTRAINT_DRIFTS: readonly Drift[] = [
  ['ALTER TABLE posts DROP CONSTRAINT ck_posts__content_length', ['posts ck_posts__content_length is missing']],
  [
    'ALTER TABLE posts DROP CONSTRAINT ck_posts__content_length; ALTER TABLE posts ADD CONSTRAINT ck_posts__content_length CHECK (char_length(content) BETWEEN 1 AND 9000)',
    [
      'posts ck_posts__content_length: definition is CHECK (((char_length(content) >= 1) AND (char_length(content) <= 9000))), should be CHECK (((char_length(content) >= 1) AND (char_length(content) <= 5000)))',
    ],
  ],
  [
    'ALTER TABLE posts DROP CONSTRAINT ck_posts__content_length; ALTER TABLE posts ADD CONSTRAINT ck_posts__content_length CHECK (char_length(content) BETWEEN 1 AND 5000) NOT VALID',
    [
      'posts ck_posts__content_length: definition is CHECK (((char_length(content) >= 1) AND (char_length(content) <= 5000))) NOT VALID, should be CHECK (((char_length(content) >= 1) AND (char_length(content) <= 5000)))',
    ],
  ],
  [
    'ALTER TABLE posts ADD CONSTRAINT ck_posts__extra CHECK (error_count < 100)',
    ['posts ck_posts__extra is there, should not be'],
  ],
  [
    'ALTER TABLE posts RENAME CONSTRAINT ck_posts__content_length TO ck_posts__length',
    ['posts ck_posts__content_length is missing', 'posts ck_posts__length is there, should not be'],
  ],
  ['ALTER TABLE decisions DROP CONSTRAINT fk_decisions__post_id', ['decisions fk_decisions__post_id is missing']],
  [
    'ALTER TABLE decisions DROP CONSTRAINT fk_decisions__post_id; ALTER TABLE decisions ADD CONSTRAINT fk_decisions__post_id FOREIGN KEY (post_id) REFERENCES posts ON DELETE SET NULL',
    [
      'decisions fk_decisions__post_id: definition is FOREIGN KEY (post_id) REFERENCES posts(id) ON DELETE SET NULL, should be FOREIGN KEY (post_id) REFERENCES posts(id) ON DELETE CASCADE',
    ],
  ],
  [
    'ALTER TABLE decisions DROP CONSTRAINT fk_decisions__post_id; ALTER TABLE decisions ADD CONSTRAINT fk_decisions__post_id FOREIGN KEY (post_id) REFERENCES posts ON DELETE CASCADE ON UPDATE CASCADE',
    [
      'decisions fk_decisions__post_id: definition is FOREIGN KEY (post_id) REFERENCES posts(id) ON UPDATE CASCADE ON DELETE CASCADE, should be FOREIGN KEY (post_id) REFERENCES posts(id) ON DELETE CASCADE',
    ],
  ],
  [
    'ALTER TABLE decisions DROP CONSTRAINT fk_decisions__post_id; ALTER TABLE decisions ADD CONSTRAINT fk_decisions__post_id FOREIGN KEY (post_id) REFERENCES posts ON DELETE CASCADE NOT VALID',
    [
      'decisions fk_decisions__post_id: definition is FOREIGN KEY (post_id) REFERENCES posts(id) ON DELETE CASCADE NOT VALID, should be FOREIGN KEY (post_id) REFERENCES posts(id) ON DELETE CASCADE',
    ],
  ],
  [
    'ALTER TABLE decisions DROP CONSTRAINT fk_decisions__post_id; ALTER TABLE decisions ADD CONSTRAINT fk_decisions__post_id FOREIGN KEY (post_id) REFERENCES posts ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED',
    [
      'decisions fk_decisions__post_id: definition is FOREIGN KEY (post_id) REFERENCES posts(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, should be FOREIGN KEY (post_id) REFERENCES posts(id) ON DELETE CASCADE',
    ],
  ],
  [
    'ALTER TABLE decisions ALTER CONSTRAINT fk_decisions__post_id DEFERRABLE',
    [
      'decisions fk_decisions__post_id: definition is FOREIGN KEY (post_id) REFERENCES posts(id) ON DELETE CASCADE DEFERRABLE, should be FOREIGN KEY (post_id) REFERENCES posts(id) ON DELETE CASCADE',
    ],
  ],
  [
    'ALTER TABLE zoo.keepers DISABLE TRIGGER ALL',
    ['zoo.keepers fk_keepers__animal_id: enforcement is disabled, should be enabled'],
  ],
  ['ALTER TABLE zoo.animals DROP CONSTRAINT uq_animals__name_kind', ['zoo.animals uq_animals__name_kind is missing']],
  [
    'ALTER TABLE zoo.animals DROP CONSTRAINT uq_animals__name_kind; ALTER TABLE zoo.animals ADD CONSTRAINT uq_animals__name_kind UNIQUE (kind, name)',
    ['zoo.animals uq_animals__name_kind: definition is UNIQUE (kind, name), should be UNIQUE (name, kind)'],
  ],
  [
    'ALTER TABLE zoo.animals DROP CONSTRAINT uq_animals__name_kind; ALTER TABLE zoo.animals ADD CONSTRAINT uq_animals__name_kind UNIQUE NULLS NOT DISTINCT (name, kind)',
    [
      'zoo.animals uq_animals__name_kind: definition is UNIQUE NULLS NOT DISTINCT (name, kind), should be UNIQUE (name, kind)',
    ],
  ],
  [
    'ALTER TABLE zoo.animals DROP CONSTRAINT uq_animals__name_kind; ALTER TABLE zoo.animals ADD CONSTRAINT uq_animals__name_kind UNIQUE (name, kind) INCLUDE (born)',
    [
      'zoo.animals uq_animals__name_kind: definition is UNIQUE (name, kind) INCLUDE (born), should be UNIQUE (name, kind)',
    ],
  ],
  [
    'ALTER TABLE zoo.animals DROP CONSTRAINT uq_animals__name_kind; ALTER TABLE zoo.animals ADD CONSTRAINT uq_animals__name_kind UNIQUE (name, kind) DEFERRABLE',
    ['zoo.animals uq_animals__name_kind: definition is UNIQUE (name, kind) DEFERRABLE, should be UNIQUE (name, kind)'],
  ],
  ['ALTER TABLE zoo.keepers DROP CONSTRAINT pk_keepers', ['zoo.keepers pk_keepers is missing']],
  [
    'ALTER TABLE zoo.keepers DROP CONSTRAINT pk_keepers; ALTER TABLE zoo.keepers ADD CONSTRAINT pk_keepers PRIMARY KEY (id, animal_id)',
    [
      'zoo.keepers.animal_id: null is not allowed, should be allowed',
      'zoo.keepers pk_keepers: definition is PRIMARY KEY (id, animal_id), should be PRIMARY KEY (id)',
    ],
  ],
  [
    'ALTER TABLE zoo.keepers DROP CONSTRAINT ex_keepers__range; ALTER TABLE zoo.keepers ADD CONSTRAINT ex_keepers__range EXCLUDE USING gist (int4range(low, high) WITH =)',
    [
      'zoo.keepers ex_keepers__range: definition is EXCLUDE USING gist (int4range(low, high) WITH =), should be EXCLUDE USING gist (int4range(low, high) WITH &&)',
    ],
  ],
  [
    'COMMENT ON CONSTRAINT ck_animals__legs ON zoo.animals IS NULL',
    ['zoo.animals ck_animals__legs: comment is none, should be “No debts.”'],
  ],
  [
    "COMMENT ON INDEX zoo.pk_keepers IS 'Hot.'",
    ['zoo.keepers pk_keepers: comment on the index is “Hot.”, should be none'],
  ],
  [
    'ALTER INDEX zoo.pk_keepers SET (fillfactor = 70)',
    ['zoo.keepers pk_keepers: options are fillfactor=70, should be none'],
  ],
  ['ALTER TABLE zoo.keepers CLUSTER ON pk_keepers', ['zoo.keepers pk_keepers: clustered is yes, should be no']],
  ['DROP INDEX ix_posts__detected_at__waiting', ['index ix_posts__detected_at__waiting is missing']],
  ['CREATE INDEX ix_extra ON posts (error_count)', ['index ix_extra is there, should not be']],
  [
    'ALTER INDEX ix_posts__detected_at RENAME TO ix_posts__detected',
    ['index ix_posts__detected is there, should not be', 'index ix_posts__detected_at is missing'],
  ],
  [
    'DROP INDEX ix_posts__detected_at__waiting; CREATE INDEX ix_posts__detected_at__waiting ON posts (detected_at)',
    [
      'index ix_posts__detected_at__waiting: WHERE is none, should be ((processed_at IS NULL) AND (NOT spam_filtered) AND (error_count < 3))',
    ],
  ],
  [
    'DROP INDEX ix_posts__detected_at__waiting; CREATE INDEX ix_posts__detected_at__waiting ON posts (detected_at) WHERE processed_at IS NULL',
    [
      'index ix_posts__detected_at__waiting: WHERE is (processed_at IS NULL), should be ((processed_at IS NULL) AND (NOT spam_filtered) AND (error_count < 3))',
    ],
  ],
  [
    'DROP INDEX ix_posts__detected_at; CREATE INDEX ix_posts__detected_at ON posts (detected_at, author_id)',
    ['index ix_posts__detected_at: columns are (detected_at, author_id), should be (detected_at)'],
  ],
  [
    'DROP INDEX ix_posts__detected_at; CREATE INDEX ix_posts__detected_at ON posts (processed_at)',
    ['index ix_posts__detected_at: columns are (processed_at), should be (detected_at)'],
  ],
  [
    'DROP INDEX ix_posts__detected_at; CREATE INDEX ix_posts__detected_at ON posts (detected_at DESC)',
    ['index ix_posts__detected_at: columns are (detected_at DESC), should be (detected_at)'],
  ],
  [
    'DROP INDEX ix_posts__detected_at; CREATE INDEX ix_posts__detected_at ON posts (detected_at NULLS FIRST)',
    ['index ix_posts__detected_at: columns are (detected_at NULLS FIRST), should be (detected_at)'],
  ],
  [
    'DROP INDEX ix_posts__detected_at; CREATE INDEX ix_posts__detected_at ON posts (detected_at) INCLUDE (author_id)',
    ['index ix_posts__detected_at: INCLUDE is (author_id), should be none'],
  ],
  [
    'DROP INDEX ix_posts__detected_at; CREATE UNIQUE INDEX ix_posts__detected_at ON posts (detected_at)',
    ['index ix_posts__detected_at: uniqueness is UNIQUE, should be not UNIQUE'],
  ],
  [
    'DROP INDEX ix_posts__detected_at; CREATE INDEX ix_posts__detected_at ON posts USING brin (detected_at)',
    ['index ix_posts__detected_at: method is brin, should be btree'],
  ],
  [
    'DROP INDEX ix_posts__detected_at; CREATE INDEX ix_posts__detected_at ON posts (detected_at) WITH (fillfactor = 50)',
    ["index ix_posts__detected_at: WITH is (fillfactor='50'), should be none"],
  ],
  [
    'DROP INDEX ix_posts__detected_at; CREATE INDEX ix_posts__detected_at ON authors (created_at)',
    [
      'index ix_posts__detected_at: columns are (created_at), should be (detected_at)',
      'index ix_posts__detected_at: table is authors, should be posts',
    ],
  ],
  [
    'DROP INDEX zoo.ix_animals__kind; CREATE INDEX ix_animals__kind ON zoo.animals (kind text_pattern_ops) WHERE legs > 0',
    [
      'index zoo.ix_animals__kind: columns are (kind text_pattern_ops), should be (kind)',
      'index zoo.ix_animals__kind: comment is none, should be “For the map.”',
    ],
  ],
  [
    'DROP INDEX zoo.ix_animals__kind; CREATE INDEX ix_animals__kind ON zoo.animals (kind COLLATE "C") WHERE legs > 0',
    [
      'index zoo.ix_animals__kind: columns are (kind COLLATE "C"), should be (kind)',
      'index zoo.ix_animals__kind: comment is none, should be “For the map.”',
    ],
  ],
  [
    'DROP INDEX zoo.ix_animals__kind; CREATE INDEX ix_animals__kind ON zoo.animals (lower(kind)) WHERE legs > 0',
    [
      'index zoo.ix_animals__kind: columns are (lower(kind)), should be (kind)',
      'index zoo.ix_animals__kind: comment is none, should be “For the map.”',
    ],
  ],
  [
    'DROP INDEX zoo.uq_animals__born; CREATE UNIQUE INDEX uq_animals__born ON zoo.animals (born) NULLS NOT DISTINCT',
    ['index zoo.uq_animals__born: nulls are NOT DISTINCT, should be DISTINCT'],
  ],
  [
    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'zoo.ix_animals__kind'::regclass",
    ['index zoo.ix_animals__kind: validity is invalid, should be valid'],
  ],
  [
    'COMMENT ON INDEX zoo.ix_animals__kind IS NULL',
    ['index zoo.ix_animals__kind: comment is none, should be “For the map.”'],
  ],
];
