import type { QueryRunner } from 'typeorm';
import type { ReversibleMigration } from './migration.js';

interface FinalTrigger {
  readonly table: string;
  /** `tg_<table>__<meaning>` is its name. */
  readonly meaning: string;
  /** The changes that are refused, over OLD and NEW. */
  readonly when: string;
  /** What PostgreSQL says. */
  readonly message: string;
  /** Columns that the deletion of the row they name may empty (ON DELETE SET NULL), separated by commas. */
  readonly references?: string;
  /** Columns that an erasure may change, separated by commas. */
  readonly erasable?: string;
}

/**
 * WHY  an approval, a decision or a measurement that can be changed afterwards proves nothing, and a save() of an entity that was
 *      loaded too early changed them without anybody noticing.
 * WHAT triggers that refuse to change what is final. Two ways in: deleting an archetype or an experiment still empties the
 *      reference of a decision; and the role `retention` (or one that inherits it), in a transaction marked with
 *      `SET LOCAL shared_db.erasure = 'on'`, may remove personal data from the text of a reply and the signals of a decision.
 *      DELETE is not refused: purge and erasure delete rows.
 *
 * Hand-written: TypeORM cannot express triggers. LOCKS each table (SHARE ROW EXCLUSIVE) for a moment. REVERSIBLE.
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
    message: 'a processed post does not go back to the queue: a second look is a second decision',
  },
  {
    table: 'experiments',
    meaning: 'end_final',
    when: `OLD."status" IN ('COMPLETED', 'CANCELLED') AND OLD."status" <> NEW."status"`,
    message: 'a completed or cancelled experiment stays so: start a new one',
  },
  {
    table: 'decisions',
    meaning: 'written_once',
    when: 'OLD.* IS DISTINCT FROM NEW.*',
    message: 'a decision is never changed: a second look is a second row',
    references: 'archetype_id,experiment_id',
    erasable: 'signals_json',
  },
  {
    table: 'replies',
    meaning: 'approval_final',
    when: `OLD."approval_status" <> 'PENDING' AND ${anyOf('approval_status', 'approved_by', 'approved_at')}`,
    message: 'an approval or a rejection is final: a second attempt is a new reply',
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
    message: 'a reply that was taken back stays so',
  },
  {
    table: 'competitive_mentions',
    meaning: 'written_once',
    when: anyOf('id', 'post_id', 'competitor_id', 'sentiment', 'satisfaction', 'opportunity_score', 'created_at'),
    message: 'a competitive mention never changes but for `replied`',
  },
  {
    table: 'weight_adjustment_logs',
    meaning: 'written_once',
    when: 'OLD.* IS DISTINCT FROM NEW.*',
    message: 'the log of a learning cycle is never changed: write a new row',
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
    message: 'a causal probe never changes: only its outcome is added',
  },
  {
    table: 'randomized_experiments',
    meaning: 'measured_once',
    when: `OLD."actual_outcome" IS NOT NULL AND ${anyOf('actual_outcome')}`,
    message: 'the outcome of a causal probe is final',
  },
  {
    table: 'kpi_metrics',
    meaning: 'created_once',
    when: anyOf('created_at'),
    message: 'created_at is when the number was first written: counting again does not change it',
  },
  {
    table: 'escalations',
    meaning: 'closing_final',
    when: `OLD."status" IN ('RESOLVED', 'DISMISSED') AND ${anyOf('status', 'resolved_by', 'resolved_at')}`,
    message: 'a closed escalation is not opened or closed again: open a new one',
  },
];

/** Whether one of the columns changes. Not as ROW(…) IS DISTINCT FROM ROW(…), which pg_get_triggerdef prints in a form of its own. */
function anyOf(...columns: readonly string[]): string {
  const changes = columns.map((column) => `OLD."${column}" IS DISTINCT FROM NEW."${column}"`);
  return `(${changes.join(' OR ')})`;
}

async function createFunction(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE FUNCTION "refuse_final_change"() RETURNS trigger
    LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      -- The columns that may change all the same. TG_ARGV: sentence, references, erasable.
      "released" text[];
    BEGIN
      -- ON DELETE SET NULL runs inside a trigger of PostgreSQL's own.
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
          HINT = 'What is final stays as it is: leave it out of the update, or write a new row.';
    END
    $$
  `);
  await queryRunner.query(`
    COMMENT ON FUNCTION "refuse_final_change"() IS 'Refuses to change what is final; lets references be emptied, and personal data be erased.'
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
