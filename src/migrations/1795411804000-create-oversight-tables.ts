import type { QueryRunner } from 'typeorm';
import type { ReversibleMigration } from './migration.js';

/**
 * WHY  people steer by daily numbers, review what the agent must not decide alone, and audit every act.
 * WHAT KPI numbers (one row per day, platform and metric; all platforms together is a null platform with a unique index of
 *      its own), the review queue, and the audit log, which has no foreign key because it outlives its subjects.
 *
 * Generated from the entities, then sorted into steps. LOCKS nothing that is in use: every table is new.
 * REVERSIBLE, with the loss of the rows.
 */
export class CreateOversightTables1795411804000 implements ReversibleMigration {
  readonly name = 'CreateOversightTables1795411804000';
  readonly reversible = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    await createTypes(queryRunner);
    await createKpiMetrics(queryRunner);
    await createEscalations(queryRunner);
    await createAuditLogs(queryRunner);
    await addForeignKeys(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE "audit_logs"`);
    await queryRunner.query(`DROP TABLE "escalations"`);
    await queryRunner.query(`DROP TABLE "kpi_metrics"`);
    await queryRunner.query(`DROP TYPE "escalation_status"`);
  }
}

async function createTypes(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TYPE "escalation_status" AS ENUM('PENDING', 'IN_REVIEW', 'RESOLVED', 'DISMISSED')
  `);
}

async function createKpiMetrics(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE "kpi_metrics" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "date" date NOT NULL,
        "platform" "platform",
        "kpi_type_id" uuid NOT NULL,
        "metric_name" text NOT NULL,
        "value" double precision NOT NULL,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "uq_kpi_metrics__date_platform_kpi_type_id_metric_name" UNIQUE ("date", "platform", "kpi_type_id", "metric_name"),
        CONSTRAINT "ck_kpi_metrics__date_range" CHECK (
            "date" BETWEEN '1970-01-01' AND '9999-12-31'
        ),
        CONSTRAINT "ck_kpi_metrics__metric_name_length" CHECK (
            char_length("metric_name") BETWEEN 1 AND 64
        ),
        CONSTRAINT "ck_kpi_metrics__metric_name_format" CHECK ("metric_name" ~ '^[a-z][a-z0-9]*(_[a-z0-9]+)*$'),
        CONSTRAINT "ck_kpi_metrics__value_range" CHECK (
            "value" > '-Infinity'
            AND "value" < 'Infinity'
        ),
        CONSTRAINT "ck_kpi_metrics__created_at_range" CHECK (
            "created_at" >= to_timestamp(0)
            AND "created_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "pk_kpi_metrics" PRIMARY KEY ("id")
    );
    COMMENT ON COLUMN "kpi_metrics"."id" IS 'Surrogate key.';
    COMMENT ON COLUMN "kpi_metrics"."date" IS 'The day counted, in the caller''s time zone (UTC unless agreed otherwise).';
    COMMENT ON COLUMN "kpi_metrics"."platform" IS 'Null: all platforms together.';
    COMMENT ON COLUMN "kpi_metrics"."kpi_type_id" IS 'The family. Cannot be deleted while it has numbers: retire it instead.';
    COMMENT ON COLUMN "kpi_metrics"."metric_name" IS 'The metric, like ctr or conversion_rate; the catalogue says its unit.';
    COMMENT ON COLUMN "kpi_metrics"."value" IS 'In the metric''s unit; may be negative (karma) and above 1.';
    COMMENT ON COLUMN "kpi_metrics"."created_at" IS 'First written; counting again does not change it.'
  `);
  await queryRunner.query(`
    CREATE UNIQUE INDEX "uq_kpi_metrics__date_kpi_type_id_metric_name__all_platforms" ON "kpi_metrics" ("date", "kpi_type_id", "metric_name")
    WHERE "platform" IS NULL
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_kpi_metrics__kpi_type_id_date" ON "kpi_metrics" ("kpi_type_id", "date")
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "kpi_metrics" IS 'How did we do on a day? One number per day, platform and metric, written again when it is counted again. Kept 2 years.'
  `);
}

async function createEscalations(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE "escalations" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "post_id" uuid,
        "decision_id" uuid,
        "reply_id" uuid,
        "reason_id" uuid,
        "priority" "escalation_priority" NOT NULL DEFAULT 'MEDIUM',
        "status" "escalation_status" NOT NULL DEFAULT 'PENDING',
        "assigned_to" text,
        "resolved_by" text,
        "resolution_notes" text,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        "resolved_at" TIMESTAMP(3) WITH TIME ZONE,
        CONSTRAINT "ck_escalations__assigned_to_length" CHECK (
            char_length("assigned_to") BETWEEN 1 AND 100
        ),
        CONSTRAINT "ck_escalations__assigned_to_blank" CHECK (
            "assigned_to" ~ '[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFC\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U00016FE4\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]'
        ),
        CONSTRAINT "ck_escalations__resolved_by_length" CHECK (
            char_length("resolved_by") BETWEEN 1 AND 100
        ),
        CONSTRAINT "ck_escalations__resolved_by_blank" CHECK (
            "resolved_by" ~ '[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFC\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U00016FE4\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]'
        ),
        CONSTRAINT "ck_escalations__resolution_notes_length" CHECK (
            char_length("resolution_notes") BETWEEN 1 AND 5000
        ),
        CONSTRAINT "ck_escalations__resolution_notes_blank" CHECK (
            "resolution_notes" ~ '[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFC\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U00016FE4\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]'
        ),
        CONSTRAINT "ck_escalations__created_at_range" CHECK (
            "created_at" >= to_timestamp(0)
            AND "created_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_escalations__resolved_at_range" CHECK (
            "resolved_at" >= to_timestamp(0)
            AND "resolved_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_escalations__closed_has_time" CHECK (
            ("status" IN ('RESOLVED', 'DISMISSED')) = ("resolved_at" IS NOT NULL)
        ),
        CONSTRAINT "ck_escalations__closed_has_resolver" CHECK (
            ("status" IN ('RESOLVED', 'DISMISSED')) = ("resolved_by" IS NOT NULL)
        ),
        CONSTRAINT "pk_escalations" PRIMARY KEY ("id")
    );
    COMMENT ON COLUMN "escalations"."id" IS 'Surrogate key.';
    COMMENT ON COLUMN "escalations"."post_id" IS 'Null: not about a post, or the post was purged.';
    COMMENT ON COLUMN "escalations"."decision_id" IS 'Null: not about a decision, or the decision was purged.';
    COMMENT ON COLUMN "escalations"."reply_id" IS 'Null: not about a reply.';
    COMMENT ON COLUMN "escalations"."reason_id" IS 'Null: the reason was deleted.';
    COMMENT ON COLUMN "escalations"."priority" IS 'How urgent; the reason''s severity unless said otherwise.';
    COMMENT ON COLUMN "escalations"."status" IS 'PENDING, then IN_REVIEW, then RESOLVED or DISMISSED, which close it.';
    COMMENT ON COLUMN "escalations"."assigned_to" IS 'Operator who works on it. Null: nobody yet.';
    COMMENT ON COLUMN "escalations"."resolved_by" IS 'Operator who closed it. Null: open.';
    COMMENT ON COLUMN "escalations"."resolution_notes" IS 'What was found and done; feeds learning. Null: nothing noted.';
    COMMENT ON COLUMN "escalations"."created_at" IS 'When it was opened: the four hours run from here.';
    COMMENT ON COLUMN "escalations"."resolved_at" IS 'When it was closed. Null: open.'
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_escalations__status_priority" ON "escalations" ("status", "priority")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_escalations__created_at" ON "escalations" ("created_at")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_escalations__priority_created_at__open" ON "escalations" ("priority", "created_at")
    WHERE "status" IN ('PENDING', 'IN_REVIEW')
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_escalations__post_id" ON "escalations" ("post_id")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_escalations__decision_id" ON "escalations" ("decision_id")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_escalations__reply_id" ON "escalations" ("reply_id")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_escalations__reason_id" ON "escalations" ("reason_id")
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "escalations" IS 'What must a person look at, how soon, and what did they find? The review queue. The record stays when what it was about is purged.'
  `);
}

async function createAuditLogs(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE "audit_logs" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "entity_type" text NOT NULL,
        "entity_id" text NOT NULL,
        "action" text NOT NULL,
        "actor" text NOT NULL,
        "details_json" jsonb NOT NULL DEFAULT '{}',
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "ck_audit_logs__entity_type_length" CHECK (
            char_length("entity_type") BETWEEN 1 AND 50
        ),
        CONSTRAINT "ck_audit_logs__entity_type_format" CHECK ("entity_type" ~ '^[a-z][a-z0-9]*(_[a-z0-9]+)*$'),
        CONSTRAINT "ck_audit_logs__entity_id_length" CHECK (
            char_length("entity_id") BETWEEN 1 AND 100
        ),
        CONSTRAINT "ck_audit_logs__entity_id_blank" CHECK (
            "entity_id" ~ '[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFC\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U00016FE4\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]'
        ),
        CONSTRAINT "ck_audit_logs__action_length" CHECK (
            char_length("action") BETWEEN 1 AND 50
        ),
        CONSTRAINT "ck_audit_logs__action_format" CHECK ("action" ~ '^[a-z][a-z0-9]*(_[a-z0-9]+)*$'),
        CONSTRAINT "ck_audit_logs__actor_length" CHECK (
            char_length("actor") BETWEEN 1 AND 100
        ),
        CONSTRAINT "ck_audit_logs__actor_blank" CHECK (
            "actor" ~ '[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFC\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U00016FE4\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]'
        ),
        CONSTRAINT "ck_audit_logs__details_json_size" CHECK (octet_length("details_json"::text) <= 65536),
        CONSTRAINT "ck_audit_logs__details_json_shape" CHECK (jsonb_typeof("details_json") = 'object'),
        CONSTRAINT "ck_audit_logs__created_at_range" CHECK (
            "created_at" >= to_timestamp(0)
            AND "created_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "pk_audit_logs" PRIMARY KEY ("id")
    );
    COMMENT ON COLUMN "audit_logs"."id" IS 'Surrogate key.';
    COMMENT ON COLUMN "audit_logs"."entity_type" IS 'What kind of row: decision, reply, author.';
    COMMENT ON COLUMN "audit_logs"."entity_id" IS 'Its id, as text.';
    COMMENT ON COLUMN "audit_logs"."action" IS 'What was done: create, approve, reject, edit, delete.';
    COMMENT ON COLUMN "audit_logs"."actor" IS 'Operator or system component that did it.';
    COMMENT ON COLUMN "audit_logs"."details_json" IS 'Before, after and reasons. Never handles or post text, which could not be erased here.';
    COMMENT ON COLUMN "audit_logs"."created_at" IS 'When it was done. Never changed.'
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_audit_logs__entity_type_entity_id_created_at" ON "audit_logs" ("entity_type", "entity_id", "created_at")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_audit_logs__created_at" ON "audit_logs" ("created_at")
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_audit_logs__actor_created_at" ON "audit_logs" ("actor", "created_at")
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "audit_logs" IS 'Who did what to which row, and when? Append-only, in the database too: a trigger refuses UPDATE, DELETE and TRUNCATE. Has no foreign key, since it must outlive what it speaks of. Kept 3 years.'
  `);
}

async function addForeignKeys(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    ALTER TABLE "kpi_metrics"
    ADD CONSTRAINT "fk_kpi_metrics__kpi_type_id" FOREIGN KEY ("kpi_type_id") REFERENCES "kpi_types"("id") ON DELETE RESTRICT ON UPDATE NO ACTION
  `);
  await queryRunner.query(`
    ALTER TABLE "escalations"
    ADD CONSTRAINT "fk_escalations__post_id" FOREIGN KEY ("post_id") REFERENCES "posts"("id") ON DELETE
    SET NULL ON UPDATE NO ACTION
  `);
  await queryRunner.query(`
    ALTER TABLE "escalations"
    ADD CONSTRAINT "fk_escalations__decision_id" FOREIGN KEY ("decision_id") REFERENCES "decisions"("id") ON DELETE
    SET NULL ON UPDATE NO ACTION
  `);
  await queryRunner.query(`
    ALTER TABLE "escalations"
    ADD CONSTRAINT "fk_escalations__reply_id" FOREIGN KEY ("reply_id") REFERENCES "replies"("id") ON DELETE
    SET NULL ON UPDATE NO ACTION
  `);
  await queryRunner.query(`
    ALTER TABLE "escalations"
    ADD CONSTRAINT "fk_escalations__reason_id" FOREIGN KEY ("reason_id") REFERENCES "escalation_reasons"("id") ON DELETE
    SET NULL ON UPDATE NO ACTION
  `);
}
