import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Plain } from '../../../src/repositories/plain.js';
import type { EscalationInput } from '../../../src/validation/index.js';
import { EscalationRepository } from '../../../src/repositories/escalation.repository.js';
import { EscalationReasonRepository } from '../../../src/repositories/reference.repository.js';
import { useDatabase } from '../../support/database.js';
import { ID } from '../../support/rows.js';
import { closeTogether, openTogether, takeTogether } from './scenarios/escalations.js';
import { readAudit, storeDecision, waitForLaterTime } from './stored-rows.js';

const db = useDatabase();
let escalations: EscalationRepository;
let postId: string;
let decisionId: string;

beforeEach(async () => {
  await db.dataSource.query('DELETE FROM escalations');
  escalations = EscalationRepository.of(db.dataSource);
  ({ postId, decisionId } = await storeDecision(db.dataSource));
});

const open = async (input: Plain<EscalationInput>): Promise<string> =>
  (await escalations.openOnce(input)).escalation.id;

describe('EscalationRepository.openOnce()', () => {
  it('opens an escalation with its audit row, once for the same targets and reason until it is closed', async () => {
    const first = await escalations.openOnce({ postId, decisionId });
    expect(first).toMatchObject({ opened: true, escalation: { postId, replyId: null, status: 'PENDING' } });
    const { id } = first.escalation;
    expect(await escalations.openOnce({ postId, decisionId })).toEqual({ opened: false, escalation: first.escalation });
    expect(await escalations.openOnce({ postId })).toMatchObject({ opened: true });
    expect(await readAudit(db.dataSource, id)).toEqual([
      { action: 'escalation.open', actor: 'system', details: { priority: 'MEDIUM' } },
    ]);
    await escalations.resolve(id, 'operator_1');
    expect(await escalations.openOnce({ postId, decisionId })).toMatchObject({ opened: true });
  });

  it('takes the priority from the reason unless one is given', async () => {
    const reasons = EscalationReasonRepository.of(db.dataSource);
    const { id: reasonId } = await reasons.add(
      { name: 'BACKLASH_SPIKE', description: 'Many hostile answers.', severity: 'CRITICAL' },
      'system',
    );
    expect(await escalations.openOnce({ postId, reasonId })).toMatchObject({
      escalation: { priority: 'CRITICAL', reason: 'BACKLASH_SPIKE' },
    });
    expect(await escalations.openOnce({ decisionId, reasonId, priority: 'LOW' })).toMatchObject({
      escalation: { priority: 'LOW' },
    });
  });

  it('refuses an escalation without a target, and one of an unknown post (23503, fk_escalations__post_id)', async () => {
    await expect(escalations.openOnce({ priority: 'LOW' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(escalations.openOnce({ postId: ID })).rejects.toMatchObject({
      sqlState: '23503',
      constraint: 'fk_escalations__post_id',
    });
    expect(await escalations.countOpen()).toEqual({ open: 0, unassigned: 0, overdue: 0 });
  });

  it('opens one escalation in a storm of parallel calls', async () => {
    expect(await openTogether(db.dataSource, 4)).toEqual({ rounds: 4, violations: [] });
  });
});

describe('EscalationRepository, states', () => {
  it('assigns an open escalation, hands it over, and refuses to take it from somebody', async () => {
    const id = await open({ postId });
    await escalations.assign(id, 'operator_1');
    await escalations.assign(id, 'operator_1');
    await expect(escalations.assign(id, 'operator_2')).rejects.toMatchObject({
      name: 'EscalationAlreadyAssigned',
      code: 'STATE_CONFLICT',
      by: 'operator_1',
    });
    await escalations.assign(id, 'operator_2', { actor: 'operator_1', from: 'operator_1' });
    expect((await escalations.listOpen()).rows).toMatchObject([{ status: 'IN_REVIEW', assignedTo: 'operator_2' }]);
    expect((await readAudit(db.dataSource, id)).slice(1)).toEqual([
      { action: 'escalation.assign', actor: 'operator_1', details: { from: null, to: 'operator_1' } },
      { action: 'escalation.assign', actor: 'operator_1', details: { from: 'operator_1', to: 'operator_2' } },
    ]);
  });

  it('closes an escalation once, and says who closed it', async () => {
    const id = await open({ postId });
    await escalations.dismiss(id, 'operator_1', 'Nothing to do.');
    expect(await escalations.findOneByOrFail({ id })).toMatchObject({
      ...{ status: 'DISMISSED', resolvedBy: 'operator_1', resolutionNotes: 'Nothing to do.' },
    });
    const closed = { name: 'EscalationAlreadyClosed', status: 'DISMISSED', by: 'operator_1', at: expect.any(Date) };
    await expect(escalations.resolve(id, 'operator_2')).rejects.toMatchObject(closed);
    await expect(escalations.assign(id, 'operator_2')).rejects.toMatchObject(closed);
    await expect(escalations.resolve(ID, 'operator_2')).rejects.toMatchObject({ code: 'ENTITY_NOT_FOUND' });
    await expect(escalations.resolve(id, 'operator_2', 'n'.repeat(5_001))).rejects.toMatchObject({
      code: 'ENTITY_INVALID',
    });
    expect((await readAudit(db.dataSource, id)).map(({ action }) => action)).toEqual([
      'escalation.open',
      'escalation.dismiss',
    ]);
  });

  it('gives an escalation to exactly one of two operators', async () => {
    expect(await takeTogether(db.dataSource, 5)).toEqual({ rounds: 5, violations: [] });
  });

  it('lets exactly one of two operators close an escalation', async () => {
    expect(await closeTogether(db.dataSource, 5)).toEqual({ rounds: 5, violations: [] });
  });
});

describe('EscalationRepository, lists', () => {
  it('lists open escalations by priority and then by age, in pages of both directions', async () => {
    expect(await escalations.listOpen()).toEqual({ rows: [], next: null, previous: null });
    const priorities = ['LOW', 'CRITICAL', 'MEDIUM', 'CRITICAL', 'HIGH', 'CRITICAL'] as const;
    const ids: string[] = [];
    for (const priority of priorities) {
      ids.push(await open({ postId: (await storeDecision(db.dataSource)).postId, priority }));
      await waitForLaterTime();
    }
    await escalations.resolve(await open({ postId }), 'operator_1');
    const expected = [1, 3, 5, 4, 2, 0].map((index) => ids[index]);
    const first = await escalations.listOpen({ limit: 2 });
    const second = await escalations.listOpen({ limit: 2, after: first.next });
    const third = await escalations.listOpen({ limit: 2, after: second.next });
    const all = [first, second, third].flatMap(({ rows }) => rows.map(({ id }) => id));
    expect(all).toEqual(expected);
    expect((await escalations.listOpen({ limit: 2, before: third.previous })).rows).toEqual(second.rows);
    expect(third.next).toBeNull();
  });

  it('lists and counts those open for longer than four hours, the oldest first', async () => {
    const ids = [];
    for (let n = 0; n < 3; n += 1) ids.push(await open({ postId: (await storeDecision(db.dataSource)).postId }));
    await db.dataSource.query(
      `UPDATE escalations SET created_at = now() - CASE WHEN id = $1 THEN interval '5 hours' ELSE interval '6 hours' END WHERE id <> $2`,
      [ids[0], ids[2]],
    );
    await escalations.assign(ids[0] ?? '', 'operator_1');
    expect((await escalations.listOverdue()).rows.map(({ id }) => id)).toEqual([ids[1], ids[0]]);
    expect((await escalations.listOverdue({ hours: 5.5 })).rows.map(({ id }) => id)).toEqual([ids[1]]);
    expect(await escalations.countOpen()).toEqual({ open: 3, unassigned: 2, overdue: 2 });
  });
});
