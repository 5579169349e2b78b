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

/**
 * WHY  operators read daily KPIs, review what the agent must not decide alone, and audit every action.
 * WHAT creates kpi_metrics (one row per day, platform and metric; a null platform means all platforms and has a unique index of
 *      its own), escalations, and audit_logs, which has no foreign keys because its entries outlive the rows they describe.
 *
 * Generated from the entities, then sorted into steps. LOCKS only the new tables, which no service uses yet.
 * REVERSIBLE: down() drops the tables with their rows.
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
        CONSTRAINT "ck_kpi_metrics__metric_name_format" CHECK ("metric_name" ~ '^${LOWER_SNAKE}$'),
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
    COMMENT ON COLUMN "kpi_metrics"."date" IS 'Day of the value, without time zone; UTC unless the writing service agreed otherwise.';
    COMMENT ON COLUMN "kpi_metrics"."platform" IS 'Platform of the value. Null: all platforms together.';
    COMMENT ON COLUMN "kpi_metrics"."kpi_type_id" IS 'Family of the metric. A family with values cannot be deleted: set its \`is_active\` to false.';
    COMMENT ON COLUMN "kpi_metrics"."metric_name" IS 'Name of the metric in lower snake case (ctr, conversion_rate), 1..64 characters. The KPI catalogue in the code states its unit.';
    COMMENT ON COLUMN "kpi_metrics"."value" IS 'Value in the unit of the metric. May be negative (karma) and above 1.';
    COMMENT ON COLUMN "kpi_metrics"."created_at" IS 'When the value was first written. Counting again does not change it.'
  `);
  await queryRunner.query(`
    CREATE UNIQUE INDEX "uq_kpi_metrics__date_kpi_type_id_metric_name__all_platforms" ON "kpi_metrics" ("date", "kpi_type_id", "metric_name")
    WHERE "platform" IS NULL
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_kpi_metrics__kpi_type_id_date" ON "kpi_metrics" ("kpi_type_id", "date")
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "kpi_metrics" IS 'One row per day, platform and metric, with its value. Written when the day is counted; counting again overwrites the value. Kept for 2 years, then archived and deleted.'
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
            "assigned_to" ~ '[^${INVISIBLE}]'
        ),
        CONSTRAINT "ck_escalations__resolved_by_length" CHECK (
            char_length("resolved_by") BETWEEN 1 AND 100
        ),
        CONSTRAINT "ck_escalations__resolved_by_blank" CHECK (
            "resolved_by" ~ '[^${INVISIBLE}]'
        ),
        CONSTRAINT "ck_escalations__resolution_notes_length" CHECK (
            char_length("resolution_notes") BETWEEN 1 AND 5000
        ),
        CONSTRAINT "ck_escalations__resolution_notes_blank" CHECK (
            "resolution_notes" ~ '[^${INVISIBLE}]'
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
    COMMENT ON COLUMN "escalations"."post_id" IS 'Post to review. Null: the escalation is not about a post, or the post was deleted.';
    COMMENT ON COLUMN "escalations"."decision_id" IS 'Decision to review. Null: the escalation is not about a decision, or the decision was deleted.';
    COMMENT ON COLUMN "escalations"."reply_id" IS 'Reply to review. Null: the escalation is not about a reply, or the reply was deleted.';
    COMMENT ON COLUMN "escalations"."reason_id" IS 'Reason of the escalation. Null: none was given, or the reason was deleted.';
    COMMENT ON COLUMN "escalations"."priority" IS 'Urgency: LOW, MEDIUM, HIGH or CRITICAL. Normally the severity of the reason.';
    COMMENT ON COLUMN "escalations"."status" IS 'PENDING, then IN_REVIEW, then RESOLVED or DISMISSED, which close the escalation.';
    COMMENT ON COLUMN "escalations"."assigned_to" IS 'Operator who works on the escalation. Null: not assigned.';
    COMMENT ON COLUMN "escalations"."resolved_by" IS 'Operator who closed the escalation. Null: open.';
    COMMENT ON COLUMN "escalations"."resolution_notes" IS 'What the operator found and did, at most 5,000 characters; used for learning. Null: no notes.';
    COMMENT ON COLUMN "escalations"."created_at" IS 'When the escalation was opened. It is late after 4 hours.';
    COMMENT ON COLUMN "escalations"."resolved_at" IS 'When the escalation was closed. Null: open.'
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
    COMMENT ON TABLE "escalations" IS 'One row per post, decision or reply that a person must review. Written when it is escalated, updated until it is closed. Kept for ever, also after the reviewed row is deleted.'
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
        CONSTRAINT "ck_audit_logs__entity_type_format" CHECK ("entity_type" ~ '^${LOWER_SNAKE}$'),
        CONSTRAINT "ck_audit_logs__entity_id_length" CHECK (
            char_length("entity_id") BETWEEN 1 AND 100
        ),
        CONSTRAINT "ck_audit_logs__entity_id_blank" CHECK (
            "entity_id" ~ '[^${INVISIBLE}]'
        ),
        CONSTRAINT "ck_audit_logs__action_length" CHECK (
            char_length("action") BETWEEN 1 AND 50
        ),
        CONSTRAINT "ck_audit_logs__action_format" CHECK ("action" ~ '^${LOWER_SNAKE}$'),
        CONSTRAINT "ck_audit_logs__actor_length" CHECK (
            char_length("actor") BETWEEN 1 AND 100
        ),
        CONSTRAINT "ck_audit_logs__actor_blank" CHECK (
            "actor" ~ '[^${INVISIBLE}]'
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
    COMMENT ON COLUMN "audit_logs"."entity_type" IS 'Kind of the row in lower snake case: decision, reply, author.';
    COMMENT ON COLUMN "audit_logs"."entity_id" IS 'Id of the row as text, 1..100 characters. The row may have been deleted since.';
    COMMENT ON COLUMN "audit_logs"."action" IS 'What was done, in lower snake case: create, approve, reject, edit, delete.';
    COMMENT ON COLUMN "audit_logs"."actor" IS 'Operator or system component that did it, 1..100 characters.';
    COMMENT ON COLUMN "audit_logs"."details_json" IS 'Values before and after, and reasons. Must not contain handles or post text, because audit entries cannot be erased. Empty object: no details.';
    COMMENT ON COLUMN "audit_logs"."created_at" IS 'When the action was recorded. Never changes.'
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
    COMMENT ON TABLE "audit_logs" IS 'One row per action of an operator or system component on a row of another table. Append-only: a trigger refuses UPDATE, DELETE and TRUNCATE. Has no foreign keys, so an entry outlives the row it describes. Kept for 3 years, then archived and deleted.'
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
