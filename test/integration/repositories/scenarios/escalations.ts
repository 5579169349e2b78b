import type { DataSource } from 'typeorm';
import { EscalationRepository } from '../../../../src/repositories/escalation.repository.js';
import { EscalationAlreadyAssigned, EscalationAlreadyClosed } from '../../../../src/repositories/state-conflict.js';
import { readAudit, storeDecision } from '../stored-rows.js';
import { type Findings, settle } from './findings.js';

/** Sixteen calls escalate the same post for the same reason at once. One escalation is opened. */
export async function openTogether(dataSource: DataSource, rounds: number): Promise<Findings> {
  const violations: string[] = [];
  const escalations = EscalationRepository.of(dataSource);
  const { postId } = await storeDecision(dataSource);
  for (let round = 0; round < rounds; round += 1) {
    const calls = Array.from({ length: 16 }, () => escalations.openOnce({ postId }));
    violations.push(...(await settle(calls)));
    const results = (await Promise.allSettled(calls)).flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
    const opened = results.filter((result) => result.opened);
    const ids = new Set(results.map(({ escalation }) => escalation.id));
    const open = await escalations.count({ where: { postId, status: 'PENDING' } });
    if (opened.length !== 1 || ids.size !== 1 || open !== 1) {
      violations.push(`round ${round}: ${opened.length} opened, ${ids.size} ids, ${open} rows`);
    }
    for (const id of ids) await escalations.dismiss(id, 'operator_1');
  }
  return { rounds, violations };
}

/** Two operators take the same escalation at once. One gets it, and the other learns who. */
export async function takeTogether(dataSource: DataSource, rounds: number): Promise<Findings> {
  const violations: string[] = [];
  const escalations = EscalationRepository.of(dataSource);
  const { postId } = await storeDecision(dataSource);
  for (let round = 0; round < rounds; round += 1) {
    const { id } = (await escalations.openOnce({ postId })).escalation;
    const ends = await Promise.allSettled(
      ['operator_1', 'operator_2'].map((operator) => escalations.assign(id, operator)),
    );
    const { assignedTo } = await escalations.findOneByOrFail({ id });
    const lost = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
    const isTold = lost.every((error) => error instanceof EscalationAlreadyAssigned && error.by === assignedTo);
    if (lost.length !== 1 || !isTold) violations.push(`round ${round}: ${lost.map(String).join('; ')}`);
    await escalations.dismiss(id, 'operator_1');
  }
  return { rounds, violations };
}

/** Two operators close the same escalation at once. One does, and the other learns who. */
export async function closeTogether(dataSource: DataSource, rounds: number): Promise<Findings> {
  const violations: string[] = [];
  const escalations = EscalationRepository.of(dataSource);
  const { postId } = await storeDecision(dataSource);
  for (let round = 0; round < rounds; round += 1) {
    const { id } = (await escalations.openOnce({ postId })).escalation;
    const ends = await Promise.allSettled([
      escalations.resolve(id, 'operator_1'),
      escalations.dismiss(id, 'operator_2'),
    ]);
    const { resolvedBy } = await escalations.findOneByOrFail({ id });
    const lost = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
    const isTold = lost.every((error) => error instanceof EscalationAlreadyClosed && error.by === resolvedBy);
    const closings = (await readAudit(dataSource, id)).filter(({ action }) => action !== 'escalation.open');
    if (lost.length !== 1 || !isTold || closings.length !== 1) {
      violations.push(`round ${round}: ${lost.map(String).join('; ')}; ${closings.length} audit rows`);
    }
  }
  return { rounds, violations };
}
