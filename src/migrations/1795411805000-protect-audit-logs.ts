import type { QueryRunner } from 'typeorm';
import type { ReversibleMigration } from './migration.js';

/**
 * WHY  an audit log that can be changed proves nothing, whoever holds the rights; grants alone do not stop the owner.
 * WHAT a trigger that refuses UPDATE, DELETE and TRUNCATE on audit_logs. One way in: the purge after three years, which the
 *      role `retention` (or one that inherits it) runs in a transaction marked with
 *      `SET LOCAL shared_db.audit_purge = 'on'`; it may delete, never change. Where the role does not exist, nothing may.
 *
 * Hand-written: TypeORM cannot express triggers. LOCKS audit_logs (SHARE ROW EXCLUSIVE) for a moment. REVERSIBLE.
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
        RAISE EXCEPTION 'audit_logs is append-only: % is refused', TG_OP
          USING ERRCODE = 'insufficient_privilege', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
            HINT = 'Write a new entry instead; only the retention purge may remove old ones.';
      END
      $$
    `);
    await queryRunner.query(`
      COMMENT ON FUNCTION "refuse_audit_log_change"() IS 'Keeps audit_logs append-only; lets the retention purge delete.'
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
