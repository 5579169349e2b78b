import type { QueryRunner } from 'typeorm';
import type { ReversibleMigration } from './migration.js';

interface FinalTrigger {
  readonly table: string;
  /** Last part of the name of the trigger: `tg_<table>__<meaning>`. */
  readonly meaning: string;
  /** SQL condition over OLD and NEW that holds for a refused change. */
  readonly when: string;
  /** Message of the error, after the name of the table. */
  readonly message: string;
  /** Foreign keys that ON DELETE SET NULL may set to null, separated by commas. */
  readonly references?: string;
  /** Columns that an erasure of personal data may change, separated by commas. */
  readonly erasable?: string;
}

/**
 * WHY  an approval, a decision or a measurement that can be changed afterwards proves nothing. Without the triggers, save() of an
 *      outdated entity overwrites them unnoticed.
 * WHAT creates triggers that refuse changes of final values. There are two exceptions: deleting an archetype or an experiment sets
 *      the reference of a decision to null, and the role `retention`, or a role that inherits it, may remove personal data from
 *      the text of a reply and the signals of a decision in a transaction that runs `SET LOCAL shared_db.erasure = 'on'`.
 *      DELETE is allowed, because purge and erasure delete rows.
 *
 * Hand-written, because TypeORM cannot express triggers. LOCKS each table (SHARE ROW EXCLUSIVE) for milliseconds. REVERSIBLE.
 */
export class ProtectFinalValues1795411806000 implements ReversibleMigration {
  readonly name = 'ProtectFinalValues1795411806000';
  readonly reversible = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    await createFunction(queryRunner);
    for (const trigger of TRIGGERS) await createTrigger(queryRunner, trigger);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const { table, meaning } of [...TRIGGERS].reverse()) {
      await queryRunner.query(`DROP TRIGGER "tg_${table}__${meaning}" ON "${table}"`);
    }
    await queryRunner.query(`DROP FUNCTION "refuse_final_change"()`);
  }
}

const TRIGGERS: readonly FinalTrigger[] = [
  {
    table: 'posts',
    meaning: 'stays_processed',
    when: 'OLD."processed_at" IS NOT NULL AND NEW."processed_at" IS NULL',
    message: 'a processed post does not return to the queue: write a second decision instead',
  },
  {
    table: 'experiments',
    meaning: 'end_final',
    when: `OLD."status" IN ('COMPLETED', 'CANCELLED') AND OLD."status" <> NEW."status"`,
    message: 'the status of a completed or cancelled experiment is final: create a new experiment instead',
  },
  {
    table: 'decisions',
    meaning: 'written_once',
    when: 'OLD.* IS DISTINCT FROM NEW.*',
    message: 'a decision never changes: write a new decision instead',
    references: 'archetype_id,experiment_id',
    erasable: 'signals_json',
  },
  {
    table: 'replies',
    meaning: 'approval_final',
    when: `OLD."approval_status" <> 'PENDING' AND ${anyOf('approval_status', 'approved_by', 'approved_at')}`,
    message: 'an approval or a rejection is final: write a new reply instead',
  },
  {
    table: 'replies',
    meaning: 'content_final',
    when: `OLD."approval_status" <> 'PENDING' AND ${anyOf('content', 'platform')}`,
    message: 'the text and the platform of a reply no longer change once it is approved or rejected',
    erasable: 'content,updated_at',
  },
  {
    table: 'replies',
    meaning: 'posting_final',
    when: `OLD."posted_at" IS NOT NULL AND ${anyOf('posted_at', 'platform_post_id')}`,
    message: 'the time of posting and the id on the platform are final',
  },
  {
    table: 'replies',
    meaning: 'deletion_final',
    when: `OLD."deleted_at" IS NOT NULL AND ${anyOf('deleted_at')}`,
    message: 'a deleted reply stays deleted',
  },
  {
    table: 'competitive_mentions',
    meaning: 'written_once',
    when: anyOf('id', 'post_id', 'competitor_id', 'sentiment', 'satisfaction', 'opportunity_score', 'created_at'),
    message: 'only `replied` of a competitive mention may change',
  },
  {
    table: 'weight_adjustment_logs',
    meaning: 'written_once',
    when: 'OLD.* IS DISTINCT FROM NEW.*',
    message: 'the log of a learning cycle never changes: write a new row instead',
  },
  {
    table: 'learning_events',
    meaning: 'written_once',
    when: anyOf(
      ...['id', 'date', 'adjustment_type', 'adjustment', 'predicted_improvement', 'baseline_performance'],
      'created_at',
    ),
    message: 'a learning event never changes: only its measurement is added',
  },
  {
    table: 'learning_events',
    meaning: 'measured_once',
    when: `OLD."evaluated_at" IS NOT NULL AND ${anyOf('actual_improvement', 'accuracy', 'evaluated_at')}`,
    message: 'the measurement of a learning event is final',
  },
  {
    table: 'randomized_experiments',
    meaning: 'written_once',
    when: anyOf('id', 'decision_id', 'predicted_mode', 'actual_mode', 'predicted_outcome', 'created_at'),
    message: 'a randomized experiment never changes: only its outcome is added',
  },
  {
    table: 'randomized_experiments',
    meaning: 'measured_once',
    when: `OLD."actual_outcome" IS NOT NULL AND ${anyOf('actual_outcome')}`,
    message: 'the outcome of a randomized experiment is final',
  },
  {
    table: 'kpi_metrics',
    meaning: 'created_once',
    when: anyOf('created_at'),
    message: 'created_at of a KPI metric never changes',
  },
  {
    table: 'escalations',
    meaning: 'closing_final',
    when: `OLD."status" IN ('RESOLVED', 'DISMISSED') AND ${anyOf('status', 'resolved_by', 'resolved_at')}`,
    message: 'a closed escalation is final: open a new one instead',
  },
];

/** SQL condition: one of the columns changes. Not written as ROW(…) IS DISTINCT FROM ROW(…), which pg_get_triggerdef prints differently. */
function anyOf(...columns: readonly string[]): string {
  const changes = columns.map((column) => `OLD."${column}" IS DISTINCT FROM NEW."${column}"`);
  return `(${changes.join(' OR ')})`;
}

async function createFunction(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE FUNCTION "refuse_final_change"() RETURNS trigger
    LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      -- Columns that may change nevertheless. TG_ARGV: message, references, erasable.
      "released" text[];
    BEGIN
      -- ON DELETE SET NULL runs inside a trigger of PostgreSQL itself.
      IF pg_trigger_depth() > 1 THEN
        "released" := string_to_array(TG_ARGV[1], ',');
      ELSIF current_setting('shared_db.erasure', true) = 'on'
        AND EXISTS (SELECT FROM pg_roles WHERE rolname = 'retention')
        AND pg_has_role(current_user, 'retention', 'USAGE')
      THEN
        "released" := string_to_array(TG_ARGV[2], ',');
      END IF;
      IF to_jsonb(NEW) - "released" = to_jsonb(OLD) - "released" THEN
        RETURN NEW;
      END IF;
      RAISE EXCEPTION '%: %', TG_TABLE_NAME, TG_ARGV[0]
        USING ERRCODE = 'integrity_constraint_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
          HINT = 'Leave final values out of the update, or write a new row.';
    END
    $$
  `);
  await queryRunner.query(`
    COMMENT ON FUNCTION "refuse_final_change"() IS 'Refuses changes of final values. ON DELETE SET NULL and the erasure of personal data are allowed.'
  `);
}

async function createTrigger(queryRunner: QueryRunner, trigger: FinalTrigger): Promise<void> {
  const { table, meaning, when, message, references = '', erasable = '' } = trigger;
  await queryRunner.query(`
    CREATE TRIGGER "tg_${table}__${meaning}" BEFORE UPDATE ON "${table}"
    FOR EACH ROW WHEN (${when})
    EXECUTE FUNCTION "refuse_final_change"('${message}', '${references}', '${erasable}')
  `);
}
