import type { QueryRunner } from 'typeorm';
import type { ReversibleMigration } from './migration.js';

/**
 * WHY  share of voice, openings against competitors, and the people who speak well of us.
 * WHAT competitors and their mentions (a mentioned competitor cannot be deleted), champions (one row per author).
 *
 * Generated from the entities, then sorted into steps. LOCKS nothing that is in use: every table is new.
 * REVERSIBLE, with the loss of the rows.
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
            "name" ~ '[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFC\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U00016FE4\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]'
        ),
        CONSTRAINT "ck_competitors__primary_mechanism_length" CHECK (
            char_length("primary_mechanism") BETWEEN 1 AND 200
        ),
        CONSTRAINT "ck_competitors__primary_mechanism_blank" CHECK (
            "primary_mechanism" ~ '[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFC\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U00016FE4\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]'
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
            AND (chr(31) || array_to_string("brand_keywords", chr(31), chr(30))) ~ '^(\\u001F([^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFC\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U00016FE4\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]([^\\u0001-\\u001F\\u007F-\\u009F]*[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFC\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U00016FE4\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF])?[\\u200C-\\u200F\\u202A-\\u202E\\u2061-\\u206F\\uFE00-\\uFE0F\\U000E0020-\\U000E007F\\U000E0100-\\U000E01EF]*))+$'
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
    COMMENT ON COLUMN "competitors"."name" IS 'Display name; decisions refer to it.';
    COMMENT ON COLUMN "competitors"."category_id" IS 'Null: not sorted yet, or the category was deleted.';
    COMMENT ON COLUMN "competitors"."primary_mechanism" IS 'How it claims to work (oral electrolytes, IV drip). Null: unknown.';
    COMMENT ON COLUMN "competitors"."price_point" IS 'Price class. Null: unknown.';
    COMMENT ON COLUMN "competitors"."brand_keywords" IS 'Spellings that count as a mention, at least one; compared without spaces, hyphens and case.';
    COMMENT ON COLUMN "competitors"."is_active" IS 'Watched. A retired competitor stays, since its mentions refer to it.';
    COMMENT ON COLUMN "competitors"."created_at" IS 'When the row was written.';
    COMMENT ON COLUMN "competitors"."updated_at" IS 'When the row was last changed.'
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_competitors__category_id" ON "competitors" ("category_id")
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "competitors" IS 'Which other products do people speak of, and how are they spelled? Edited from the dashboard.'
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
    COMMENT ON COLUMN "competitive_mentions"."post_id" IS 'Where it was mentioned. Goes with the post.';
    COMMENT ON COLUMN "competitive_mentions"."competitor_id" IS 'Who was mentioned. Cannot be deleted while mentioned: retire it instead.';
    COMMENT ON COLUMN "competitive_mentions"."sentiment" IS 'How the post speaks of it.';
    COMMENT ON COLUMN "competitive_mentions"."satisfaction" IS 'Whether the author is content with it.';
    COMMENT ON COLUMN "competitive_mentions"."opportunity_score" IS 'How good an opening it is, 0..1; 0.9 for an unsatisfied customer, 0.3 for a fan.';
    COMMENT ON COLUMN "competitive_mentions"."replied" IS 'A competitive reply was posted. The only column that changes.';
    COMMENT ON COLUMN "competitive_mentions"."created_at" IS 'When it was detected.'
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_competitive_mentions__competitor_id_created_at" ON "competitive_mentions" ("competitor_id", "created_at")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_competitive_mentions__created_at" ON "competitive_mentions" ("created_at")
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "competitive_mentions" IS 'Where was a competitor mentioned, and is there an opening for us? Every detection, even one we may not answer.'
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
    COMMENT ON COLUMN "community_champions"."author_id" IS 'The champion. Goes with the author.';
    COMMENT ON COLUMN "community_champions"."tier_id" IS 'Null: not classified, or the tier was deleted.';
    COMMENT ON COLUMN "community_champions"."engagement_count" IS 'Positive interactions in the last 30 days, counted daily.';
    COMMENT ON COLUMN "community_champions"."dm_sent_at" IS 'When the sample was offered. Null: never. Not repeated after silence or refusal.';
    COMMENT ON COLUMN "community_champions"."dm_response" IS 'What they answered. Null: nothing was sent, or the answer is still awaited.';
    COMMENT ON COLUMN "community_champions"."sample_sent" IS 'The gift was shipped.';
    COMMENT ON COLUMN "community_champions"."converted" IS 'They bought afterwards.';
    COMMENT ON COLUMN "community_champions"."advocate_status" IS 'How far they have come.';
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
    COMMENT ON TABLE "community_champions" IS 'Who speaks well of us, and what did we offer them? One row per author. Addresses and messages are asked for by direct message and never stored.'
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
