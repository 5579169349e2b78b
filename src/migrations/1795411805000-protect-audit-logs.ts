import type { QueryRunner } from 'typeorm';
import type { ReversibleMigration } from './migration.js';

/**
 * WHY  an audit log that can be changed proves nothing, and grants alone do not stop the owner of the table.
 * WHAT creates triggers that refuse UPDATE, DELETE and TRUNCATE on audit_logs. There is one exception, for the purge after three
 *      years: the role `retention`, or a role that inherits it, may delete rows in a transaction that runs
 *      `SET LOCAL shared_db.audit_purge = 'on'`. Without the role `retention` there is no exception.
 *
 * Hand-written, because TypeORM cannot express triggers. LOCKS audit_logs (SHARE ROW EXCLUSIVE) for milliseconds. REVERSIBLE.
 */
export class ProtectAuditLogs1795411805000 implements ReversibleMigration {
  readonly name = 'ProtectAuditLogs1795411805000';
  readonly reversible = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE FUNCTION "refuse_audit_log_change"() RETURNS trigger
      LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
      BEGIN
        IF TG_OP = 'DELETE'
          AND current_setting('shared_db.audit_purge', true) = 'on'
          AND EXISTS (SELECT FROM pg_roles WHERE rolname = 'retention')
          AND pg_has_role(current_user, 'retention', 'USAGE')
        THEN
          RETURN OLD;
        END IF;
        RAISE EXCEPTION 'audit_logs is append-only: % is not allowed', TG_OP
          USING ERRCODE = 'insufficient_privilege', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
            HINT = 'Write a new entry instead. Only the retention purge may delete entries.';
      END
      $$
    `);
    await queryRunner.query(`
      COMMENT ON FUNCTION "refuse_audit_log_change"() IS 'Refuses changes of audit_logs. Only the retention purge may delete rows.'
    `);
    await queryRunner.query(`
      CREATE TRIGGER "tg_audit_logs__append_only" BEFORE UPDATE OR DELETE ON "audit_logs"
      FOR EACH ROW EXECUTE FUNCTION "refuse_audit_log_change"()
    `);
    await queryRunner.query(`
      CREATE TRIGGER "tg_audit_logs__no_truncate" BEFORE TRUNCATE ON "audit_logs"
      FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_log_change"()
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TRIGGER "tg_audit_logs__no_truncate" ON "audit_logs"`);
    await queryRunner.query(`DROP TRIGGER "tg_audit_logs__append_only" ON "audit_logs"`);
    await queryRunner.query(`DROP FUNCTION "refuse_audit_log_change"()`);
  }
}
