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

/** Upper snake case, e.g. HUMOR_LIGHT. */
const UPPER_SNAKE = '[A-Z][A-Z0-9]*(_[A-Z0-9]+)*';

/**
 * WHY  operators add archetypes, tiers, categories, KPI families and escalation reasons from the dashboard. With native enums,
 *      each new value would need a migration and a deployment.
 * WHAT creates six reference tables, each with a unique name and the flag is_active, which retires a row.
 *
 * Generated from the entities, then sorted into steps. LOCKS only the new tables, which no service uses yet.
 * REVERSIBLE: down() drops the tables with their rows.
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
        CONSTRAINT "ck_archetypes__name_format" CHECK ("name" ~ '^${UPPER_SNAKE}$'),
        CONSTRAINT "ck_archetypes__description_length" CHECK (
            char_length("description") BETWEEN 1 AND 500
        ),
        CONSTRAINT "ck_archetypes__description_blank" CHECK (
            "description" ~ '[^${INVISIBLE}]'
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
    COMMENT ON COLUMN "archetypes"."name" IS 'Unique name that code looks up, in upper snake case, e.g. HUMOR_LIGHT.';
    COMMENT ON COLUMN "archetypes"."description" IS 'What the style is for, in one sentence.';
    COMMENT ON COLUMN "archetypes"."is_active" IS 'True while new replies may use the archetype. False: retired, but old replies and decisions still refer to it.';
    COMMENT ON COLUMN "archetypes"."created_at" IS 'When the row was written.';
    COMMENT ON COLUMN "archetypes"."updated_at" IS 'When the row was last changed.'
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "archetypes" IS 'One row per style in which a reply can be written. Seeded, then edited from the dashboard. Kept for ever; a retired archetype has \`is_active\` = false.'
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
        CONSTRAINT "ck_power_tiers__name_format" CHECK ("name" ~ '^${UPPER_SNAKE}$'),
        CONSTRAINT "ck_power_tiers__follower_threshold_range" CHECK ("follower_threshold" >= 0),
        CONSTRAINT "ck_power_tiers__description_length" CHECK (
            char_length("description") BETWEEN 1 AND 500
        ),
        CONSTRAINT "ck_power_tiers__description_blank" CHECK (
            "description" ~ '[^${INVISIBLE}]'
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
    COMMENT ON COLUMN "power_tiers"."name" IS 'Unique name that code looks up, in upper snake case, e.g. MICRO.';
    COMMENT ON COLUMN "power_tiers"."follower_threshold" IS 'Smallest number of followers in the tier (inclusive), 0 or more.';
    COMMENT ON COLUMN "power_tiers"."description" IS 'Which authors belong to the tier, in one sentence.';
    COMMENT ON COLUMN "power_tiers"."is_active" IS 'True while new classifications use the tier.';
    COMMENT ON COLUMN "power_tiers"."created_at" IS 'When the row was written.';
    COMMENT ON COLUMN "power_tiers"."updated_at" IS 'When the row was last changed.'
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "power_tiers" IS 'One row per class of authors by follower count. A tier covers the follower counts from its threshold up to the next threshold. Seeded, then edited from the dashboard. Kept for ever; a retired tier has \`is_active\` = false.'
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
        CONSTRAINT "ck_competitor_categories__name_format" CHECK ("name" ~ '^${UPPER_SNAKE}$'),
        CONSTRAINT "ck_competitor_categories__description_length" CHECK (
            char_length("description") BETWEEN 1 AND 500
        ),
        CONSTRAINT "ck_competitor_categories__description_blank" CHECK (
            "description" ~ '[^${INVISIBLE}]'
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
    COMMENT ON COLUMN "competitor_categories"."name" IS 'Unique name that code looks up, in upper snake case, e.g. IV_THERAPY.';
    COMMENT ON COLUMN "competitor_categories"."description" IS 'Which products belong to the category, in one sentence.';
    COMMENT ON COLUMN "competitor_categories"."is_active" IS 'True while new competitors may use the category.';
    COMMENT ON COLUMN "competitor_categories"."created_at" IS 'When the row was written.';
    COMMENT ON COLUMN "competitor_categories"."updated_at" IS 'When the row was last changed.'
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "competitor_categories" IS 'One row per kind of competing product; reply templates are chosen by its name. Seeded, then edited from the dashboard. Kept for ever; a retired category has \`is_active\` = false.'
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
        CONSTRAINT "ck_kpi_types__name_format" CHECK ("name" ~ '^${UPPER_SNAKE}$'),
        CONSTRAINT "ck_kpi_types__description_length" CHECK (
            char_length("description") BETWEEN 1 AND 500
        ),
        CONSTRAINT "ck_kpi_types__description_blank" CHECK (
            "description" ~ '[^${INVISIBLE}]'
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
    COMMENT ON COLUMN "kpi_types"."name" IS 'Unique name that code looks up, in upper snake case, e.g. COMMERCIAL.';
    COMMENT ON COLUMN "kpi_types"."description" IS 'What the metrics of the family measure, in one sentence.';
    COMMENT ON COLUMN "kpi_types"."aggregation_type" IS 'How daily values are combined for a longer period, unless the KPI catalogue in the code names another way for the metric: SUM, AVG, MIN, MAX, COUNT or LAST.';
    COMMENT ON COLUMN "kpi_types"."is_active" IS 'True while the metrics of the family are collected and shown.';
    COMMENT ON COLUMN "kpi_types"."created_at" IS 'When the row was written.';
    COMMENT ON COLUMN "kpi_types"."updated_at" IS 'When the row was last changed.'
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "kpi_types" IS 'One row per family of metrics; the metrics themselves are named in \`kpi_metrics\`. Seeded, then edited from the dashboard. Kept for ever; a retired family has \`is_active\` = false.'
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
        CONSTRAINT "ck_escalation_reasons__name_format" CHECK ("name" ~ '^${UPPER_SNAKE}$'),
        CONSTRAINT "ck_escalation_reasons__description_length" CHECK (
            char_length("description") BETWEEN 1 AND 500
        ),
        CONSTRAINT "ck_escalation_reasons__description_blank" CHECK (
            "description" ~ '[^${INVISIBLE}]'
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
    COMMENT ON COLUMN "escalation_reasons"."name" IS 'Unique name that code looks up, in upper snake case, e.g. MODERATOR_WARNING.';
    COMMENT ON COLUMN "escalation_reasons"."description" IS 'When the reason applies, in one sentence.';
    COMMENT ON COLUMN "escalation_reasons"."severity" IS 'Priority of a new escalation with this reason, unless the service that opens it sets another.';
    COMMENT ON COLUMN "escalation_reasons"."is_active" IS 'True while new escalations may use the reason.';
    COMMENT ON COLUMN "escalation_reasons"."created_at" IS 'When the row was written.';
    COMMENT ON COLUMN "escalation_reasons"."updated_at" IS 'When the row was last changed.'
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "escalation_reasons" IS 'One row per reason for which a person must review something. Seeded, then edited from the dashboard. Kept for ever; a retired reason has \`is_active\` = false.'
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
        CONSTRAINT "ck_champion_tiers__name_format" CHECK ("name" ~ '^${UPPER_SNAKE}$'),
        CONSTRAINT "ck_champion_tiers__min_engagement_range" CHECK ("min_engagement" >= 0),
        CONSTRAINT "ck_champion_tiers__benefits_size" CHECK (octet_length("benefits"::text) <= 65536),
        CONSTRAINT "ck_champion_tiers__benefits_shape" CHECK (jsonb_typeof("benefits") = 'array'),
        CONSTRAINT "ck_champion_tiers__description_length" CHECK (
            char_length("description") BETWEEN 1 AND 500
        ),
        CONSTRAINT "ck_champion_tiers__description_blank" CHECK (
            "description" ~ '[^${INVISIBLE}]'
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
    COMMENT ON COLUMN "champion_tiers"."name" IS 'Unique name that code looks up, in upper snake case, e.g. GOLD.';
    COMMENT ON COLUMN "champion_tiers"."min_engagement" IS 'Smallest number of positive interactions in 30 days (inclusive), 0 or more.';
    COMMENT ON COLUMN "champion_tiers"."benefits" IS 'Benefits that a champion of the tier is offered: a list of texts of at most 200 characters.';
    COMMENT ON COLUMN "champion_tiers"."description" IS 'Which champions belong to the tier, in one sentence.';
    COMMENT ON COLUMN "champion_tiers"."is_active" IS 'True while new classifications use the tier.';
    COMMENT ON COLUMN "champion_tiers"."created_at" IS 'When the row was written.';
    COMMENT ON COLUMN "champion_tiers"."updated_at" IS 'When the row was last changed.'
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "champion_tiers" IS 'One row per class of community champions, with the engagement it requires and the benefits it gives. Seeded, then edited from the dashboard. Kept for ever; a retired tier has \`is_active\` = false.'
  `);
}
