import { describe, expect, it } from '@jest/globals';
import { inTransaction } from '../../../src/connection/transaction.js';
import { AuditLogRepository, type AuditEntry } from '../../../src/repositories/audit-log.repository.js';
import { writeAudit } from '../../../src/repositories/audit-trail.js';
import { useDatabase } from '../../support/database.js';
import { waitForLaterTime } from './stored-rows.js';

const db = useDatabase();
const audit = (): AuditLogRepository => AuditLogRepository.of(db.dataSource);

describe('AuditLogRepository', () => {
  it('reads empty lists and an empty stream from an empty log', async () => {
    const empty = { rows: [], next: null, previous: null };
    expect(await audit().listOfEntity('reply', '1')).toEqual(empty);
    expect(await audit().listByActor('operator_1')).toEqual(empty);
    const stream = audit().streamRange({ from: new Date(0), to: new Date() });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('appends one entry and many entries, with ids and times of the database, in their order', async () => {
    const entry = { entityType: 'reply', entityId: '1', action: 'approve', actor: 'operator_1' };
    const [first] = await audit().append(entry);
    await waitForLaterTime();
    const rest = await audit().append([
      { ...entry, action: 'edit', detailsJson: { length: 7 } },
      { ...entry, entityId: '2', actor: 'operator_2' },
    ]);
    expect(await audit().append([])).toEqual([]);
    const { rows } = await audit().listOfEntity('reply', '1');
    expect(rows.map(({ id }) => id)).toEqual([rest[0]?.id, first?.id]);
    expect(rows[0]).toMatchObject({ action: 'edit', actor: 'operator_1', detailsJson: { length: 7 } });
    expect(await audit().listByActor('operator_2')).toMatchObject({ rows: [{ id: rest[1]?.id, detailsJson: {} }] });
  });

  it('refuses an entry with an unknown property, such as a time, and writes none of the others', async () => {
    const entry = { entityType: 'post', entityId: '9', action: 'update', actor: 'system' };
    const invalid = { ...entry, createdAt: new Date(0) };
    await expect(audit().append([entry, invalid])).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(audit().append({ ...entry, action: 'Do It' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    expect(await audit().listOfEntity('post', '9')).toMatchObject({ rows: [] });
  });

  it('appends in the transaction of the caller', async () => {
    const failing = inTransaction(db.dataSource, async (manager) => {
      await AuditLogRepository.of(manager).append({
        entityType: 'post',
        entityId: '8',
        action: 'update',
        actor: 'system',
      });
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await audit().listOfEntity('post', '8')).toMatchObject({ rows: [] });
  });

  it('pages the history of a row in both directions', async () => {
    for (const length of [1, 2, 3, 4, 5]) {
      await audit().append({
        entityType: 'page',
        entityId: '1',
        action: 'edit',
        actor: 'system',
        detailsJson: { length },
      });
      await waitForLaterTime();
    }
    const first = await audit().listOfEntity('page', '1', { limit: 2 });
    const second = await audit().listOfEntity('page', '1', { limit: 2, after: first.next });
    const back = await audit().listOfEntity('page', '1', { limit: 2, before: second.previous });
    expect([...first.rows, ...second.rows].map(({ detailsJson }) => detailsJson.length)).toEqual([5, 4, 3, 2]);
    expect(back.rows).toEqual(first.rows);
    await expect(audit().listByActor('system', { after: first.next })).rejects.toMatchObject({
      code: 'INVALID_CURSOR',
    });
  });

  it('streams a period of 2,500 entries in three parts, each entry once, without its end', async () => {
    await db.dataSource.query(
      `INSERT INTO audit_logs (entity_type, entity_id, action, actor, created_at)
       SELECT 'stream', n::text, 'create', 'system', '2026-01-01'::timestamptz + (n / 3) * interval '1 second' FROM generate_series(0, 2502) n`,
    );
    const parts: AuditEntry[][] = [];
    const range = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2026-01-01T00:13:54Z') };
    for await (const part of audit().streamRange(range)) parts.push(part);
    expect(parts.map(({ length }) => length)).toEqual([1_000, 1_000, 502]);
    expect(new Set(parts.flat().map(({ entityId }) => entityId)).size).toBe(2_502);
  });
});

describe('writeAudit()', () => {
  it('refuses a word that is not in lower snake case, because it becomes part of the statement', () => {
    const change = { source: 'changed', entityType: 'reply', action: 'edit', actor: '$2' };
    expect(() => writeAudit({ ...change, action: "edit', ''); --" })).toThrow(TypeError);
    expect(writeAudit(change)).toContain(
      `SELECT 'reply', changed.id::text, 'edit', $2::text, '{}'::jsonb FROM changed`,
    );
  });
});
