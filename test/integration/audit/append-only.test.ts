import { beforeAll, describe, expect, it } from '@jest/globals';
import { AuditLog } from '@shared/db';
import { rawQueryRunner } from '../../../src/connection/query-runner.js';
import { useDatabase } from '../../support/database.js';

const REFUSED = { code: 'APPEND_ONLY_VIOLATION', sqlState: '42501', table: 'audit_logs' };

describe('the audit log', () => {
  const db = useDatabase();
  const entry = { entityType: 'reply', entityId: 'r-1', action: 'approve', actor: 'operator-1' };

  beforeAll(async () => {
    await db.dataSource.getRepository(AuditLog).insert(entry);
  });

  it('accepts new entries, with empty details by default', async () => {
    const [row] = await db.dataSource.getRepository(AuditLog).find();
    expect(row).toMatchObject({ ...entry, detailsJson: {} });
  });

  it.each([
    [`UPDATE audit_logs SET actor = 'somebody-else'`],
    [`DELETE FROM audit_logs`],
    [`TRUNCATE audit_logs`],
    [`TRUNCATE audit_logs CASCADE`],
    [`MERGE INTO audit_logs USING (SELECT 1) x ON true WHEN MATCHED THEN DELETE`],
    [
      `INSERT INTO audit_logs (id, entity_type, entity_id, action, actor) SELECT id, 'x', 'x', 'x', 'x' FROM audit_logs
      ON CONFLICT (id) DO UPDATE SET actor = 'somebody-else'`,
    ],
  ])('refuses %s, also by the owner', async (sql) => {
    await expect(db.dataSource.query(sql)).rejects.toMatchObject(REFUSED);
    expect(await db.dataSource.getRepository(AuditLog).find()).toMatchObject([entry]);
  });

  it('tells users of psql what to do instead', async () => {
    const runner = rawQueryRunner(db.dataSource);
    const told: unknown = await runner.query('DELETE FROM audit_logs').catch((error: unknown) => error);
    await runner.release();
    expect(told).toHaveProperty('driverError.hint', expect.stringContaining('new entry'));
  });

  it('refuses save, update and delete of its repository', async () => {
    const repository = db.dataSource.getRepository(AuditLog);
    const row = await repository.findOneByOrFail({ entityId: 'r-1' });
    row.actor = 'somebody-else';
    await expect(repository.save(row)).rejects.toMatchObject(REFUSED);
    await expect(repository.update({ id: row.id }, { actor: 'somebody-else' })).rejects.toMatchObject(REFUSED);
    await expect(repository.delete({ id: row.id })).rejects.toMatchObject(REFUSED);
  });

  it('refuses a purge by a role other than retention, even with the setting', async () => {
    const marked = db.dataSource.transaction(async (manager) => {
      await manager.query(`SET LOCAL shared_db.audit_purge = 'on'`);
      await manager.query('SET LOCAL ROLE pg_read_all_data');
      await manager.query('RESET ROLE');
      await manager.query('DELETE FROM audit_logs');
    });
    await expect(marked).rejects.toMatchObject(REFUSED);
  });

  it('refuses an update during a purge', async () => {
    const marked = db.dataSource.transaction(async (manager) => {
      await manager.query(`SET LOCAL shared_db.audit_purge = 'on'`);
      await manager.query(`UPDATE audit_logs SET actor = 'somebody-else'`);
    });
    await expect(marked).rejects.toMatchObject(REFUSED);
  });
});
