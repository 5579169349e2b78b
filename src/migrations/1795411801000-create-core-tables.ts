import type { QueryRunner } from 'typeorm';
import type { ReversibleMigration } from './migration.js';

/**
 * Every invisible character, as the inside of a bracket expression of PostgreSQL: the white space, control, format and
 * default-ignorable characters of Unicode 17, without NUL.
 */
const INVISIBLE = [
  ...['1-20', '7F-A0', 'AD', '34F', '600-605', '61C', '6DD', '70F', '890-891', '8E2', '115F-1160', '1680', '17B4-17B5'],
  ...['180B-180F', '2000-200F', '2028-202F', '205F-206F', '2800', '3000', '3164', 'FE00-FE0F', 'FEFF', 'FFA0'],
  ...['FFF0-FFFC', '110BD', '110CD', '13430-1343F', '16FE4', '1BCA0-1BCA3', '1D159', '1D173-1D17A', 'E0000-E0FFF'],
]
  .map((range) =>
    range.replace(/[0-9A-F]+/g, (code) =>
      code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`,
    ),
  )
  .join('');

/** Lower snake case, e.g. meme_language. */
const LOWER_SNAKE = '[a-z][a-z0-9]*(_[a-z0-9]+)*';

/** The id of a post on its platform. */
const PLATFORM_POST_ID = '^[A-Za-z0-9_-]+$';

/**
 * WHY  the agent must remember authors, queue posts, explain its decisions and keep its replies.
 * WHAT creates authors, posts, decisions and replies, and experiments, to which decisions refer. A reply outlives its decision
 *      (ON DELETE SET NULL), so the purge of decisions after 90 days deletes no reply.
 *
 * Generated from the entities, then sorted into steps. LOCKS only the new tables, which no service uses yet.
 * REVERSIBLE: down() drops the tables with their rows.
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
            "platform_id" ~ '[^${INVISIBLE}]'
        ),
        CONSTRAINT "ck_authors__handle_length" CHECK (
            char_length("handle") BETWEEN 1 AND 50
        ),
        CONSTRAINT "ck_authors__handle_blank" CHECK (
            "handle" ~ '[^${INVISIBLE}]'
        ),
        CONSTRAINT "ck_authors__display_name_length" CHECK (
            char_length("display_name") BETWEEN 1 AND 200
        ),
        CONSTRAINT "ck_authors__display_name_blank" CHECK (
            "display_name" ~ '[^${INVISIBLE}]'
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
            AND (chr(31) || array_to_string("archetype_tags", chr(31), chr(30))) ~ '^(\\u001F(${LOWER_SNAKE}))+$'
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
    COMMENT ON COLUMN "authors"."platform" IS 'Platform of the account.';
    COMMENT ON COLUMN "authors"."platform_id" IS 'Immutable account id on the platform, 1..100 characters. Never convert it to a number: X ids exceed 2^53.';
    COMMENT ON COLUMN "authors"."handle" IS 'Current public user name, 1..50 characters. The owner may change it and another account may take it, so it is not an identifier.';
    COMMENT ON COLUMN "authors"."display_name" IS 'Public display name, 1..200 characters. Null: never seen.';
    COMMENT ON COLUMN "authors"."follower_count" IS 'Followers at the last detection, 0..1,000,000,000. 0 also means that the platform does not report it.';
    COMMENT ON COLUMN "authors"."is_verified" IS 'True when the account has the verified badge of its platform.';
    COMMENT ON COLUMN "authors"."is_power_user" IS 'True when one of these holds: 5,000 followers or more, a verified badge, an engagement rate above 3 %, a matching keyword in the profile text, or an operator set it. Does not imply a power tier.';
    COMMENT ON COLUMN "authors"."power_tier_id" IS 'Power tier by follower count at the last classification. Null: below all tiers, not classified yet, or the tier was deleted.';
    COMMENT ON COLUMN "authors"."archetype_tags" IS 'Personas of the author in lower snake case (healthcare_pro, comedian, parent), at most 50. Unrelated to the archetypes of replies.';
    COMMENT ON COLUMN "authors"."relationship_score" IS 'Trust in the author, 0..1; 0.5 is neutral. The sum of the interaction weights, limited to 0..1.';
    COMMENT ON COLUMN "authors"."interaction_history" IS 'Interactions of the author with us, oldest first: a list of at most 1 MiB that is never shortened. Empty list: none yet.';
    COMMENT ON COLUMN "authors"."first_seen_at" IS 'When the author was detected first.';
    COMMENT ON COLUMN "authors"."last_seen_at" IS 'When the author was last detected or the relationship last changed. Set by the clock of the writing service, so it may be slightly earlier than \`first_seen_at\`.';
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
    COMMENT ON TABLE "authors" IS 'One row per account on a platform whose posts were detected; the same person on two platforms is two rows. Written at the first detection, updated at each later one. Kept for ever; deleted only when the person asks for it.'
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
        CONSTRAINT "ck_posts__platform_post_id_format" CHECK ("platform_post_id" ~ '${PLATFORM_POST_ID}'),
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
            AND (chr(31) || array_to_string("keyword_matches", chr(31), chr(30))) ~ '^(\\u001F([^${INVISIBLE}]([^\\u0001-\\u001F\\u007F-\\u009F]*[^${INVISIBLE}])?[\\u200C-\\u200F\\u202A-\\u202E\\u2061-\\u206F\\uFE00-\\uFE0F\\U000E0020-\\U000E007F\\U000E0100-\\U000E01EF]*))+$'
        ),
        CONSTRAINT "ck_posts__keyword_categories_size" CHECK (cardinality("keyword_categories") <= 20),
        CONSTRAINT "ck_posts__keyword_categories_items" CHECK (
            cardinality("keyword_categories") = 0
            OR array_ndims("keyword_categories") = 1
            AND position(
                chr(31) IN array_to_string("keyword_categories", '')
            ) = 0
            AND array_to_string("keyword_categories", chr(31)) !~ '[^\\u001F]{101}'
            AND (chr(31) || array_to_string("keyword_categories", chr(31), chr(30))) ~ '^(\\u001F(${LOWER_SNAKE}))+$'
        ),
        CONSTRAINT "ck_posts__raw_metrics_size" CHECK (octet_length("raw_metrics"::text) <= 65536),
        CONSTRAINT "ck_posts__raw_metrics_shape" CHECK (jsonb_typeof("raw_metrics") = 'object'),
        CONSTRAINT "ck_posts__error_count_range" CHECK ("error_count" >= 0),
        CONSTRAINT "ck_posts__error_message_length" CHECK (
            char_length("error_message") BETWEEN 1 AND 2000
        ),
        CONSTRAINT "ck_posts__error_message_blank" CHECK (
            "error_message" ~ '[^${INVISIBLE}]'
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
    COMMENT ON COLUMN "posts"."platform" IS 'Platform of the post.';
    COMMENT ON COLUMN "posts"."platform_post_id" IS 'Id of the post on its platform, 1..100 letters, digits, underscores or dashes.';
    COMMENT ON COLUMN "posts"."author_id" IS 'Author of the post. Deleting the author deletes the post.';
    COMMENT ON COLUMN "posts"."content" IS 'Text of the post as the platform delivered it, 1..5,000 characters.';
    COMMENT ON COLUMN "posts"."detected_at" IS 'When the post was detected. The time of publication on the platform is not stored.';
    COMMENT ON COLUMN "posts"."processed_at" IS 'When the decision about the post was stored. Null: not processed yet. Once set it never becomes null again; a second decision may set a later time.';
    COMMENT ON COLUMN "posts"."keyword_matches" IS 'Keywords that matched, without duplicates, at most 50. Input validation requires at least one; the table also accepts an empty list.';
    COMMENT ON COLUMN "posts"."keyword_categories" IS 'Keyword categories that matched, in lower snake case (direct_hangover, meme_language), at most 20.';
    COMMENT ON COLUMN "posts"."spam_filtered" IS 'True when the spam filter rejected the post: it is kept for review and never processed.';
    COMMENT ON COLUMN "posts"."raw_metrics" IS 'Engagement counts at detection, under the names that the platform uses (likes, upvotes, comments). Null: the platform reported none.';
    COMMENT ON COLUMN "posts"."error_count" IS 'Failed processing attempts, 0 or more. From 3 the post leaves the queue.';
    COMMENT ON COLUMN "posts"."error_message" IS 'Message of the last failed attempt, at most 2,000 characters. Null: no attempt failed.';
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
    COMMENT ON TABLE "posts" IS 'One row per detected post that matched a keyword; the rows with a null \`processed_at\` are the work queue. Written at detection, updated when it is processed. Kept for 90 days, then archived and deleted.'
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
            "name" ~ '[^${INVISIBLE}]'
        ),
        CONSTRAINT "ck_experiments__description_length" CHECK (
            char_length("description") BETWEEN 1 AND 2000
        ),
        CONSTRAINT "ck_experiments__description_blank" CHECK (
            "description" ~ '[^${INVISIBLE}]'
        ),
        CONSTRAINT "ck_experiments__variant_a_size" CHECK (octet_length("variant_a"::text) <= 65536),
        CONSTRAINT "ck_experiments__variant_a_shape" CHECK (jsonb_typeof("variant_a") = 'object'),
        CONSTRAINT "ck_experiments__variant_b_size" CHECK (octet_length("variant_b"::text) <= 65536),
        CONSTRAINT "ck_experiments__variant_b_shape" CHECK (jsonb_typeof("variant_b") = 'object'),
        CONSTRAINT "ck_experiments__metric_length" CHECK (
            char_length("metric") BETWEEN 1 AND 64
        ),
        CONSTRAINT "ck_experiments__metric_format" CHECK ("metric" ~ '^${LOWER_SNAKE}$'),
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
    COMMENT ON COLUMN "experiments"."name" IS 'Name on the dashboard, 1..200 characters; not unique.';
    COMMENT ON COLUMN "experiments"."description" IS 'Question that the test answers, at most 2,000 characters. Null: none.';
    COMMENT ON COLUMN "experiments"."variant_a" IS 'Configuration of variant A.';
    COMMENT ON COLUMN "experiments"."variant_b" IS 'Configuration of variant B.';
    COMMENT ON COLUMN "experiments"."metric" IS 'Metric to improve, in lower snake case: ctr, conversion, sentiment, engagement_rate.';
    COMMENT ON COLUMN "experiments"."traffic_split" IS 'Share of decisions that get variant A, 0..1.';
    COMMENT ON COLUMN "experiments"."status" IS 'DRAFT until a person starts the test, then RUNNING, then COMPLETED or CANCELLED, which are final.';
    COMMENT ON COLUMN "experiments"."start_date" IS 'When the test starts, or planned start of a DRAFT. Null: not set; RUNNING and COMPLETED tests always have one.';
    COMMENT ON COLUMN "experiments"."end_date" IS 'When the test ended, or its planned end. Null: not set; COMPLETED tests always have one.';
    COMMENT ON COLUMN "experiments"."results_json" IS 'Means, intervals, p value and state of the allocation. Null: nothing measured yet.';
    COMMENT ON COLUMN "experiments"."winner" IS 'Better variant, A or B. Null: not decided yet, or neither is better.';
    COMMENT ON COLUMN "experiments"."created_at" IS 'When the row was written.';
    COMMENT ON COLUMN "experiments"."updated_at" IS 'When the row was last changed.'
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_experiments__status" ON "experiments" ("status")
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "experiments" IS 'One row per A/B test. Written as a DRAFT, then started by a person. Kept for ever.'
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
            "competitor_detected" ~ '[^${INVISIBLE}]'
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
    COMMENT ON COLUMN "decisions"."post_id" IS 'Post that was evaluated. Deleting the post deletes the decision.';
    COMMENT ON COLUMN "decisions"."sss_score" IS 'Solution-Seeking Score: how much the author wants help, 0..1. From 0.82 the mode is HELPFUL.';
    COMMENT ON COLUMN "decisions"."ars_score" IS 'Author Relationship Score: trust in the author, 0..1. 0.5 for an unknown author, strong above 0.70.';
    COMMENT ON COLUMN "decisions"."evs_score" IS 'Engagement Velocity Score: engagement per hour divided by the author''s usual value, 0 or more. 1 is usual, above 5 is viral; not limited to 1.';
    COMMENT ON COLUMN "decisions"."trs_score" IS 'Topic Relevance Score, 0..1. Below 0.5 the agent does not reply.';
    COMMENT ON COLUMN "decisions"."composite_score" IS 'Weighted sum of the four scores with the velocity normalised first, 0..1. Computed by the decision engine, not by the database.';
    COMMENT ON COLUMN "decisions"."mode" IS 'Mode that was used, after randomisation: HELPFUL, ENGAGEMENT, HYBRID or DISENGAGED.';
    COMMENT ON COLUMN "decisions"."archetype_id" IS 'Archetype chosen for the reply. Null: the mode is DISENGAGED, none was chosen, or the archetype was deleted.';
    COMMENT ON COLUMN "decisions"."safety_flags" IS 'Findings of the safety filter in upper snake case (DEATH_MENTION), at most 20. OVERRIDE marks a deliberate firm reply that must not be deleted automatically. Empty list: none.';
    COMMENT ON COLUMN "decisions"."signals_json" IS 'Score, confidence and reasons of each signal. Null: not recorded.';
    COMMENT ON COLUMN "decisions"."temporal_context" IS 'Phase of the week, matched rules and time zone at the decision. Null: not recorded.';
    COMMENT ON COLUMN "decisions"."competitor_detected" IS 'Name of the competitor that the post mentions, at most 100 characters. Null: none.';
    COMMENT ON COLUMN "decisions"."is_power_user" IS 'Copy of \`authors.is_power_user\` at the time of the decision.';
    COMMENT ON COLUMN "decisions"."experiment_id" IS 'A/B test that the decision is part of. Null: none, or the experiment was deleted.';
    COMMENT ON COLUMN "decisions"."experiment_variant" IS 'Variant of the A/B test, A or B; kept when the experiment is deleted. Null: the decision was not part of an experiment.';
    COMMENT ON COLUMN "decisions"."is_randomized_experiment" IS 'True when the mode was drawn at random, which happens to 10 % of decisions so that the effect of the mode can be measured.';
    COMMENT ON COLUMN "decisions"."predicted_mode" IS 'Mode that the engine would have used without randomisation. Null: not recorded, which is only allowed when the decision was not randomised.';
    COMMENT ON COLUMN "decisions"."created_at" IS 'When the decision was made.'
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
    COMMENT ON TABLE "decisions" IS 'One row per decision of the engine about a post: scores, mode and reasons. Written once and never changed; a new evaluation is a new row. Kept for 90 days, then archived and deleted with its post.'
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
        CONSTRAINT "ck_replies__platform_post_id_format" CHECK ("platform_post_id" ~ '${PLATFORM_POST_ID}'),
        CONSTRAINT "ck_replies__utm_code_length" CHECK (
            char_length("utm_code") BETWEEN 1 AND 100
        ),
        CONSTRAINT "ck_replies__utm_code_format" CHECK ("utm_code" ~ '^[a-z0-9_-]+$'),
        CONSTRAINT "ck_replies__help_count_range" CHECK ("help_count" >= 0),
        CONSTRAINT "ck_replies__approved_by_length" CHECK (
            char_length("approved_by") BETWEEN 1 AND 100
        ),
        CONSTRAINT "ck_replies__approved_by_blank" CHECK (
            "approved_by" ~ '[^${INVISIBLE}]'
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
            "delete_reason" ~ '[^${INVISIBLE}]'
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
    COMMENT ON COLUMN "replies"."decision_id" IS 'Decision that led to the reply. Null: the decision was deleted after 90 days; a new reply always has one.';
    COMMENT ON COLUMN "replies"."content" IS 'Full text with the signature, 10..1,000 characters and within the limit of the platform, before links are expanded. Can be edited only while \`approval_status\` is PENDING.';
    COMMENT ON COLUMN "replies"."archetype_id" IS 'Archetype of the reply. Null: written without one, or the archetype was deleted.';
    COMMENT ON COLUMN "replies"."platform" IS 'Platform of the post that the reply answers.';
    COMMENT ON COLUMN "replies"."platform_post_id" IS 'Id of our reply on the platform, 1..100 characters. Null: not posted.';
    COMMENT ON COLUMN "replies"."utm_code" IS 'Tracking code in the link of the reply, 1..100 characters; several replies may share one. Null: the reply has no link.';
    COMMENT ON COLUMN "replies"."help_count" IS 'Number of people helped that the signature states: replies posted in the 30 days before, 0 or more.';
    COMMENT ON COLUMN "replies"."approval_status" IS 'Whether the reply may be posted: PENDING, then APPROVED or REJECTED, which are final.';
    COMMENT ON COLUMN "replies"."approved_by" IS 'Operator or system component that approved the reply. Null: not APPROVED; the audit log records who rejected a reply.';
    COMMENT ON COLUMN "replies"."approved_at" IS 'When the reply was approved. Null: not APPROVED.';
    COMMENT ON COLUMN "replies"."posted_at" IS 'When the reply was posted on the platform. Null: not posted.';
    COMMENT ON COLUMN "replies"."metrics_json" IS 'Results of the reply, measured 15 minutes, 60 minutes, 24 hours and 7 days after posting. Null: not measured yet.';
    COMMENT ON COLUMN "replies"."deleted_at" IS 'When we deleted the posted reply from the platform. Null: not deleted.';
    COMMENT ON COLUMN "replies"."delete_reason" IS 'Why we deleted the reply from the platform, at most 1,000 characters. Null: not deleted.';
    COMMENT ON COLUMN "replies"."reply_type" IS 'Who wrote the reply: AUTO for the agent, MANUAL for an operator.';
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
    COMMENT ON TABLE "replies" IS 'One row per reply that the agent or an operator wrote: its text, who approved it, when it was posted, and its results. Written when the text is generated. Kept for ever; when its decision is deleted after 90 days, \`decision_id\` becomes null.'
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
