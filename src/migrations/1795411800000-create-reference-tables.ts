import type { QueryRunner } from 'typeorm';
import type { ReversibleMigration } from './migration.js';

/**
 * WHY  the business adds archetypes, tiers, categories, KPI families and reasons from the dashboard; native enums would make
 * each of them a migration and a deployment (risk TECH-002).
 * WHAT six reference tables, each with a unique name and a switch to retire a row.
 *
 * Generated from the entities, then sorted into steps. LOCKS nothing that is in use: every table is new.
 * REVERSIBLE, with the loss of the rows.
 */
export class CreateReferenceTables1795411800000 implements ReversibleMigration {
  readonly name = 'CreateReferenceTables1795411800000';
  readonly reversible = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    await createTypes(queryRunner);
    await createArchetypes(queryRunner);
    await createPowerTiers(queryRunner);
    await createCompetitorCategories(queryRunner);
    await createKpiTypes(queryRunner);
    await createEscalationReasons(queryRunner);
    await createChampionTiers(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE "champion_tiers"`);
    await queryRunner.query(`DROP TABLE "escalation_reasons"`);
    await queryRunner.query(`DROP TABLE "kpi_types"`);
    await queryRunner.query(`DROP TABLE "competitor_categories"`);
    await queryRunner.query(`DROP TABLE "power_tiers"`);
    await queryRunner.query(`DROP TABLE "archetypes"`);
    await queryRunner.query(`DROP TYPE "escalation_priority"`);
  }
}

async function createTypes(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TYPE "escalation_priority" AS ENUM('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')
  `);
}

async function createArchetypes(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE "archetypes" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "name" text NOT NULL,
        "description" text NOT NULL,
        "is_active" boolean NOT NULL DEFAULT true,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "uq_archetypes__name" UNIQUE ("name"),
        CONSTRAINT "ck_archetypes__name_length" CHECK (
            char_length("name") BETWEEN 1 AND 50
        ),
        CONSTRAINT "ck_archetypes__name_format" CHECK ("name" ~ '^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$'),
        CONSTRAINT "ck_archetypes__description_length" CHECK (
            char_length("description") BETWEEN 1 AND 500
        ),
        CONSTRAINT "ck_archetypes__description_blank" CHECK (
            "description" ~ '[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFC\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U00016FE4\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]'
        ),
        CONSTRAINT "ck_archetypes__created_at_range" CHECK (
            "created_at" >= to_timestamp(0)
            AND "created_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_archetypes__updated_at_range" CHECK (
            "updated_at" >= to_timestamp(0)
            AND "updated_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "pk_archetypes" PRIMARY KEY ("id")
    );
    COMMENT ON COLUMN "archetypes"."id" IS 'Surrogate key.';
    COMMENT ON COLUMN "archetypes"."name" IS 'The name code refers to, like HUMOR_LIGHT.';
    COMMENT ON COLUMN "archetypes"."description" IS 'What the shape is for, in a sentence.';
    COMMENT ON COLUMN "archetypes"."is_active" IS 'Offered for new replies. Retired rows stay, since old replies refer to them.';
    COMMENT ON COLUMN "archetypes"."created_at" IS 'When the row was written.';
    COMMENT ON COLUMN "archetypes"."updated_at" IS 'When the row was last changed.'
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "archetypes" IS 'In what shapes can a reply be written? Edited from the dashboard, so that a new shape needs no migration.'
  `);
}

async function createPowerTiers(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE "power_tiers" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "name" text NOT NULL,
        "follower_threshold" integer NOT NULL,
        "description" text NOT NULL,
        "is_active" boolean NOT NULL DEFAULT true,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "uq_power_tiers__name" UNIQUE ("name"),
        CONSTRAINT "ck_power_tiers__name_length" CHECK (
            char_length("name") BETWEEN 1 AND 50
        ),
        CONSTRAINT "ck_power_tiers__name_format" CHECK ("name" ~ '^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$'),
        CONSTRAINT "ck_power_tiers__follower_threshold_range" CHECK ("follower_threshold" >= 0),
        CONSTRAINT "ck_power_tiers__description_length" CHECK (
            char_length("description") BETWEEN 1 AND 500
        ),
        CONSTRAINT "ck_power_tiers__description_blank" CHECK (
            "description" ~ '[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFC\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U00016FE4\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]'
        ),
        CONSTRAINT "ck_power_tiers__created_at_range" CHECK (
            "created_at" >= to_timestamp(0)
            AND "created_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_power_tiers__updated_at_range" CHECK (
            "updated_at" >= to_timestamp(0)
            AND "updated_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "pk_power_tiers" PRIMARY KEY ("id")
    );
    COMMENT ON COLUMN "power_tiers"."id" IS 'Surrogate key.';
    COMMENT ON COLUMN "power_tiers"."name" IS 'The name code refers to, like MICRO.';
    COMMENT ON COLUMN "power_tiers"."follower_threshold" IS 'Fewest followers of the tier, included.';
    COMMENT ON COLUMN "power_tiers"."description" IS 'Who belongs to it, in a sentence.';
    COMMENT ON COLUMN "power_tiers"."is_active" IS 'Used for new classifications.';
    COMMENT ON COLUMN "power_tiers"."created_at" IS 'When the row was written.';
    COMMENT ON COLUMN "power_tiers"."updated_at" IS 'When the row was last changed.'
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "power_tiers" IS 'From how many followers does an author count as what? Each tier reaches up to the threshold of the next.'
  `);
}

async function createCompetitorCategories(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE "competitor_categories" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "name" text NOT NULL,
        "description" text NOT NULL,
        "is_active" boolean NOT NULL DEFAULT true,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "uq_competitor_categories__name" UNIQUE ("name"),
        CONSTRAINT "ck_competitor_categories__name_length" CHECK (
            char_length("name") BETWEEN 1 AND 50
        ),
        CONSTRAINT "ck_competitor_categories__name_format" CHECK ("name" ~ '^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$'),
        CONSTRAINT "ck_competitor_categories__description_length" CHECK (
            char_length("description") BETWEEN 1 AND 500
        ),
        CONSTRAINT "ck_competitor_categories__description_blank" CHECK (
            "description" ~ '[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFC\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U00016FE4\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]'
        ),
        CONSTRAINT "ck_competitor_categories__created_at_range" CHECK (
            "created_at" >= to_timestamp(0)
            AND "created_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_competitor_categories__updated_at_range" CHECK (
            "updated_at" >= to_timestamp(0)
            AND "updated_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "pk_competitor_categories" PRIMARY KEY ("id")
    );
    COMMENT ON COLUMN "competitor_categories"."id" IS 'Surrogate key.';
    COMMENT ON COLUMN "competitor_categories"."name" IS 'The name code refers to, like IV_THERAPY.';
    COMMENT ON COLUMN "competitor_categories"."description" IS 'What belongs to it, in a sentence.';
    COMMENT ON COLUMN "competitor_categories"."is_active" IS 'Offered for new competitors.';
    COMMENT ON COLUMN "competitor_categories"."created_at" IS 'When the row was written.';
    COMMENT ON COLUMN "competitor_categories"."updated_at" IS 'When the row was last changed.'
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "competitor_categories" IS 'What kinds of alternatives do people reach for? Reply templates are keyed by these names.'
  `);
}

async function createKpiTypes(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE "kpi_types" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "name" text NOT NULL,
        "description" text NOT NULL,
        "aggregation_type" text NOT NULL DEFAULT 'AVG',
        "is_active" boolean NOT NULL DEFAULT true,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "uq_kpi_types__name" UNIQUE ("name"),
        CONSTRAINT "ck_kpi_types__name_length" CHECK (
            char_length("name") BETWEEN 1 AND 50
        ),
        CONSTRAINT "ck_kpi_types__name_format" CHECK ("name" ~ '^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$'),
        CONSTRAINT "ck_kpi_types__description_length" CHECK (
            char_length("description") BETWEEN 1 AND 500
        ),
        CONSTRAINT "ck_kpi_types__description_blank" CHECK (
            "description" ~ '[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFC\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U00016FE4\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]'
        ),
        CONSTRAINT "ck_kpi_types__aggregation_type_choice" CHECK (
            "aggregation_type" IN ('SUM', 'AVG', 'MIN', 'MAX', 'COUNT', 'LAST')
        ),
        CONSTRAINT "ck_kpi_types__created_at_range" CHECK (
            "created_at" >= to_timestamp(0)
            AND "created_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_kpi_types__updated_at_range" CHECK (
            "updated_at" >= to_timestamp(0)
            AND "updated_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "pk_kpi_types" PRIMARY KEY ("id")
    );
    COMMENT ON COLUMN "kpi_types"."id" IS 'Surrogate key.';
    COMMENT ON COLUMN "kpi_types"."name" IS 'The name code refers to, like COMMERCIAL.';
    COMMENT ON COLUMN "kpi_types"."description" IS 'What the family tells, in a sentence.';
    COMMENT ON COLUMN "kpi_types"."aggregation_type" IS 'How its daily values roll up to a longer period, where the metric does not say otherwise.';
    COMMENT ON COLUMN "kpi_types"."is_active" IS 'Collected and shown.';
    COMMENT ON COLUMN "kpi_types"."created_at" IS 'When the row was written.';
    COMMENT ON COLUMN "kpi_types"."updated_at" IS 'When the row was last changed.'
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "kpi_types" IS 'Which families of numbers do we steer by? The family, not the metric: its metrics are named in \`kpi_metrics\`.'
  `);
}

async function createEscalationReasons(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE "escalation_reasons" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "name" text NOT NULL,
        "description" text NOT NULL,
        "severity" "escalation_priority" NOT NULL DEFAULT 'MEDIUM',
        "is_active" boolean NOT NULL DEFAULT true,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "uq_escalation_reasons__name" UNIQUE ("name"),
        CONSTRAINT "ck_escalation_reasons__name_length" CHECK (
            char_length("name") BETWEEN 1 AND 50
        ),
        CONSTRAINT "ck_escalation_reasons__name_format" CHECK ("name" ~ '^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$'),
        CONSTRAINT "ck_escalation_reasons__description_length" CHECK (
            char_length("description") BETWEEN 1 AND 500
        ),
        CONSTRAINT "ck_escalation_reasons__description_blank" CHECK (
            "description" ~ '[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFC\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U00016FE4\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]'
        ),
        CONSTRAINT "ck_escalation_reasons__created_at_range" CHECK (
            "created_at" >= to_timestamp(0)
            AND "created_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_escalation_reasons__updated_at_range" CHECK (
            "updated_at" >= to_timestamp(0)
            AND "updated_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "pk_escalation_reasons" PRIMARY KEY ("id")
    );
    COMMENT ON COLUMN "escalation_reasons"."id" IS 'Surrogate key.';
    COMMENT ON COLUMN "escalation_reasons"."name" IS 'The name code refers to, like MODERATOR_WARNING.';
    COMMENT ON COLUMN "escalation_reasons"."description" IS 'When it applies, in a sentence.';
    COMMENT ON COLUMN "escalation_reasons"."severity" IS 'Priority a new escalation gets unless its opener says otherwise.';
    COMMENT ON COLUMN "escalation_reasons"."is_active" IS 'Offered for new escalations.';
    COMMENT ON COLUMN "escalation_reasons"."created_at" IS 'When the row was written.';
    COMMENT ON COLUMN "escalation_reasons"."updated_at" IS 'When the row was last changed.'
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "escalation_reasons" IS 'Why does a person have to look?'
  `);
}

async function createChampionTiers(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE "champion_tiers" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "name" text NOT NULL,
        "min_engagement" integer NOT NULL,
        "benefits" jsonb NOT NULL DEFAULT '[]',
        "description" text NOT NULL,
        "is_active" boolean NOT NULL DEFAULT true,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "uq_champion_tiers__name" UNIQUE ("name"),
        CONSTRAINT "ck_champion_tiers__name_length" CHECK (
            char_length("name") BETWEEN 1 AND 50
        ),
        CONSTRAINT "ck_champion_tiers__name_format" CHECK ("name" ~ '^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$'),
        CONSTRAINT "ck_champion_tiers__min_engagement_range" CHECK ("min_engagement" >= 0),
        CONSTRAINT "ck_champion_tiers__benefits_size" CHECK (octet_length("benefits"::text) <= 65536),
        CONSTRAINT "ck_champion_tiers__benefits_shape" CHECK (jsonb_typeof("benefits") = 'array'),
        CONSTRAINT "ck_champion_tiers__description_length" CHECK (
            char_length("description") BETWEEN 1 AND 500
        ),
        CONSTRAINT "ck_champion_tiers__description_blank" CHECK (
            "description" ~ '[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFC\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U00016FE4\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]'
        ),
        CONSTRAINT "ck_champion_tiers__created_at_range" CHECK (
            "created_at" >= to_timestamp(0)
            AND "created_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_champion_tiers__updated_at_range" CHECK (
            "updated_at" >= to_timestamp(0)
            AND "updated_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "pk_champion_tiers" PRIMARY KEY ("id")
    );
    COMMENT ON COLUMN "champion_tiers"."id" IS 'Surrogate key.';
    COMMENT ON COLUMN "champion_tiers"."name" IS 'The name code refers to, like GOLD.';
    COMMENT ON COLUMN "champion_tiers"."min_engagement" IS 'Fewest positive interactions in 30 days, included.';
    COMMENT ON COLUMN "champion_tiers"."benefits" IS 'What a champion of the tier is offered, each in a few words.';
    COMMENT ON COLUMN "champion_tiers"."description" IS 'Who belongs to it, in a sentence.';
    COMMENT ON COLUMN "champion_tiers"."is_active" IS 'Used for new classifications.';
    COMMENT ON COLUMN "champion_tiers"."created_at" IS 'When the row was written.';
    COMMENT ON COLUMN "champion_tiers"."updated_at" IS 'When the row was last changed.'
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "champion_tiers" IS 'From how many positive interactions is an author which kind of champion, and what do they get for it?'
  `);
}
