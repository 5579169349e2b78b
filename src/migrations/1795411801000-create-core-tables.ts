import type { QueryRunner } from 'typeorm';
import type { ReversibleMigration } from './migration.js';

/**
 * WHY  the agent must remember authors, queue posts, explain its decisions and keep its replies.
 * WHAT the four core tables, and experiments, to which decisions refer. A reply outlives its decision (ON DELETE SET NULL),
 *      so that the purge after 90 days never removes one.
 *
 * Generated from the entities, then sorted into steps. LOCKS nothing that is in use: every table is new.
 * REVERSIBLE, with the loss of the rows.
 */
export class CreateCoreTables1795411801000 implements ReversibleMigration {
  readonly name = 'CreateCoreTables1795411801000';
  readonly reversible = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    await createTypes(queryRunner);
    await createAuthors(queryRunner);
    await createPosts(queryRunner);
    await createExperiments(queryRunner);
    await createDecisions(queryRunner);
    await createReplies(queryRunner);
    await addForeignKeys(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE "replies"`);
    await queryRunner.query(`DROP TABLE "decisions"`);
    await queryRunner.query(`DROP TABLE "experiments"`);
    await queryRunner.query(`DROP TABLE "posts"`);
    await queryRunner.query(`DROP TABLE "authors"`);
    await queryRunner.query(`DROP TYPE "reply_type"`);
    await queryRunner.query(`DROP TYPE "approval_status"`);
    await queryRunner.query(`DROP TYPE "operational_mode"`);
    await queryRunner.query(`DROP TYPE "experiment_status"`);
    await queryRunner.query(`DROP TYPE "platform"`);
  }
}

async function createTypes(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TYPE "platform" AS ENUM('TWITTER', 'REDDIT', 'THREADS')
  `);
  await queryRunner.query(`
    CREATE TYPE "experiment_status" AS ENUM('DRAFT', 'RUNNING', 'COMPLETED', 'CANCELLED')
  `);
  await queryRunner.query(`
    CREATE TYPE "operational_mode" AS ENUM('HELPFUL', 'ENGAGEMENT', 'HYBRID', 'DISENGAGED')
  `);
  await queryRunner.query(`
    CREATE TYPE "approval_status" AS ENUM('PENDING', 'APPROVED', 'REJECTED')
  `);
  await queryRunner.query(`
    CREATE TYPE "reply_type" AS ENUM('MANUAL', 'AUTO')
  `);
}

async function createAuthors(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE "authors" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "platform" "platform" NOT NULL,
        "platform_id" text NOT NULL,
        "handle" text NOT NULL,
        "display_name" text,
        "follower_count" integer NOT NULL DEFAULT '0',
        "is_verified" boolean NOT NULL DEFAULT false,
        "is_power_user" boolean NOT NULL DEFAULT false,
        "power_tier_id" uuid,
        "archetype_tags" text array NOT NULL DEFAULT '{}',
        "relationship_score" double precision NOT NULL DEFAULT '0.5',
        "interaction_history" jsonb NOT NULL DEFAULT '[]',
        "first_seen_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        "last_seen_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "uq_authors__platform_platform_id" UNIQUE ("platform", "platform_id"),
        CONSTRAINT "ck_authors__platform_id_length" CHECK (
            char_length("platform_id") BETWEEN 1 AND 100
        ),
        CONSTRAINT "ck_authors__platform_id_blank" CHECK (
            "platform_id" ~ '[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFC\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U00016FE4\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]'
        ),
        CONSTRAINT "ck_authors__handle_length" CHECK (
            char_length("handle") BETWEEN 1 AND 50
        ),
        CONSTRAINT "ck_authors__handle_blank" CHECK (
            "handle" ~ '[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFC\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U00016FE4\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]'
        ),
        CONSTRAINT "ck_authors__display_name_length" CHECK (
            char_length("display_name") BETWEEN 1 AND 200
        ),
        CONSTRAINT "ck_authors__display_name_blank" CHECK (
            "display_name" ~ '[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFC\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U00016FE4\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]'
        ),
        CONSTRAINT "ck_authors__follower_count_range" CHECK (
            "follower_count" >= 0
            AND "follower_count" <= 1000000000
        ),
        CONSTRAINT "ck_authors__archetype_tags_size" CHECK (cardinality("archetype_tags") <= 50),
        CONSTRAINT "ck_authors__archetype_tags_items" CHECK (
            cardinality("archetype_tags") = 0
            OR array_ndims("archetype_tags") = 1
            AND position(chr(31) IN array_to_string("archetype_tags", '')) = 0
            AND array_to_string("archetype_tags", chr(31)) !~ '[^\\u001F]{101}'
            AND (chr(31) || array_to_string("archetype_tags", chr(31), chr(30))) ~ '^(\\u001F([a-z][a-z0-9]*(_[a-z0-9]+)*))+$'
        ),
        CONSTRAINT "ck_authors__relationship_score_range" CHECK (
            "relationship_score" >= 0
            AND "relationship_score" <= 1
        ),
        CONSTRAINT "ck_authors__interaction_history_size" CHECK (octet_length("interaction_history"::text) <= 1048576),
        CONSTRAINT "ck_authors__interaction_history_shape" CHECK (jsonb_typeof("interaction_history") = 'array'),
        CONSTRAINT "ck_authors__first_seen_at_range" CHECK (
            "first_seen_at" >= to_timestamp(0)
            AND "first_seen_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_authors__last_seen_at_range" CHECK (
            "last_seen_at" >= to_timestamp(0)
            AND "last_seen_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_authors__created_at_range" CHECK (
            "created_at" >= to_timestamp(0)
            AND "created_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_authors__updated_at_range" CHECK (
            "updated_at" >= to_timestamp(0)
            AND "updated_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_authors__handle_of_platform" CHECK (
            CASE "platform"
                WHEN 'TWITTER' THEN "handle" ~ '^[A-Za-z0-9_]{1,15}$'
                WHEN 'REDDIT' THEN "handle" ~ '^[A-Za-z0-9_-]{3,20}$'
                WHEN 'THREADS' THEN "handle" ~ '^[A-Za-z0-9_.]{1,30}$'
            END
        ),
        CONSTRAINT "ck_authors__tier_of_power_user" CHECK (
            "power_tier_id" IS NULL
            OR "is_power_user"
        ),
        CONSTRAINT "pk_authors" PRIMARY KEY ("id")
    );
    COMMENT ON COLUMN "authors"."id" IS 'Surrogate key.';
    COMMENT ON COLUMN "authors"."platform" IS 'Where the account is.';
    COMMENT ON COLUMN "authors"."platform_id" IS 'The platform''s immutable account id, an opaque text: X ids exceed 2^53 and must never become numbers.';
    COMMENT ON COLUMN "authors"."handle" IS 'Current public user name. Mutable and re-assignable to others, so it identifies nobody.';
    COMMENT ON COLUMN "authors"."display_name" IS 'Public display name. Null: never seen.';
    COMMENT ON COLUMN "authors"."follower_count" IS 'Followers at the last sighting. 0: none, or the platform does not say.';
    COMMENT ON COLUMN "authors"."is_verified" IS 'Carries the platform''s own badge.';
    COMMENT ON COLUMN "authors"."is_power_user" IS '5,000 followers or more, a badge, engagement over 3 %, a telling bio, or marked by hand. Implies no tier.';
    COMMENT ON COLUMN "authors"."power_tier_id" IS 'Tier by follower count at the time of classification. Null: below every tier, or not classified.';
    COMMENT ON COLUMN "authors"."archetype_tags" IS 'Personas of the person (healthcare_pro, comedian, parent). Not the archetypes of replies.';
    COMMENT ON COLUMN "authors"."relationship_score" IS 'Trust in the author, 0..1; 0.5 is neutral. The sum of interactions, clamped.';
    COMMENT ON COLUMN "authors"."interaction_history" IS 'What the author did with us, oldest first. At most 1 MiB: it grows for as long as the author is known.';
    COMMENT ON COLUMN "authors"."first_seen_at" IS 'First detection.';
    COMMENT ON COLUMN "authors"."last_seen_at" IS 'Last detection, or last change of the relationship. By the clock of who saw it: may be earlier than \`firstSeenAt\`.';
    COMMENT ON COLUMN "authors"."created_at" IS 'When the row was written.';
    COMMENT ON COLUMN "authors"."updated_at" IS 'When the row was last changed.'
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_authors__platform_handle" ON "authors" ("platform", "handle")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_authors__is_power_user" ON "authors" ("is_power_user")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_authors__power_tier_id" ON "authors" ("power_tier_id")
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "authors" IS 'Who wrote to us, and what do we remember of them? One row per account per platform, for ever; erased on request only. The same person on two platforms is two rows: no identity across platforms exists.'
  `);
}

async function createPosts(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE "posts" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "platform" "platform" NOT NULL,
        "platform_post_id" text NOT NULL,
        "author_id" uuid NOT NULL,
        "content" text NOT NULL,
        "detected_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        "processed_at" TIMESTAMP(3) WITH TIME ZONE,
        "keyword_matches" text array NOT NULL DEFAULT '{}',
        "keyword_categories" text array NOT NULL DEFAULT '{}',
        "spam_filtered" boolean NOT NULL DEFAULT false,
        "raw_metrics" jsonb,
        "error_count" integer NOT NULL DEFAULT '0',
        "error_message" text,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "uq_posts__platform_platform_post_id" UNIQUE ("platform", "platform_post_id"),
        CONSTRAINT "ck_posts__platform_post_id_length" CHECK (
            char_length("platform_post_id") BETWEEN 1 AND 100
        ),
        CONSTRAINT "ck_posts__platform_post_id_format" CHECK ("platform_post_id" ~ '^[A-Za-z0-9_-]+$'),
        CONSTRAINT "ck_posts__content_length" CHECK (
            char_length("content") BETWEEN 1 AND 5000
        ),
        CONSTRAINT "ck_posts__detected_at_range" CHECK (
            "detected_at" >= to_timestamp(0)
            AND "detected_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_posts__processed_at_range" CHECK (
            "processed_at" >= to_timestamp(0)
            AND "processed_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_posts__keyword_matches_size" CHECK (cardinality("keyword_matches") <= 50),
        CONSTRAINT "ck_posts__keyword_matches_items" CHECK (
            cardinality("keyword_matches") = 0
            OR array_ndims("keyword_matches") = 1
            AND position(
                chr(31) IN array_to_string("keyword_matches", '')
            ) = 0
            AND array_to_string("keyword_matches", chr(31)) !~ '[^\\u001F]{101}'
            AND (chr(31) || array_to_string("keyword_matches", chr(31), chr(30))) ~ '^(\\u001F([^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFC\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U00016FE4\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]([^\\u0001-\\u001F\\u007F-\\u009F]*[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFC\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U00016FE4\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF])?[\\u200C-\\u200F\\u202A-\\u202E\\u2061-\\u206F\\uFE00-\\uFE0F\\U000E0020-\\U000E007F\\U000E0100-\\U000E01EF]*))+$'
        ),
        CONSTRAINT "ck_posts__keyword_categories_size" CHECK (cardinality("keyword_categories") <= 20),
        CONSTRAINT "ck_posts__keyword_categories_items" CHECK (
            cardinality("keyword_categories") = 0
            OR array_ndims("keyword_categories") = 1
            AND position(
                chr(31) IN array_to_string("keyword_categories", '')
            ) = 0
            AND array_to_string("keyword_categories", chr(31)) !~ '[^\\u001F]{101}'
            AND (chr(31) || array_to_string("keyword_categories", chr(31), chr(30))) ~ '^(\\u001F([a-z][a-z0-9]*(_[a-z0-9]+)*))+$'
        ),
        CONSTRAINT "ck_posts__raw_metrics_size" CHECK (octet_length("raw_metrics"::text) <= 65536),
        CONSTRAINT "ck_posts__raw_metrics_shape" CHECK (jsonb_typeof("raw_metrics") = 'object'),
        CONSTRAINT "ck_posts__error_count_range" CHECK ("error_count" >= 0),
        CONSTRAINT "ck_posts__error_message_length" CHECK (
            char_length("error_message") BETWEEN 1 AND 2000
        ),
        CONSTRAINT "ck_posts__error_message_blank" CHECK (
            "error_message" ~ '[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFC\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U00016FE4\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]'
        ),
        CONSTRAINT "ck_posts__created_at_range" CHECK (
            "created_at" >= to_timestamp(0)
            AND "created_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_posts__updated_at_range" CHECK (
            "updated_at" >= to_timestamp(0)
            AND "updated_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_posts__message_of_error" CHECK (
            "error_message" IS NULL
            OR "error_count" > 0
        ),
        CONSTRAINT "pk_posts" PRIMARY KEY ("id")
    );
    COMMENT ON COLUMN "posts"."id" IS 'Surrogate key.';
    COMMENT ON COLUMN "posts"."platform" IS 'Where it was posted.';
    COMMENT ON COLUMN "posts"."platform_post_id" IS 'The platform''s own id of the post. Opaque text.';
    COMMENT ON COLUMN "posts"."author_id" IS 'Who wrote it. Goes with the author.';
    COMMENT ON COLUMN "posts"."content" IS 'The text as delivered, 1..5,000 characters.';
    COMMENT ON COLUMN "posts"."detected_at" IS 'When we first saw it; the platform''s time of publication is not stored.';
    COMMENT ON COLUMN "posts"."processed_at" IS 'When its decision was stored. Null: still in the queue. Never becomes null again; a second decision may renew it.';
    COMMENT ON COLUMN "posts"."keyword_matches" IS 'Terms that matched, without repetition. Inputs ask for 1..50; a post without any may still be stored.';
    COMMENT ON COLUMN "posts"."keyword_categories" IS 'Categories of the taxonomy that matched (direct_hangover, meme_language).';
    COMMENT ON COLUMN "posts"."spam_filtered" IS 'Caught by the spam filter: kept for review, never queued.';
    COMMENT ON COLUMN "posts"."raw_metrics" IS 'Engagement at detection, under the platform''s own names (likes, upvotes, comments). Null: the platform said nothing.';
    COMMENT ON COLUMN "posts"."error_count" IS 'Failed attempts to process it. At 3 the queue gives it up.';
    COMMENT ON COLUMN "posts"."error_message" IS 'What went wrong last. Null: nothing did.';
    COMMENT ON COLUMN "posts"."created_at" IS 'When the row was written.';
    COMMENT ON COLUMN "posts"."updated_at" IS 'When the row was last changed.'
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_posts__platform_detected_at" ON "posts" ("platform", "detected_at")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_posts__processed_at" ON "posts" ("processed_at")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_posts__author_id_detected_at" ON "posts" ("author_id", "detected_at")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_posts__detected_at__waiting" ON "posts" ("detected_at")
    WHERE "processed_at" IS NULL
        AND NOT "spam_filtered"
        AND "error_count" < 3
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_posts__detected_at" ON "posts" ("detected_at")
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "posts" IS 'What did we detect, and what still waits for a decision? Every post that matched a keyword, and at once the work queue: detected, filtered or queued, processed, archived after 90 days.'
  `);
}

async function createExperiments(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE "experiments" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "name" text NOT NULL,
        "description" text,
        "variant_a" jsonb NOT NULL,
        "variant_b" jsonb NOT NULL,
        "metric" text NOT NULL,
        "traffic_split" double precision NOT NULL DEFAULT '0.5',
        "status" "experiment_status" NOT NULL DEFAULT 'DRAFT',
        "start_date" TIMESTAMP(3) WITH TIME ZONE,
        "end_date" TIMESTAMP(3) WITH TIME ZONE,
        "results_json" jsonb,
        "winner" text,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "ck_experiments__name_length" CHECK (
            char_length("name") BETWEEN 1 AND 200
        ),
        CONSTRAINT "ck_experiments__name_blank" CHECK (
            "name" ~ '[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFC\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U00016FE4\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]'
        ),
        CONSTRAINT "ck_experiments__description_length" CHECK (
            char_length("description") BETWEEN 1 AND 2000
        ),
        CONSTRAINT "ck_experiments__description_blank" CHECK (
            "description" ~ '[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFC\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U00016FE4\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]'
        ),
        CONSTRAINT "ck_experiments__variant_a_size" CHECK (octet_length("variant_a"::text) <= 65536),
        CONSTRAINT "ck_experiments__variant_a_shape" CHECK (jsonb_typeof("variant_a") = 'object'),
        CONSTRAINT "ck_experiments__variant_b_size" CHECK (octet_length("variant_b"::text) <= 65536),
        CONSTRAINT "ck_experiments__variant_b_shape" CHECK (jsonb_typeof("variant_b") = 'object'),
        CONSTRAINT "ck_experiments__metric_length" CHECK (
            char_length("metric") BETWEEN 1 AND 64
        ),
        CONSTRAINT "ck_experiments__metric_format" CHECK ("metric" ~ '^[a-z][a-z0-9]*(_[a-z0-9]+)*$'),
        CONSTRAINT "ck_experiments__traffic_split_range" CHECK (
            "traffic_split" >= 0
            AND "traffic_split" <= 1
        ),
        CONSTRAINT "ck_experiments__start_date_range" CHECK (
            "start_date" >= to_timestamp(0)
            AND "start_date" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_experiments__end_date_range" CHECK (
            "end_date" >= to_timestamp(0)
            AND "end_date" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_experiments__results_json_size" CHECK (octet_length("results_json"::text) <= 65536),
        CONSTRAINT "ck_experiments__results_json_shape" CHECK (jsonb_typeof("results_json") = 'object'),
        CONSTRAINT "ck_experiments__winner_choice" CHECK ("winner" IN ('A', 'B')),
        CONSTRAINT "ck_experiments__created_at_range" CHECK (
            "created_at" >= to_timestamp(0)
            AND "created_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_experiments__updated_at_range" CHECK (
            "updated_at" >= to_timestamp(0)
            AND "updated_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_experiments__ends_after_start" CHECK (
            "status" <> 'DRAFT'
            OR "start_date" IS NULL
            OR "end_date" IS NULL
            OR "end_date" > "start_date"
        ),
        CONSTRAINT "ck_experiments__winner_of_completed" CHECK (
            "winner" IS NULL
            OR "status" = 'COMPLETED'
        ),
        CONSTRAINT "ck_experiments__dates_of_status" CHECK (
            "status" NOT IN ('RUNNING', 'COMPLETED')
            OR (
                "start_date" IS NOT NULL
                AND (
                    "status" = 'RUNNING'
                    OR "end_date" IS NOT NULL
                )
            )
        ),
        CONSTRAINT "pk_experiments" PRIMARY KEY ("id")
    );
    COMMENT ON COLUMN "experiments"."id" IS 'Surrogate key.';
    COMMENT ON COLUMN "experiments"."name" IS 'What it is called on the dashboard.';
    COMMENT ON COLUMN "experiments"."description" IS 'What it is to find out. Null: the name says it.';
    COMMENT ON COLUMN "experiments"."variant_a" IS 'Configuration of arm A.';
    COMMENT ON COLUMN "experiments"."variant_b" IS 'Configuration of arm B.';
    COMMENT ON COLUMN "experiments"."metric" IS 'The metric to improve: ctr, conversion, sentiment, engagement_rate.';
    COMMENT ON COLUMN "experiments"."traffic_split" IS 'Share of decisions that go to arm A, 0..1.';
    COMMENT ON COLUMN "experiments"."status" IS 'DRAFT until a person starts it; then RUNNING, and COMPLETED or CANCELLED for good.';
    COMMENT ON COLUMN "experiments"."start_date" IS 'When it began to run. Null: it has not.';
    COMMENT ON COLUMN "experiments"."end_date" IS 'When it stopped. Null: it has not.';
    COMMENT ON COLUMN "experiments"."results_json" IS 'Means, intervals, p value, state of the allocation. Null: nothing measured.';
    COMMENT ON COLUMN "experiments"."winner" IS 'The better arm. Null: undecided, or neither.';
    COMMENT ON COLUMN "experiments"."created_at" IS 'When the row was written.';
    COMMENT ON COLUMN "experiments"."updated_at" IS 'When the row was last changed.'
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_experiments__status" ON "experiments" ("status")
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "experiments" IS 'Which of two ways works better? An A/B test, started by a person; kept for ever. Names may repeat.'
  `);
}

async function createDecisions(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE "decisions" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "post_id" uuid NOT NULL,
        "sss_score" double precision NOT NULL,
        "ars_score" double precision NOT NULL,
        "evs_score" double precision NOT NULL,
        "trs_score" double precision NOT NULL,
        "composite_score" double precision NOT NULL,
        "mode" "operational_mode" NOT NULL,
        "archetype_id" uuid,
        "safety_flags" text array NOT NULL DEFAULT '{}',
        "signals_json" jsonb,
        "temporal_context" jsonb,
        "competitor_detected" text,
        "is_power_user" boolean NOT NULL DEFAULT false,
        "experiment_id" uuid,
        "experiment_variant" text,
        "is_randomized_experiment" boolean NOT NULL DEFAULT false,
        "predicted_mode" "operational_mode",
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "ck_decisions__sss_score_range" CHECK (
            "sss_score" >= 0
            AND "sss_score" <= 1
        ),
        CONSTRAINT "ck_decisions__ars_score_range" CHECK (
            "ars_score" >= 0
            AND "ars_score" <= 1
        ),
        CONSTRAINT "ck_decisions__evs_score_range" CHECK (
            "evs_score" >= 0
            AND "evs_score" < 'Infinity'
        ),
        CONSTRAINT "ck_decisions__trs_score_range" CHECK (
            "trs_score" >= 0
            AND "trs_score" <= 1
        ),
        CONSTRAINT "ck_decisions__composite_score_range" CHECK (
            "composite_score" >= 0
            AND "composite_score" <= 1
        ),
        CONSTRAINT "ck_decisions__safety_flags_size" CHECK (cardinality("safety_flags") <= 20),
        CONSTRAINT "ck_decisions__safety_flags_items" CHECK (
            cardinality("safety_flags") = 0
            OR array_ndims("safety_flags") = 1
            AND position(chr(31) IN array_to_string("safety_flags", '')) = 0
            AND array_to_string("safety_flags", chr(31)) !~ '[^\\u001F]{101}'
            AND (chr(31) || array_to_string("safety_flags", chr(31), chr(30))) ~ '^(\\u001F([A-Z][A-Z0-9]*(_[A-Z0-9]+)*))+$'
        ),
        CONSTRAINT "ck_decisions__signals_json_size" CHECK (octet_length("signals_json"::text) <= 65536),
        CONSTRAINT "ck_decisions__signals_json_shape" CHECK (jsonb_typeof("signals_json") = 'object'),
        CONSTRAINT "ck_decisions__temporal_context_size" CHECK (octet_length("temporal_context"::text) <= 65536),
        CONSTRAINT "ck_decisions__temporal_context_shape" CHECK (jsonb_typeof("temporal_context") = 'object'),
        CONSTRAINT "ck_decisions__competitor_detected_length" CHECK (
            char_length("competitor_detected") BETWEEN 1 AND 100
        ),
        CONSTRAINT "ck_decisions__competitor_detected_blank" CHECK (
            "competitor_detected" ~ '[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFC\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U00016FE4\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]'
        ),
        CONSTRAINT "ck_decisions__experiment_variant_choice" CHECK ("experiment_variant" IN ('A', 'B')),
        CONSTRAINT "ck_decisions__created_at_range" CHECK (
            "created_at" >= to_timestamp(0)
            AND "created_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_decisions__randomized_has_prediction" CHECK (
            NOT "is_randomized_experiment"
            OR "predicted_mode" IS NOT NULL
        ),
        CONSTRAINT "ck_decisions__prediction_is_mode" CHECK (
            "is_randomized_experiment"
            OR "predicted_mode" IS NULL
            OR "predicted_mode" = "mode"
        ),
        CONSTRAINT "ck_decisions__experiment_has_variant" CHECK (
            "experiment_id" IS NULL
            OR "experiment_variant" IS NOT NULL
        ),
        CONSTRAINT "ck_decisions__disengaged_has_no_archetype" CHECK (
            "mode" <> 'DISENGAGED'
            OR "archetype_id" IS NULL
        ),
        CONSTRAINT "ck_decisions__safety_disengages" CHECK (
            "mode" = 'DISENGAGED'
            OR "safety_flags" <@ ARRAY['OVERRIDE']
        ),
        CONSTRAINT "ck_decisions__none_is_no_flag" CHECK ('NONE' <> ALL ("safety_flags")),
        CONSTRAINT "pk_decisions" PRIMARY KEY ("id")
    );
    COMMENT ON COLUMN "decisions"."id" IS 'Surrogate key.';
    COMMENT ON COLUMN "decisions"."post_id" IS 'The post judged. Goes with it.';
    COMMENT ON COLUMN "decisions"."sss_score" IS 'Solution-Seeking Score: how much the author wants help, 0..1. From 0.82 the mode is HELPFUL.';
    COMMENT ON COLUMN "decisions"."ars_score" IS 'Author Relationship Score: trust in the author, 0..1; 0.5 for the unknown, strong above 0.70.';
    COMMENT ON COLUMN "decisions"."evs_score" IS 'Engagement Velocity Score: a ratio to the author''s own baseline, 1 = usual, above 5 viral. Not a 0..1 score.';
    COMMENT ON COLUMN "decisions"."trs_score" IS 'Topic Relevance Score, 0..1; below 0.5 the agent stays away.';
    COMMENT ON COLUMN "decisions"."composite_score" IS 'The four scores weighted, velocity normalised first, 0..1. Computed by the engine, never here.';
    COMMENT ON COLUMN "decisions"."mode" IS 'The mode actually used, after randomisation.';
    COMMENT ON COLUMN "decisions"."archetype_id" IS 'Shape of the reply. Null: the mode is DISENGAGED, or the archetype was deleted.';
    COMMENT ON COLUMN "decisions"."safety_flags" IS 'What the safety filter saw (DEATH_MENTION). OVERRIDE marks a firm stance that must not be deleted by itself.';
    COMMENT ON COLUMN "decisions"."signals_json" IS 'Each signal''s score, confidence and reasons. Null: not recorded.';
    COMMENT ON COLUMN "decisions"."temporal_context" IS 'Phase of the week, rules matched, time zone. Null: not recorded.';
    COMMENT ON COLUMN "decisions"."competitor_detected" IS 'Name of the competitor the post speaks of. Null: none.';
    COMMENT ON COLUMN "decisions"."is_power_user" IS 'The author''s flag as it was at the time of decision.';
    COMMENT ON COLUMN "decisions"."experiment_id" IS 'The experiment it took part in. Null: in none, or the experiment was deleted.';
    COMMENT ON COLUMN "decisions"."experiment_variant" IS 'The experiment''s arm, A or B. Null: in no experiment.';
    COMMENT ON COLUMN "decisions"."is_randomized_experiment" IS 'One decision in ten gets a random mode, to learn what causes what.';
    COMMENT ON COLUMN "decisions"."predicted_mode" IS 'The mode that would have been used. Null: not randomised.';
    COMMENT ON COLUMN "decisions"."created_at" IS 'When it was decided.'
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_decisions__created_at" ON "decisions" ("created_at")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_decisions__mode" ON "decisions" ("mode")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_decisions__composite_score" ON "decisions" ("composite_score")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_decisions__experiment_variant" ON "decisions" ("experiment_variant")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_decisions__is_randomized_experiment" ON "decisions" ("is_randomized_experiment")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_decisions__experiment_id_experiment_variant__in_experiment" ON "decisions" ("experiment_id", "experiment_variant")
    WHERE "experiment_id" IS NOT NULL
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_decisions__post_id" ON "decisions" ("post_id")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_decisions__archetype_id" ON "decisions" ("archetype_id")
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "decisions" IS 'What did we decide about a post, and why? Written once by the decision engine and never changed: a second look is a second row. Kept 90 days, archived with its post.'
  `);
}

async function createReplies(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE "replies" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "decision_id" uuid,
        "content" text NOT NULL,
        "archetype_id" uuid,
        "platform" "platform" NOT NULL,
        "platform_post_id" text,
        "utm_code" text,
        "help_count" integer NOT NULL DEFAULT '0',
        "approval_status" "approval_status" NOT NULL DEFAULT 'PENDING',
        "approved_by" text,
        "approved_at" TIMESTAMP(3) WITH TIME ZONE,
        "posted_at" TIMESTAMP(3) WITH TIME ZONE,
        "metrics_json" jsonb,
        "deleted_at" TIMESTAMP(3) WITH TIME ZONE,
        "delete_reason" text,
        "reply_type" "reply_type" NOT NULL DEFAULT 'AUTO',
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "ck_replies__content_length" CHECK (
            char_length("content") BETWEEN 10 AND 1000
        ),
        CONSTRAINT "ck_replies__content_contains" CHECK (position('—Antone (Vita)' IN "content") > 0),
        CONSTRAINT "ck_replies__platform_post_id_length" CHECK (
            char_length("platform_post_id") BETWEEN 1 AND 100
        ),
        CONSTRAINT "ck_replies__platform_post_id_format" CHECK ("platform_post_id" ~ '^[A-Za-z0-9_-]+$'),
        CONSTRAINT "ck_replies__utm_code_length" CHECK (
            char_length("utm_code") BETWEEN 1 AND 100
        ),
        CONSTRAINT "ck_replies__utm_code_format" CHECK ("utm_code" ~ '^[a-z0-9_-]+$'),
        CONSTRAINT "ck_replies__help_count_range" CHECK ("help_count" >= 0),
        CONSTRAINT "ck_replies__approved_by_length" CHECK (
            char_length("approved_by") BETWEEN 1 AND 100
        ),
        CONSTRAINT "ck_replies__approved_by_blank" CHECK (
            "approved_by" ~ '[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFC\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U00016FE4\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]'
        ),
        CONSTRAINT "ck_replies__approved_at_range" CHECK (
            "approved_at" >= to_timestamp(0)
            AND "approved_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_replies__posted_at_range" CHECK (
            "posted_at" >= to_timestamp(0)
            AND "posted_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_replies__metrics_json_size" CHECK (octet_length("metrics_json"::text) <= 65536),
        CONSTRAINT "ck_replies__metrics_json_shape" CHECK (jsonb_typeof("metrics_json") = 'object'),
        CONSTRAINT "ck_replies__deleted_at_range" CHECK (
            "deleted_at" >= to_timestamp(0)
            AND "deleted_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_replies__delete_reason_length" CHECK (
            char_length("delete_reason") BETWEEN 1 AND 1000
        ),
        CONSTRAINT "ck_replies__delete_reason_blank" CHECK (
            "delete_reason" ~ '[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFC\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U00016FE4\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]'
        ),
        CONSTRAINT "ck_replies__created_at_range" CHECK (
            "created_at" >= to_timestamp(0)
            AND "created_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_replies__updated_at_range" CHECK (
            "updated_at" >= to_timestamp(0)
            AND "updated_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_replies__approved_has_approver" CHECK (
            "approval_status" <> 'APPROVED'
            OR (
                "approved_by" IS NOT NULL
                AND "approved_at" IS NOT NULL
            )
        ),
        CONSTRAINT "ck_replies__unapproved_has_no_approver" CHECK (
            "approval_status" = 'APPROVED'
            OR (
                "approved_by" IS NULL
                AND "approved_at" IS NULL
            )
        ),
        CONSTRAINT "ck_replies__posted_is_approved" CHECK (
            "posted_at" IS NULL
            OR "approval_status" = 'APPROVED'
        ),
        CONSTRAINT "ck_replies__posted_has_platform_id" CHECK (
            ("posted_at" IS NULL) = ("platform_post_id" IS NULL)
        ),
        CONSTRAINT "ck_replies__deleted_is_posted" CHECK (
            "deleted_at" IS NULL
            OR "posted_at" IS NOT NULL
        ),
        CONSTRAINT "ck_replies__deleted_has_reason" CHECK (
            ("deleted_at" IS NULL) = ("delete_reason" IS NULL)
        ),
        CONSTRAINT "ck_replies__content_fits_platform" CHECK (
            char_length("content") <= CASE "platform"
                WHEN 'TWITTER' THEN 320
                WHEN 'REDDIT' THEN 500
                WHEN 'THREADS' THEN 320
            END
        ),
        CONSTRAINT "pk_replies" PRIMARY KEY ("id")
    );
    COMMENT ON COLUMN "replies"."id" IS 'Surrogate key.';
    COMMENT ON COLUMN "replies"."decision_id" IS 'The decision it carries out. Null: purged after 90 days; a new reply always has one.';
    COMMENT ON COLUMN "replies"."content" IS 'The whole text, signature included, before links are expanded. Editable while PENDING.';
    COMMENT ON COLUMN "replies"."archetype_id" IS 'The archetype used. Null: deleted since, or written by hand.';
    COMMENT ON COLUMN "replies"."platform" IS 'The platform of the post it answers.';
    COMMENT ON COLUMN "replies"."platform_post_id" IS 'The platform''s id of our own comment. Null: not posted.';
    COMMENT ON COLUMN "replies"."utm_code" IS 'Tracking code in the reply''s link. Null: it carries no link. Replies to one post may share a code.';
    COMMENT ON COLUMN "replies"."help_count" IS 'The "people helped" figure printed with it: replies posted in the 30 days before.';
    COMMENT ON COLUMN "replies"."approval_status" IS 'Whether it may be posted. No way back: a second attempt is a new reply.';
    COMMENT ON COLUMN "replies"."approved_by" IS 'Operator or system actor that approved it. Null unless APPROVED; who rejected is in the audit log.';
    COMMENT ON COLUMN "replies"."approved_at" IS 'Null unless APPROVED.';
    COMMENT ON COLUMN "replies"."posted_at" IS 'When the platform took it. Null: not posted.';
    COMMENT ON COLUMN "replies"."metrics_json" IS 'What came of it, measured after 15 min, 60 min, 24 h and 7 d. Null: not posted, or not measured yet.';
    COMMENT ON COLUMN "replies"."deleted_at" IS 'When we took it back from the platform. Null: it stands.';
    COMMENT ON COLUMN "replies"."delete_reason" IS 'Why we took it back. Null: it stands.';
    COMMENT ON COLUMN "replies"."reply_type" IS 'Written by a person or by the agent.';
    COMMENT ON COLUMN "replies"."created_at" IS 'When the row was written.';
    COMMENT ON COLUMN "replies"."updated_at" IS 'When the row was last changed.'
  `);
  await queryRunner.query(`
    CREATE UNIQUE INDEX "uq_replies__platform_platform_post_id__posted" ON "replies" ("platform", "platform_post_id")
    WHERE "platform_post_id" IS NOT NULL
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_replies__platform_post_id" ON "replies" ("platform_post_id")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_replies__posted_at" ON "replies" ("posted_at")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_replies__platform_posted_at" ON "replies" ("platform", "posted_at")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_replies__approval_status" ON "replies" ("approval_status")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_replies__created_at__pending" ON "replies" ("created_at")
    WHERE "approval_status" = 'PENDING'
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_replies__approved_at__unposted" ON "replies" ("approved_at")
    WHERE "approval_status" = 'APPROVED'
        AND "posted_at" IS NULL
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_replies__utm_code" ON "replies" ("utm_code")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_replies__decision_id" ON "replies" ("decision_id")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_replies__archetype_id" ON "replies" ("archetype_id")
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "replies" IS 'What did we answer, who let it pass, and what came of it? The permanent record of every reply: generated, approved or rejected, posted, measured, perhaps taken back. Never purged, and it outlives the decision behind it.'
  `);
}

async function addForeignKeys(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    ALTER TABLE "replies"
    ADD CONSTRAINT "fk_replies__decision_id" FOREIGN KEY ("decision_id") REFERENCES "decisions"("id") ON DELETE
    SET NULL ON UPDATE NO ACTION
  `);
  await queryRunner.query(`
    ALTER TABLE "replies"
    ADD CONSTRAINT "fk_replies__archetype_id" FOREIGN KEY ("archetype_id") REFERENCES "archetypes"("id") ON DELETE
    SET NULL ON UPDATE NO ACTION
  `);
  await queryRunner.query(`
    ALTER TABLE "decisions"
    ADD CONSTRAINT "fk_decisions__post_id" FOREIGN KEY ("post_id") REFERENCES "posts"("id") ON DELETE CASCADE ON UPDATE NO ACTION
  `);
  await queryRunner.query(`
    ALTER TABLE "decisions"
    ADD CONSTRAINT "fk_decisions__archetype_id" FOREIGN KEY ("archetype_id") REFERENCES "archetypes"("id") ON DELETE
    SET NULL ON UPDATE NO ACTION
  `);
  await queryRunner.query(`
    ALTER TABLE "decisions"
    ADD CONSTRAINT "fk_decisions__experiment_id" FOREIGN KEY ("experiment_id") REFERENCES "experiments"("id") ON DELETE
    SET NULL ON UPDATE NO ACTION
  `);
  await queryRunner.query(`
    ALTER TABLE "posts"
    ADD CONSTRAINT "fk_posts__author_id" FOREIGN KEY ("author_id") REFERENCES "authors"("id") ON DELETE CASCADE ON UPDATE NO ACTION
  `);
  await queryRunner.query(`
    ALTER TABLE "authors"
    ADD CONSTRAINT "fk_authors__power_tier_id" FOREIGN KEY ("power_tier_id") REFERENCES "power_tiers"("id") ON DELETE
    SET NULL ON UPDATE NO ACTION
  `);
}
