import type { QueryRunner } from 'typeorm';
import type { ReversibleMigration } from './migration.js';

/** Upper snake case, e.g. HUMOR_LIGHT. */
const UPPER_SNAKE = '[A-Z][A-Z0-9]*(_[A-Z0-9]+)*';

/**
 * WHY  the agent adjusts its own weights. Every attempt, prediction and randomised decision must be traceable.
 * WHAT creates segmented_weights (the current weights), weight_adjustment_logs, learning_events (predictions and their
 *      measurement) and randomized_experiments.
 *
 * Generated from the entities, then sorted into steps. LOCKS only the new tables, which no service uses yet.
 * REVERSIBLE: down() drops the tables with their rows.
 */
export class CreateLearningTables1795411803000 implements ReversibleMigration {
  readonly name = 'CreateLearningTables1795411803000';
  readonly reversible = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    await createWeightAdjustmentLogs(queryRunner);
    await createLearningEvents(queryRunner);
    await createRandomizedExperiments(queryRunner);
    await createSegmentedWeights(queryRunner);
    await addForeignKeys(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE "segmented_weights"`);
    await queryRunner.query(`DROP TABLE "randomized_experiments"`);
    await queryRunner.query(`DROP TABLE "learning_events"`);
    await queryRunner.query(`DROP TABLE "weight_adjustment_logs"`);
  }
}

async function createWeightAdjustmentLogs(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE "weight_adjustment_logs" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "date" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        "action" text NOT NULL,
        "reason" text,
        "valid_segments" integer,
        "total_segments" integer,
        "sample_sizes" jsonb,
        "old_weights" jsonb,
        "new_weights" jsonb,
        "predicted_improvement" double precision,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "ck_weight_adjustment_logs__date_range" CHECK (
            "date" >= to_timestamp(0)
            AND "date" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_weight_adjustment_logs__action_choice" CHECK ("action" IN ('ADJUSTED', 'SKIPPED')),
        CONSTRAINT "ck_weight_adjustment_logs__reason_length" CHECK (
            char_length("reason") BETWEEN 1 AND 100
        ),
        CONSTRAINT "ck_weight_adjustment_logs__reason_format" CHECK ("reason" ~ '^${UPPER_SNAKE}$'),
        CONSTRAINT "ck_weight_adjustment_logs__valid_segments_range" CHECK ("valid_segments" >= 0),
        CONSTRAINT "ck_weight_adjustment_logs__total_segments_range" CHECK ("total_segments" >= 0),
        CONSTRAINT "ck_weight_adjustment_logs__sample_sizes_size" CHECK (octet_length("sample_sizes"::text) <= 65536),
        CONSTRAINT "ck_weight_adjustment_logs__sample_sizes_shape" CHECK (jsonb_typeof("sample_sizes") = 'object'),
        CONSTRAINT "ck_weight_adjustment_logs__old_weights_size" CHECK (octet_length("old_weights"::text) <= 65536),
        CONSTRAINT "ck_weight_adjustment_logs__old_weights_shape" CHECK (jsonb_typeof("old_weights") = 'object'),
        CONSTRAINT "ck_weight_adjustment_logs__new_weights_size" CHECK (octet_length("new_weights"::text) <= 65536),
        CONSTRAINT "ck_weight_adjustment_logs__new_weights_shape" CHECK (jsonb_typeof("new_weights") = 'object'),
        CONSTRAINT "ck_weight_adjustment_logs__predicted_improvement_range" CHECK (
            "predicted_improvement" > '-Infinity'
            AND "predicted_improvement" < 'Infinity'
        ),
        CONSTRAINT "ck_weight_adjustment_logs__created_at_range" CHECK (
            "created_at" >= to_timestamp(0)
            AND "created_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_weight_adjustment_logs__segments_in_total" CHECK ("valid_segments" <= "total_segments"),
        CONSTRAINT "ck_weight_adjustment_logs__adjusted_has_weights" CHECK (
            "action" <> 'ADJUSTED'
            OR (
                "old_weights" IS NOT NULL
                AND "new_weights" IS NOT NULL
            )
        ),
        CONSTRAINT "ck_weight_adjustment_logs__skipped_has_reason" CHECK (
            "action" <> 'SKIPPED'
            OR "reason" IS NOT NULL
        ),
        CONSTRAINT "pk_weight_adjustment_logs" PRIMARY KEY ("id")
    );
    COMMENT ON COLUMN "weight_adjustment_logs"."id" IS 'Surrogate key.';
    COMMENT ON COLUMN "weight_adjustment_logs"."date" IS 'When the learning cycle ran.';
    COMMENT ON COLUMN "weight_adjustment_logs"."action" IS 'ADJUSTED or SKIPPED.';
    COMMENT ON COLUMN "weight_adjustment_logs"."reason" IS 'Reason in upper snake case, e.g. INSUFFICIENT_SAMPLE_SIZE. Null: none given, which is only allowed when \`action\` is ADJUSTED.';
    COMMENT ON COLUMN "weight_adjustment_logs"."valid_segments" IS 'Number of signal segments with enough data, 0 or more; the cycle needs three. Null: not counted.';
    COMMENT ON COLUMN "weight_adjustment_logs"."total_segments" IS 'Number of signal segments, 0 or more. Null: not counted.';
    COMMENT ON COLUMN "weight_adjustment_logs"."sample_sizes" IS 'Number of decisions behind each signal. Null: not counted.';
    COMMENT ON COLUMN "weight_adjustment_logs"."old_weights" IS 'Weight of each signal before the run, each 0..1. Null: not recorded, which is only allowed when \`action\` is SKIPPED.';
    COMMENT ON COLUMN "weight_adjustment_logs"."new_weights" IS 'Weight of each signal after the run, each 0..1. Null: not recorded, which is only allowed when \`action\` is SKIPPED.';
    COMMENT ON COLUMN "weight_adjustment_logs"."predicted_improvement" IS 'Expected relative change of the metric: 0.15 means 15 % better. Null: nothing was predicted.';
    COMMENT ON COLUMN "weight_adjustment_logs"."created_at" IS 'When the row was written.'
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_weight_adjustment_logs__date" ON "weight_adjustment_logs" ("date")
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "weight_adjustment_logs" IS 'One row per run of the weekly learning cycle, with its effect on the signal weights; skipped runs are logged too. Written once and never changed. Kept for 12 months, then archived and deleted.'
  `);
}

async function createLearningEvents(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE "learning_events" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "date" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        "adjustment_type" text NOT NULL,
        "adjustment" jsonb NOT NULL,
        "predicted_improvement" double precision NOT NULL,
        "baseline_performance" double precision NOT NULL,
        "actual_improvement" double precision,
        "accuracy" double precision,
        "evaluated_at" TIMESTAMP(3) WITH TIME ZONE,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "ck_learning_events__date_range" CHECK (
            "date" >= to_timestamp(0)
            AND "date" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_learning_events__adjustment_type_choice" CHECK (
            "adjustment_type" IN ('WEIGHT', 'ARCHETYPE', 'KEYWORD')
        ),
        CONSTRAINT "ck_learning_events__adjustment_size" CHECK (octet_length("adjustment"::text) <= 65536),
        CONSTRAINT "ck_learning_events__adjustment_shape" CHECK (jsonb_typeof("adjustment") = 'object'),
        CONSTRAINT "ck_learning_events__predicted_improvement_range" CHECK (
            "predicted_improvement" > '-Infinity'
            AND "predicted_improvement" < 'Infinity'
        ),
        CONSTRAINT "ck_learning_events__baseline_performance_range" CHECK (
            "baseline_performance" > '-Infinity'
            AND "baseline_performance" < 'Infinity'
        ),
        CONSTRAINT "ck_learning_events__actual_improvement_range" CHECK (
            "actual_improvement" > '-Infinity'
            AND "actual_improvement" < 'Infinity'
        ),
        CONSTRAINT "ck_learning_events__accuracy_range" CHECK (
            "accuracy" > '-Infinity'
            AND "accuracy" <= 1
        ),
        CONSTRAINT "ck_learning_events__evaluated_at_range" CHECK (
            "evaluated_at" >= to_timestamp(0)
            AND "evaluated_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_learning_events__created_at_range" CHECK (
            "created_at" >= to_timestamp(0)
            AND "created_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_learning_events__measured_together" CHECK (
            num_nulls("actual_improvement", "accuracy", "evaluated_at") IN (0, 3)
        ),
        CONSTRAINT "pk_learning_events" PRIMARY KEY ("id")
    );
    COMMENT ON COLUMN "learning_events"."id" IS 'Surrogate key.';
    COMMENT ON COLUMN "learning_events"."date" IS 'When the adjustment was made.';
    COMMENT ON COLUMN "learning_events"."adjustment_type" IS 'What was adjusted: WEIGHT, ARCHETYPE or KEYWORD.';
    COMMENT ON COLUMN "learning_events"."adjustment" IS 'The adjustment itself, as a JSON object.';
    COMMENT ON COLUMN "learning_events"."predicted_improvement" IS 'Expected relative change of the metric: 0.15 means 15 % better.';
    COMMENT ON COLUMN "learning_events"."baseline_performance" IS 'Value of the metric before the adjustment, in its own unit, e.g. a click rate of 0.032.';
    COMMENT ON COLUMN "learning_events"."actual_improvement" IS 'Measured relative change of the metric; negative when it got worse. Null: not measured yet.';
    COMMENT ON COLUMN "learning_events"."accuracy" IS '1 - |actual - predicted|, at most 1; may be negative. 1 is perfect, below 0.70 raises an alarm. Null: not measured yet.';
    COMMENT ON COLUMN "learning_events"."evaluated_at" IS 'When the effect was measured. Null: not measured yet.';
    COMMENT ON COLUMN "learning_events"."created_at" IS 'When the row was written.'
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_learning_events__date" ON "learning_events" ("date")
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "learning_events" IS 'One row per adjustment that the agent learned, with its predicted effect. Written at the adjustment; the measured effect is added once, one week later. Kept for 6 months, then archived and deleted.'
  `);
}

async function createRandomizedExperiments(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE "randomized_experiments" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "decision_id" uuid NOT NULL,
        "predicted_mode" "operational_mode" NOT NULL,
        "actual_mode" "operational_mode" NOT NULL,
        "predicted_outcome" double precision NOT NULL,
        "actual_outcome" double precision,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "uq_randomized_experiments__decision_id" UNIQUE ("decision_id"),
        CONSTRAINT "ck_randomized_experiments__predicted_outcome_range" CHECK (
            "predicted_outcome" > '-Infinity'
            AND "predicted_outcome" < 'Infinity'
        ),
        CONSTRAINT "ck_randomized_experiments__actual_outcome_range" CHECK (
            "actual_outcome" > '-Infinity'
            AND "actual_outcome" < 'Infinity'
        ),
        CONSTRAINT "ck_randomized_experiments__created_at_range" CHECK (
            "created_at" >= to_timestamp(0)
            AND "created_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "pk_randomized_experiments" PRIMARY KEY ("id")
    );
    COMMENT ON COLUMN "randomized_experiments"."id" IS 'Surrogate key.';
    COMMENT ON COLUMN "randomized_experiments"."decision_id" IS 'Decision whose mode was drawn at random, at most one row per decision. Deleting the decision deletes the row.';
    COMMENT ON COLUMN "randomized_experiments"."predicted_mode" IS 'Mode that the engine would have used without randomisation.';
    COMMENT ON COLUMN "randomized_experiments"."actual_mode" IS 'Mode that was drawn. May equal the predicted mode.';
    COMMENT ON COLUMN "randomized_experiments"."predicted_outcome" IS 'Expected value of the metric in its own unit, e.g. a click rate of 0.042.';
    COMMENT ON COLUMN "randomized_experiments"."actual_outcome" IS 'Measured value of the metric in its own unit. Null: not measured yet; measured 24 hours to 7 days after posting.';
    COMMENT ON COLUMN "randomized_experiments"."created_at" IS 'When the row was written.'
  `);
  await queryRunner.query(`
    CREATE INDEX "ix_randomized_experiments__created_at" ON "randomized_experiments" ("created_at")
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "randomized_experiments" IS 'One row per randomised decision, to compare the outcome of the drawn mode with the predicted one. Written with the decision; the measured outcome is added once. Kept for 90 days, then archived and deleted with its decision.'
  `);
}

async function createSegmentedWeights(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE "segmented_weights" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "segment_type" text NOT NULL,
        "segment_key" text NOT NULL,
        "sss_weight" double precision NOT NULL DEFAULT '0.4',
        "ars_weight" double precision NOT NULL DEFAULT '0.25',
        "evs_weight" double precision NOT NULL DEFAULT '0.2',
        "trs_weight" double precision NOT NULL DEFAULT '0.15',
        "sample_size" integer NOT NULL DEFAULT '0',
        "performance" double precision,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "uq_segmented_weights__segment_type_segment_key" UNIQUE ("segment_type", "segment_key"),
        CONSTRAINT "ck_segmented_weights__segment_type_choice" CHECK (
            "segment_type" IN (
                'GLOBAL',
                'PLATFORM',
                'TIME_OF_DAY',
                'DAY_OF_WEEK',
                'COMBINED'
            )
        ),
        CONSTRAINT "ck_segmented_weights__segment_key_length" CHECK (
            char_length("segment_key") BETWEEN 1 AND 64
        ),
        CONSTRAINT "ck_segmented_weights__segment_key_format" CHECK ("segment_key" ~ '^${UPPER_SNAKE}$'),
        CONSTRAINT "ck_segmented_weights__sss_weight_range" CHECK (
            "sss_weight" >= 0
            AND "sss_weight" <= 1
        ),
        CONSTRAINT "ck_segmented_weights__ars_weight_range" CHECK (
            "ars_weight" >= 0
            AND "ars_weight" <= 1
        ),
        CONSTRAINT "ck_segmented_weights__evs_weight_range" CHECK (
            "evs_weight" >= 0
            AND "evs_weight" <= 1
        ),
        CONSTRAINT "ck_segmented_weights__trs_weight_range" CHECK (
            "trs_weight" >= 0
            AND "trs_weight" <= 1
        ),
        CONSTRAINT "ck_segmented_weights__sample_size_range" CHECK ("sample_size" >= 0),
        CONSTRAINT "ck_segmented_weights__performance_range" CHECK (
            "performance" > '-Infinity'
            AND "performance" < 'Infinity'
        ),
        CONSTRAINT "ck_segmented_weights__created_at_range" CHECK (
            "created_at" >= to_timestamp(0)
            AND "created_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_segmented_weights__updated_at_range" CHECK (
            "updated_at" >= to_timestamp(0)
            AND "updated_at" < to_timestamp(253402300800)
        ),
        CONSTRAINT "ck_segmented_weights__weights_sum_to_one" CHECK (
            abs(
                "sss_weight" + "ars_weight" + "evs_weight" + "trs_weight" - 1
            ) <= 0.001::double precision
        ),
        CONSTRAINT "pk_segmented_weights" PRIMARY KEY ("id")
    );
    COMMENT ON COLUMN "segmented_weights"."id" IS 'Surrogate key.';
    COMMENT ON COLUMN "segmented_weights"."segment_type" IS 'Kind of the segment: GLOBAL, PLATFORM, TIME_OF_DAY, DAY_OF_WEEK or COMBINED.';
    COMMENT ON COLUMN "segmented_weights"."segment_key" IS 'Segment within its type, in upper snake case: GLOBAL, TWITTER, MORNING, WEEKEND, TWITTER_MORNING.';
    COMMENT ON COLUMN "segmented_weights"."sss_weight" IS 'Weight of the Solution-Seeking Score, 0..1. The four weights add up to 1.';
    COMMENT ON COLUMN "segmented_weights"."ars_weight" IS 'Weight of the Author Relationship Score, 0..1.';
    COMMENT ON COLUMN "segmented_weights"."evs_weight" IS 'Weight of the Engagement Velocity Score, 0..1.';
    COMMENT ON COLUMN "segmented_weights"."trs_weight" IS 'Weight of the Topic Relevance Score, 0..1.';
    COMMENT ON COLUMN "segmented_weights"."sample_size" IS 'Number of decisions behind the weights, 0 or more. The engine trusts the weights from 50.';
    COMMENT ON COLUMN "segmented_weights"."performance" IS 'Value of the metric in the segment, e.g. a click rate of 0.03. Null: not measured.';
    COMMENT ON COLUMN "segmented_weights"."created_at" IS 'When the row was written.';
    COMMENT ON COLUMN "segmented_weights"."updated_at" IS 'When the row was last changed.'
  `);
  await queryRunner.query(`
    COMMENT ON TABLE "segmented_weights" IS 'One row per segment (a platform, a part of the day or week, or both) with the current weights of the four signals. Updated by the weekly learning cycle. Kept for ever; \`weight_adjustment_logs\` holds the history.'
  `);
}

async function addForeignKeys(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    ALTER TABLE "randomized_experiments"
    ADD CONSTRAINT "fk_randomized_experiments__decision_id" FOREIGN KEY ("decision_id") REFERENCES "decisions"("id") ON DELETE CASCADE ON UPDATE NO ACTION
  `);
}
