/** A change of the entities, as the SQL that brings a synchronised database to their new schema. */
export interface Kind {
  readonly kind: string;
  /** Run on a database synchronised from the entities. */
  readonly entities: string;
  /** `--rename` of the command. */
  readonly renames?: readonly string[];
  /** Changes the existing rows so that they fit the new schema. */
  readonly rows?: string;
  /** The rules of the lint that the migration still breaks, for a person to decide. */
  readonly lint?: readonly string[];
  /** The reason for which it is declared irreversible. */
  readonly irreversible?: RegExp;
  /** All statements of `up`, where exactly these are right. */
  readonly up?: readonly string[];
  /** All statements of `down`. */
  readonly down?: readonly string[];
  /** Texts that `up` contains. */
  readonly has?: readonly string[];
  /** Texts that the file does not contain. */
  readonly hasNot?: readonly string[];
  /** Texts of the warnings about lost data. */
  readonly loses?: readonly string[];
  /** Entries of src/schema/migration-only.ts that have to go with it. */
  readonly stale?: readonly string[];
}

const check = (table: string, name: string, rule: string): string =>
  `ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${name}, ADD CONSTRAINT ${name} CHECK (${rule})`;

const RULES: readonly Kind[] = [
  {
    kind: 'a longer text',
    entities: check('authors', 'ck_authors__handle_length', 'char_length(handle) BETWEEN 1 AND 80'),
    up: [
      'ALTER TABLE "authors" ADD CONSTRAINT "ck_authors__handle_length__new" CHECK (((char_length(handle) >= 1) AND (char_length(handle) <= 80))) NOT VALID',
      'ALTER TABLE "authors" VALIDATE CONSTRAINT "ck_authors__handle_length__new"',
      'ALTER TABLE "authors" DROP CONSTRAINT "ck_authors__handle_length"',
      'ALTER TABLE "authors" RENAME CONSTRAINT "ck_authors__handle_length__new" TO "ck_authors__handle_length"',
    ],
  },
  {
    kind: 'a shorter text',
    entities: check('posts', 'ck_posts__content_length', 'char_length(content) BETWEEN 1 AND 4000'),
    has: ['NOT VALID'],
  },
  {
    kind: 'one choice more',
    entities: check(
      'competitors',
      'ck_competitors__price_point_choice',
      `price_point IN ('LOW', 'MID', 'HIGH', 'VERY_HIGH', 'VARIES', 'FREE')`,
    ),
  },
  {
    kind: 'one choice less',
    entities: check(
      'competitors',
      'ck_competitors__price_point_choice',
      `price_point IN ('LOW', 'MID', 'HIGH', 'VERY_HIGH')`,
    ),
  },
  {
    kind: 'the SQL of a rule over several columns',
    entities: check(
      'escalations',
      'ck_escalations__closed_has_time',
      `(status IN ('RESOLVED', 'DISMISSED')) <= (resolved_at IS NOT NULL)`,
    ),
  },
  {
    kind: 'a numeric range, and a text with quotes and backslashes',
    entities: `${check('experiments', 'ck_experiments__traffic_split_range', 'traffic_split >= 0.01 AND traffic_split <= 0.99')};
      ${check('authors', 'ck_authors__display_name_blank', `display_name ~ '[^\\s''$\{}\`"]'`)}`,
  },
  { kind: 'a new rule', entities: check('posts', 'ck_posts__seen_first', 'processed_at >= detected_at') },
  {
    kind: 'a rule less',
    entities: 'ALTER TABLE posts DROP CONSTRAINT ck_posts__error_count_range',
    up: ['ALTER TABLE "posts" DROP CONSTRAINT "ck_posts__error_count_range"'],
  },
  {
    kind: 'a rule under another name',
    entities: 'ALTER TABLE posts RENAME CONSTRAINT ck_posts__error_count_range TO ck_posts__errors_range',
    up: ['ALTER TABLE "posts" RENAME CONSTRAINT "ck_posts__error_count_range" TO "ck_posts__errors_range"'],
  },
  {
    kind: 'what becomes of rows whose parent is deleted',
    entities: `ALTER TABLE authors DROP CONSTRAINT fk_authors__power_tier_id, ADD CONSTRAINT fk_authors__power_tier_id
      FOREIGN KEY (power_tier_id) REFERENCES power_tiers (id) ON DELETE RESTRICT`,
    has: ['ON DELETE RESTRICT NOT VALID', 'VALIDATE CONSTRAINT'],
  },
];

const INDEXES: readonly Kind[] = [
  {
    kind: 'the condition of a partial index',
    entities: `DROP INDEX ix_posts__detected_at__waiting;
      CREATE INDEX ix_posts__detected_at__waiting ON posts (detected_at) WHERE processed_at IS NULL AND error_count < 5`,
    has: [
      'CREATE INDEX CONCURRENTLY "ix_posts__detected_at__waiting__new"',
      'RENAME TO "ix_posts__detected_at__waiting"',
    ],
  },
  {
    kind: 'the condition of a partial index that names an enum',
    entities: `DROP INDEX ix_replies__created_at__pending;
      CREATE INDEX ix_replies__created_at__pending ON replies (created_at) WHERE approval_status <> 'APPROVED'`,
  },
  {
    kind: 'the condition of a unique index',
    entities: `DROP INDEX uq_replies__platform_platform_post_id__posted; CREATE UNIQUE INDEX
      uq_replies__platform_platform_post_id__posted ON replies (platform, platform_post_id) WHERE posted_at IS NOT NULL`,
  },
  {
    kind: 'the columns of an index',
    entities: `DROP INDEX ix_posts__platform_detected_at; CREATE INDEX ix_posts__platform_author_id ON posts (platform, author_id)`,
  },
  {
    kind: 'the order of the columns of an index, under the same name',
    entities: `DROP INDEX ix_authors__platform_handle; CREATE INDEX ix_authors__platform_handle ON authors (handle, platform)`,
    has: ['ON "authors" (handle, platform)'],
  },
  {
    kind: 'an index less, and one more',
    entities: `DROP INDEX ix_posts__processed_at; CREATE INDEX ix_posts__error_count ON posts (error_count)`,
    up: [
      'CREATE INDEX CONCURRENTLY "ix_posts__error_count" ON "posts" (error_count)',
      'DROP INDEX CONCURRENTLY "ix_posts__processed_at"',
    ],
  },
  {
    kind: 'the columns of a unique key',
    entities: `ALTER TABLE posts DROP CONSTRAINT uq_posts__platform_platform_post_id,
      ADD CONSTRAINT uq_posts__platform_platform_post_id_author_id UNIQUE (platform, platform_post_id, author_id)`,
    has: ['CREATE UNIQUE INDEX CONCURRENTLY', 'UNIQUE USING INDEX'],
  },
  {
    kind: 'the order of the columns of a unique key, under the same name',
    entities: `ALTER TABLE posts DROP CONSTRAINT uq_posts__platform_platform_post_id,
      ADD CONSTRAINT uq_posts__platform_platform_post_id UNIQUE (platform_post_id, platform)`,
  },
];

const COLUMNS: readonly Kind[] = [
  {
    kind: 'defaults: another, one less, one more',
    entities: `ALTER TABLE posts ALTER COLUMN error_count SET DEFAULT 1; ALTER TABLE posts ALTER COLUMN spam_filtered DROP DEFAULT;
      ALTER TABLE posts ALTER COLUMN error_message SET DEFAULT 'none'; ALTER TABLE experiments ALTER COLUMN status SET DEFAULT 'RUNNING'`,
    up: [
      `ALTER TABLE "experiments" ALTER COLUMN "status" SET DEFAULT 'RUNNING'::experiment_status`,
      `
      ALTER TABLE "posts"
        ALTER COLUMN "error_count" SET DEFAULT 1,
        ALTER COLUMN "error_message" SET DEFAULT 'none'::text,
        ALTER COLUMN "spam_filtered" DROP DEFAULT
    `,
    ],
  },
  {
    kind: 'a required column that may be null',
    entities: 'ALTER TABLE posts ALTER COLUMN content DROP NOT NULL',
    lint: ['drop-not-null'],
  },
  {
    kind: 'a column that is required now',
    entities: 'ALTER TABLE authors ALTER COLUMN display_name SET NOT NULL',
    rows: "UPDATE authors SET display_name = 'Ada' WHERE display_name IS NULL",
    has: ['CHECK ("display_name" IS NOT NULL) NOT VALID', 'SET NOT NULL'],
  },
  {
    kind: 'comments of a column and of a table',
    entities: `COMMENT ON COLUMN posts.content IS 'Its text; it''s kept.'; COMMENT ON TABLE posts IS 'Posts \\ of others.'`,
    hasNot: ['transaction = false'],
  },
  {
    kind: 'a wider number',
    entities: 'ALTER TABLE posts ALTER COLUMN error_count TYPE bigint',
    lint: ['change-column-type'],
    up: [
      'ALTER TABLE "posts" ALTER COLUMN "error_count" DROP DEFAULT, ALTER COLUMN "error_count" TYPE bigint USING "error_count"::bigint, ALTER COLUMN "error_count" SET DEFAULT 0',
    ],
    hasNot: ['DROP COLUMN'],
  },
  {
    kind: 'a text of bounded type, from one with a rule',
    entities: `ALTER TABLE posts DROP CONSTRAINT ck_posts__error_message_length; ALTER TABLE posts DROP CONSTRAINT ck_posts__error_message_blank;
      ALTER TABLE posts ALTER COLUMN error_message TYPE varchar(500)`,
    lint: ['change-column-type'],
    loses: ['posts.error_message becomes character varying(500)'],
  },
  {
    kind: 'a text that becomes an enum, and its rule goes',
    entities: `ALTER TABLE experiments DROP CONSTRAINT ck_experiments__winner_choice; CREATE TYPE variant AS ENUM ('A', 'B');
      ALTER TABLE experiments ALTER COLUMN winner TYPE variant USING winner::variant`,
    lint: ['change-column-type'],
    loses: ['experiments.winner becomes variant'],
  },
  {
    kind: 'a new column that may be null, with rules, and a required one with a default',
    entities: `ALTER TABLE authors ADD bio text, ADD CONSTRAINT ck_authors__bio_length CHECK (char_length(bio) BETWEEN 1 AND 500);
      ALTER TABLE authors ADD warned boolean NOT NULL DEFAULT false; COMMENT ON COLUMN authors.bio IS 'As they say it.'`,
    up: [
      `
      ALTER TABLE "authors"
        ADD "bio" text,
        ADD "warned" boolean NOT NULL DEFAULT false,
        ADD CONSTRAINT "ck_authors__bio_length" CHECK (((char_length(bio) >= 1) AND (char_length(bio) <= 500))) NOT VALID
    `,
      'ALTER TABLE "authors" VALIDATE CONSTRAINT "ck_authors__bio_length"',
      `COMMENT ON COLUMN "authors"."bio" IS 'As they say it.'`,
    ],
    down: [
      `
      ALTER TABLE "authors"
        DROP CONSTRAINT "ck_authors__bio_length",
        DROP COLUMN "bio",
        DROP COLUMN "warned"
    `,
    ],
  },
  {
    kind: 'a rule replaced and a column required, in one table',
    entities: `${check('authors', 'ck_authors__handle_length', 'char_length(handle) BETWEEN 1 AND 80')};
      ALTER TABLE authors ALTER COLUMN display_name SET NOT NULL`,
    rows: "UPDATE authors SET display_name = 'Ada' WHERE display_name IS NULL",
    up: [
      `
      ALTER TABLE "authors"
        ADD CONSTRAINT "ck_authors__display_name_present" CHECK ("display_name" IS NOT NULL) NOT VALID,
        ADD CONSTRAINT "ck_authors__handle_length__new" CHECK (((char_length(handle) >= 1) AND (char_length(handle) <= 80))) NOT VALID
    `,
      `
      ALTER TABLE "authors"
        VALIDATE CONSTRAINT "ck_authors__display_name_present",
        VALIDATE CONSTRAINT "ck_authors__handle_length__new"
    `,
      'ALTER TABLE "authors" DROP CONSTRAINT "ck_authors__handle_length"',
      'ALTER TABLE "authors" RENAME CONSTRAINT "ck_authors__handle_length__new" TO "ck_authors__handle_length"',
      'ALTER TABLE "authors" ALTER COLUMN "display_name" SET NOT NULL',
      'ALTER TABLE "authors" DROP CONSTRAINT "ck_authors__display_name_present"',
    ],
  },
  {
    kind: 'the last column less',
    entities: 'ALTER TABLE kpi_types DROP COLUMN updated_at',
    lint: ['drop-column'],
    loses: ['DROP COLUMN "updated_at" of table "kpi_types"'],
  },
  {
    kind: 'another column less',
    entities: 'ALTER TABLE replies DROP COLUMN help_count',
    lint: ['drop-column'],
    irreversible: /^the values of replies\.help_count are lost/,
    loses: ['DROP COLUMN "help_count" of table "replies"'],
  },
  {
    kind: 'a column dropped and another of its type added, which nobody called a rename',
    entities: 'ALTER TABLE posts RENAME COLUMN error_message TO failure',
    lint: ['drop-column'],
    irreversible: /^the values of posts\.error_message are lost/,
    loses: ['DROP COLUMN "error_message" of table "posts"'],
    hasNot: ['RENAME COLUMN'],
  },
];

const RENAMES: readonly Kind[] = [
  {
    kind: 'a column renamed, its rules with it',
    entities: `ALTER TABLE posts RENAME COLUMN error_message TO failure;
      ALTER TABLE posts RENAME CONSTRAINT ck_posts__error_message_length TO ck_posts__failure_length;
      ALTER TABLE posts RENAME CONSTRAINT ck_posts__error_message_blank TO ck_posts__failure_blank`,
    renames: ['posts.error_message:failure'],
    lint: ['rename-column'],
    up: [
      'ALTER TABLE "posts" RENAME COLUMN "error_message" TO "failure"',
      'ALTER TABLE "posts" RENAME CONSTRAINT "ck_posts__error_message_blank" TO "ck_posts__failure_blank"',
      'ALTER TABLE "posts" RENAME CONSTRAINT "ck_posts__error_message_length" TO "ck_posts__failure_length"',
    ],
  },
  {
    kind: 'a foreign key renamed, its index and unique index with it, and another type',
    entities: `ALTER TABLE authors RENAME COLUMN power_tier_id TO tier_id;
      ALTER TABLE authors RENAME CONSTRAINT fk_authors__power_tier_id TO fk_authors__tier_id;
      ALTER INDEX ix_authors__power_tier_id RENAME TO ix_authors__tier_id;
      ALTER TABLE authors RENAME COLUMN follower_count TO followers; ALTER TABLE authors ALTER COLUMN followers TYPE bigint`,
    renames: ['power_tier_id:tier_id', 'authors.follower_count:followers'],
    lint: ['change-column-type', 'rename-column'],
    hasNot: ['DROP COLUMN', 'NOT VALID', 'CONCURRENTLY'],
  },
];

const TABLES: readonly Kind[] = [
  {
    kind: 'a new table with keys, rules and a reference',
    entities: `CREATE TABLE post_notes (id uuid NOT NULL DEFAULT gen_random_uuid(), post_id uuid NOT NULL, body text NOT NULL,
      platform platform NOT NULL DEFAULT 'REDDIT', CONSTRAINT ck_post_notes__body_length CHECK (char_length(body) < 9),
      CONSTRAINT pk_post_notes PRIMARY KEY (id), CONSTRAINT uq_post_notes__body UNIQUE (body));
      ALTER TABLE post_notes ADD CONSTRAINT fk_post_notes__post_id FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE;
      CREATE INDEX ix_post_notes__post_id ON post_notes (post_id) WHERE platform = 'REDDIT';
      COMMENT ON TABLE post_notes IS 'Notes.'; COMMENT ON COLUMN post_notes.body IS 'Text.'`,
  },
  {
    kind: 'a table less',
    entities: 'DROP TABLE weight_adjustment_logs CASCADE',
    lint: ['drop-table'],
    loses: ['DROP TABLE "weight_adjustment_logs"'],
    stale: ['trigger tg_weight_adjustment_logs__written_once on weight_adjustment_logs'],
  },
];

const ENUMS: readonly Kind[] = [
  {
    kind: 'a value of an enum of four tables, in its place',
    entities: `ALTER TYPE platform ADD VALUE 'MASTODON' AFTER 'TWITTER'`,
    up: [`ALTER TYPE "platform" ADD VALUE 'MASTODON' AFTER 'TWITTER'`],
    hasNot: ['transaction = false', 'INDEX'],
  },
  {
    kind: 'values of an enum before the first, together, and behind the last',
    entities: `ALTER TYPE platform ADD VALUE 'ALPHA' BEFORE 'TWITTER'; ALTER TYPE platform ADD VALUE 'BETA' AFTER 'ALPHA';
      ALTER TYPE platform ADD VALUE 'OMEGA' AFTER 'THREADS'`,
    up: [
      `ALTER TYPE "platform" ADD VALUE 'ALPHA' BEFORE 'TWITTER'`,
      `ALTER TYPE "platform" ADD VALUE 'BETA' AFTER 'ALPHA'`,
      `ALTER TYPE "platform" ADD VALUE 'OMEGA' AFTER 'THREADS'`,
    ],
  },
  {
    kind: 'a value of an enum with a default',
    entities: `ALTER TYPE experiment_status ADD VALUE 'PAUSED' AFTER 'RUNNING'`,
    up: [`ALTER TYPE "experiment_status" ADD VALUE 'PAUSED' AFTER 'RUNNING'`],
  },
  {
    kind: 'a value of an enum that rules and partial indexes compare with',
    entities: `ALTER TYPE escalation_status ADD VALUE 'WAITING' BEFORE 'RESOLVED'; ALTER TYPE approval_status ADD VALUE 'EXPIRED'`,
  },
  {
    kind: 'a value of an enum, and a longer text, and a new enum of a new column',
    entities: `ALTER TYPE platform ADD VALUE 'MASTODON' BEFORE 'THREADS'; CREATE TYPE mood AS ENUM ('GOOD', 'BAD');
      ALTER TABLE posts ADD mood mood DEFAULT 'GOOD';
      ${check('authors', 'ck_authors__handle_length', 'char_length(handle) BETWEEN 1 AND 80')}`,
    has: [`ALTER TYPE "platform" ADD VALUE 'MASTODON' AFTER 'REDDIT'`, `CREATE TYPE "mood" AS ENUM ('GOOD', 'BAD')`],
  },
];

const REFERENCES: readonly Kind[] = [
  {
    kind: 'a new reference, its index with it',
    entities: `ALTER TABLE authors ADD home_competitor_id uuid; ALTER TABLE authors ADD CONSTRAINT fk_authors__home_competitor_id
      FOREIGN KEY (home_competitor_id) REFERENCES competitors (id) ON DELETE SET NULL;
      CREATE INDEX ix_authors__home_competitor_id ON authors (home_competitor_id)`,
    has: ['ON DELETE SET NULL NOT VALID', 'CREATE INDEX CONCURRENTLY'],
  },
  {
    kind: 'an enum under another name, with its default, rules and partial indexes',
    entities: 'ALTER TYPE escalation_status RENAME TO review_status',
    lint: ['change-column-type'],
    loses: ['escalations.status becomes review_status'],
    has: [`CREATE TYPE "review_status" AS ENUM`, 'DROP TYPE "escalation_status"'],
  },
];

export const KINDS: readonly Kind[] = [
  ...RULES,
  ...INDEXES,
  ...COLUMNS,
  ...RENAMES,
  ...TABLES,
  ...ENUMS,
  ...REFERENCES,
];

/** A change for which no migration can be generated, and the error. */
export interface Refused extends Pick<Kind, 'entities' | 'kind' | 'renames'> {
  readonly says: RegExp;
}

export const REFUSED: readonly Refused[] = [
  {
    kind: 'a value of an enum less',
    entities: `ALTER TABLE authors DROP CONSTRAINT ck_authors__handle_of_platform; ALTER TABLE replies DROP CONSTRAINT ck_replies__content_fits_platform;
      ALTER TYPE platform RENAME TO platform_old; CREATE TYPE platform AS ENUM ('TWITTER', 'REDDIT');
      ALTER TABLE authors ALTER platform TYPE platform USING platform::text::platform;
      ALTER TABLE posts ALTER platform TYPE platform USING platform::text::platform;
      ALTER TABLE replies ALTER platform TYPE platform USING platform::text::platform;
      ALTER TABLE kpi_metrics ALTER platform TYPE platform USING platform::text::platform; DROP TYPE platform_old`,
    says: /^No migration was written: enum platform \(authors\.platform, kpi_metrics\.platform, posts\.platform, replies\.platform\): 'THREADS' is removed, but .*DATABASE_MIGRATION_GUIDE\.md, “Enum values”/,
  },
  {
    kind: 'a value of an enum under another name',
    entities: `ALTER TYPE experiment_status RENAME VALUE 'CANCELLED' TO 'ABORTED'`,
    says: /enum experiment_status \(experiments\.status\): 'CANCELLED' is removed and 'ABORTED' added \(renamed\?\)/,
  },
  {
    kind: 'values of an enum in another order',
    entities: `ALTER TYPE reply_type RENAME VALUE 'MANUAL' TO 'X'; ALTER TYPE reply_type RENAME VALUE 'AUTO' TO 'MANUAL';
      ALTER TYPE reply_type RENAME VALUE 'X' TO 'AUTO'`,
    says: /enum reply_type \(.*\): the order of its values changes from 'MANUAL', 'AUTO' to 'AUTO', 'MANUAL'/,
  },
  {
    kind: 'a new required column without a default',
    entities: 'ALTER TABLE posts ADD region text NOT NULL',
    says: /posts\.region is new, required and has no default/,
  },
  {
    kind: 'a type that values cannot be cast to',
    entities: 'ALTER TABLE posts DROP COLUMN spam_filtered CASCADE; ALTER TABLE posts ADD spam_filtered uuid',
    says: /fails at up: .* at statement \d: PostgreSQL cannot cast boolean to uuid \(42846\)/,
  },
  {
    kind: 'what entities cannot express',
    entities: 'CREATE VIEW seen AS SELECT id FROM posts',
    says: /view seen is missing\. Write what entities cannot express by hand/,
  },
  {
    kind: 'a rename of a column that stays',
    entities: 'ALTER TABLE posts RENAME COLUMN error_message TO failure',
    renames: ['posts.content:failure'],
    says: /--rename posts\.content:failure: no table has the column content while its entity has failure instead/,
  },
  {
    kind: 'a rename that is none',
    entities: 'ALTER TABLE posts RENAME COLUMN error_message TO failure',
    renames: ['posts'],
    says: /--rename posts: it must have the form table\.old:new/,
  },
];
