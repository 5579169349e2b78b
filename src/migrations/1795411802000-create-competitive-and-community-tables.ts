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

/**
 * WHY  the dashboard shows how often competitors are mentioned, the agent replies to such posts, and authors who support the
 *      brand are rewarded.
 * WHAT creates competitors, competitive_mentions (a competitor with mentions cannot be deleted) and community_champions (one
 *      row per author).
 *
 * Generated from the entities, then sorted into steps. LOCKS only the new tables, which no service uses yet.
 * REVERSIBLE: down() drops the tables with their rows.
 */
export class CreateCompetitiveAndCommunityTables1795411802000 implements ReversibleMigration {
  readonly name = 'CreateCompetitiveAndCommunityTables1795411802000';
  readonly reversible = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    await createCompetitors(queryRunner);
    await createCompetitiveMentions(queryRunner);
    await createCommunityChampions(queryRunner);
    await addForeignKeys(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE "community_champions"`);
    await queryRunner.query(`DROP TABLE "competitive_mentions"`);
    await queryRunner.query(`DROP TABLE "competitors"`);
  }
}

async function createCompetitors(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE "competitors" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "name" text NOT NULL,
        "category_id" uuid,
        "primary_mechanism" text,
        "price_point" text,
        "brand_keywords" text array NOT NULL,
        "is_active" boolean NOT NULL DEFAULT true,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "uq_competitors__name" UNIQUE ("name"),
        CONSTRAINT "ck_competitors__name_length" CHECK (
            char_length("name") BETWEEN 1 AND 100
        ),
        CONSTRAINT "ck_competitors__name_blank" CHECK (
            "name" ~ '[^${INVISIBLE}]'
        ),
        CONSTRAINT "ck_competitors__primary_mechanism_length" CHECK (
            char_length("primary_mechanism") BETWEEN 1 AND 200
        ),
        CONSTRAINT "ck_competitors__primary_mechanism_blank" CHECK (
            "primary_mechanism" ~ '[^${INVISIBLE}]'
        ),
        CONSTRAINT "ck_competitors__price_point_choice" CHECK (
            "price_point" IN ('LOW', 'MID', 'HIGH', 'VERY_HIGH', 'VARIES')
        ),
        CONSTRAINT "ck_competitors__brand_keywords_size" CHECK (
            cardinality("brand_keywords") BETWEEN 1 AND 50
        ),
        CONSTRAINT "ck_competitors__brand_keywords_items" CHECK (
            cardinality("brand_keywords") = 0
            OR array_ndims("brand_keywords") = 1
            AND position(chr(31) IN array_to_string("brand_keywords", '')) = 0
            AND array_to_string("brand_keywords", chr(31)) !~ '[^\\u001F]{101}'
            AND (chr(31) || array_to_string("brand_keywords", chr(31), chr(30))) ~ '^(\\u001F([^${INVISIBLE}]([^\\u0001-\\u001F\\u007F-\\u009F]*[^${INVISIBLE}])?[\\u200C-\\u200F\\u202A-\\u202E\\u2061-\\u206F\\uFE00-\\uFE0F\\U000E0020-\\U000E007F\\U000E0100-\\U000E01EF]*))+$'
        ),
        CONSTRAINT "ck_competitors__created_at_range" CHECK (
            "created_at" >= to_timestamp(0)
            AND "created_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_competitors__updated_at_range" CHECK (
            "updated_at" >= to_timestamp(0)
            AND "updated_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "pk_competitors" PRIMARY KEY ("id")
    );
    COMMENT ON COLUMN "competitors"."id" IS 'Surrogate key.';
    COMMENT ON COLUMN "competitors"."name" IS 'Unique display name, 1..100 characters. \`decisions.competitor_detected\` holds it.';
    COMMENT ON COLUMN "competitors"."category_id" IS 'Category of the product. Null: not assigned yet, or the category was deleted.';
    COMMENT ON COLUMN "competitors"."primary_mechanism" IS 'How the product is said to work (oral electrolytes, IV drip), at most 200 characters. Null: unknown.';
    COMMENT ON COLUMN "competitors"."price_point" IS 'Price class: LOW, MID, HIGH, VERY_HIGH or VARIES. Null: unknown.';
    COMMENT ON COLUMN "competitors"."brand_keywords" IS 'Spellings that count as a mention, 1..50 of them. Compared without spaces, hyphens and case.';
    COMMENT ON COLUMN "competitors"."is_active" IS 'True while mentions are detected. False: retired, but old mentions still refer to it.';
    COMMENT ON COLUMN "competitors"."created_at" IS 'When the row was written.';
    COMMENT ON COLUMN "competitors"."updated_at" IS 'When the row was last changed.'
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_competitors__category_id" ON "competitors" ("category_id")
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "competitors" IS 'One row per competing product, with the spellings that count as a mention of it. Seeded, then edited from the dashboard. Kept for ever; a retired competitor has \`is_active\` = false.'
  `);
}

async function createCompetitiveMentions(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE "competitive_mentions" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "post_id" uuid NOT NULL,
        "competitor_id" uuid NOT NULL,
        "sentiment" text NOT NULL,
        "satisfaction" text NOT NULL,
        "opportunity_score" double precision NOT NULL,
        "replied" boolean NOT NULL DEFAULT false,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "uq_competitive_mentions__post_id_competitor_id" UNIQUE ("post_id", "competitor_id"),
        CONSTRAINT "ck_competitive_mentions__sentiment_choice" CHECK (
            "sentiment" IN ('POSITIVE', 'NEUTRAL', 'NEGATIVE')
        ),
        CONSTRAINT "ck_competitive_mentions__satisfaction_choice" CHECK (
            "satisfaction" IN ('SATISFIED', 'UNSATISFIED', 'QUESTIONING')
        ),
        CONSTRAINT "ck_competitive_mentions__opportunity_score_range" CHECK (
            "opportunity_score" >= 0
            AND "opportunity_score" <= 1
        ),
        CONSTRAINT "ck_competitive_mentions__created_at_range" CHECK (
            "created_at" >= to_timestamp(0)
            AND "created_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "pk_competitive_mentions" PRIMARY KEY ("id")
    );
    COMMENT ON COLUMN "competitive_mentions"."id" IS 'Surrogate key.';
    COMMENT ON COLUMN "competitive_mentions"."post_id" IS 'Post that mentions the competitor. Deleting the post deletes the mention.';
    COMMENT ON COLUMN "competitive_mentions"."competitor_id" IS 'Competitor that is mentioned. A competitor with mentions cannot be deleted: set its \`is_active\` to false.';
    COMMENT ON COLUMN "competitive_mentions"."sentiment" IS 'How the post speaks of the competitor: POSITIVE, NEUTRAL or NEGATIVE.';
    COMMENT ON COLUMN "competitive_mentions"."satisfaction" IS 'Whether the author is satisfied with the competitor: SATISFIED, UNSATISFIED or QUESTIONING.';
    COMMENT ON COLUMN "competitive_mentions"."opportunity_score" IS 'How promising a reply is, 0..1: 0.9 for an unsatisfied customer, 0.3 for a positive mention.';
    COMMENT ON COLUMN "competitive_mentions"."replied" IS 'True when a reply to the mention was posted. The only column that changes.';
    COMMENT ON COLUMN "competitive_mentions"."created_at" IS 'When the mention was detected.'
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_competitive_mentions__competitor_id_created_at" ON "competitive_mentions" ("competitor_id", "created_at")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_competitive_mentions__created_at" ON "competitive_mentions" ("created_at")
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "competitive_mentions" IS 'One row per competitor that a post mentions, also when no reply is allowed. Written at detection; only \`replied\` changes later. Kept for 90 days, then archived and deleted with its post.'
  `);
}

async function createCommunityChampions(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE "community_champions" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "author_id" uuid NOT NULL,
        "tier_id" uuid,
        "engagement_count" integer NOT NULL DEFAULT '0',
        "dm_sent_at" TIMESTAMP(3) WITH TIME ZONE,
        "dm_response" text,
        "sample_sent" boolean NOT NULL DEFAULT false,
        "converted" boolean NOT NULL DEFAULT false,
        "advocate_status" text NOT NULL DEFAULT 'POTENTIAL',
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "uq_community_champions__author_id" UNIQUE ("author_id"),
        CONSTRAINT "ck_community_champions__engagement_count_range" CHECK ("engagement_count" >= 0),
        CONSTRAINT "ck_community_champions__dm_sent_at_range" CHECK (
            "dm_sent_at" >= to_timestamp(0)
            AND "dm_sent_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_community_champions__dm_response_choice" CHECK (
            "dm_response" IN ('NO_RESPONSE', 'ACCEPTED', 'DECLINED')
        ),
        CONSTRAINT "ck_community_champions__advocate_status_choice" CHECK (
            "advocate_status" IN (
                'POTENTIAL',
                'CONTACTED',
                'ENGAGED',
                'ADVOCATE',
                'VIP'
            )
        ),
        CONSTRAINT "ck_community_champions__created_at_range" CHECK (
            "created_at" >= to_timestamp(0)
            AND "created_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_community_champions__updated_at_range" CHECK (
            "updated_at" >= to_timestamp(0)
            AND "updated_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_community_champions__response_to_dm" CHECK (
            "dm_response" IS NULL
            OR "dm_sent_at" IS NOT NULL
        ),
        CONSTRAINT "pk_community_champions" PRIMARY KEY ("id")
    );
    COMMENT ON COLUMN "community_champions"."id" IS 'Surrogate key.';
    COMMENT ON COLUMN "community_champions"."author_id" IS 'Author who is the champion, at most one row per author. Deleting the author deletes the row.';
    COMMENT ON COLUMN "community_champions"."tier_id" IS 'Tier of the champion. Null: not classified yet, or the tier was deleted.';
    COMMENT ON COLUMN "community_champions"."engagement_count" IS 'Positive interactions in the last 30 days, 0 or more; counted daily.';
    COMMENT ON COLUMN "community_champions"."dm_sent_at" IS 'When a sample was offered by direct message. Null: never. The offer is not repeated after silence or refusal.';
    COMMENT ON COLUMN "community_champions"."dm_response" IS 'Response to the offer: NO_RESPONSE, ACCEPTED or DECLINED. Null: no offer was sent, or we still wait for the response.';
    COMMENT ON COLUMN "community_champions"."sample_sent" IS 'True when the sample was shipped.';
    COMMENT ON COLUMN "community_champions"."converted" IS 'True when the author bought something after the offer.';
    COMMENT ON COLUMN "community_champions"."advocate_status" IS 'Stage of the champion: POTENTIAL, CONTACTED, ENGAGED, ADVOCATE or VIP.';
    COMMENT ON COLUMN "community_champions"."created_at" IS 'When the row was written.';
    COMMENT ON COLUMN "community_champions"."updated_at" IS 'When the row was last changed.'
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_community_champions__engagement_count" ON "community_champions" ("engagement_count")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_community_champions__advocate_status" ON "community_champions" ("advocate_status")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_community_champions__dm_sent_at" ON "community_champions" ("dm_sent_at")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_community_champions__tier_id" ON "community_champions" ("tier_id")
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "community_champions" IS 'One row per author who supports the brand: tier, engagement, and what we offered. Written by the daily champion job. Kept as long as the author. Postal addresses and the text of direct messages are never stored.'
  `);
}

async function addForeignKeys(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    ALTER TABLE "competitors"
    ADD CONSTRAINT "fk_competitors__category_id" FOREIGN KEY ("category_id") REFERENCES "competitor_categories"("id") ON DELETE
    SET NULL ON UPDATE NO ACTION
  `);
  await queryRunner.query(`
    ALTER TABLE "competitive_mentions"
    ADD CONSTRAINT "fk_competitive_mentions__post_id" FOREIGN KEY ("post_id") REFERENCES "posts"("id") ON DELETE CASCADE ON UPDATE NO ACTION
  `);
  await queryRunner.query(`
    ALTER TABLE "competitive_mentions"
    ADD CONSTRAINT "fk_competitive_mentions__competitor_id" FOREIGN KEY ("competitor_id") REFERENCES "competitors"("id") ON DELETE RESTRICT ON UPDATE NO ACTION
  `);
  await queryRunner.query(`
    ALTER TABLE "community_champions"
    ADD CONSTRAINT "fk_community_champions__author_id" FOREIGN KEY ("author_id") REFERENCES "authors"("id") ON DELETE CASCADE ON UPDATE NO ACTION
  `);
  await queryRunner.query(`
    ALTER TABLE "community_champions"
    ADD CONSTRAINT "fk_community_champions__tier_id" FOREIGN KEY ("tier_id") REFERENCES "champion_tiers"("id") ON DELETE
    SET NULL ON UPDATE NO ACTION
  `);
}
