import type { DataSource } from 'typeorm';
import { inTransaction } from '../../../../src/connection/transaction.js';
import { Reply } from '../../../../src/entities/index.js';
import { OUTCOME_WINDOWS, ReplyRepository } from '../../../../src/repositories/reply.repository.js';
import { ReplyAlreadyDecided } from '../../../../src/repositories/state-conflict.js';
import { CONTENT } from '../../../support/rows.js';
import { readAudit, storeApprovedReply, storeDecision, storeReply } from '../stored-rows.js';
import { type Findings, settle } from './findings.js';

/** Operators approve, reject and edit the same reply at once. Exactly one decides, and the others learn who. */
export async function decideTogether(dataSource: DataSource, rounds: number): Promise<Findings> {
  const violations: string[] = [];
  const replies = ReplyRepository.of(dataSource);
  const { decisionId } = await storeDecision(dataSource);
  for (let round = 0; round < rounds; round += 1) {
    const id = await storeReply(dataSource, { decisionId });
    const calls = [
      () => replies.approve(id, 'operator_1'),
      () => replies.reject(id, 'operator_2', 'OTHER'),
      () => replies.edit(id, 'operator_3', `Edited. ${CONTENT}`),
    ];
    if (round % 2 === 1) calls.reverse();
    const ends = await Promise.allSettled(calls.map((call) => call()));
    if (round % 2 === 1) ends.reverse();
    const [approved, rejected] = ends;
    const { approvalStatus } = await dataSource.getRepository(Reply).findOneByOrFail({ id });
    const winner = approvalStatus === 'APPROVED' ? 'operator_1' : 'operator_2';
    const winners = [approved, rejected].filter((end) => end?.status === 'fulfilled').length;
    if (winners !== 1) violations.push(`round ${round}: ${winners} operators decided`);
    for (const end of ends) {
      if (end.status === 'fulfilled') continue;
      const error: unknown = end.reason;
      const isTold = error instanceof ReplyAlreadyDecided && error.by === winner && error.status === approvalStatus;
      if (!isTold) violations.push(`round ${round}: ${String(error)}`);
    }
    const decided = (await readAudit(dataSource, id)).filter(({ action }) => action !== 'reply.edit');
    if (decided.length !== 1 || decided[0]?.actor !== winner)
      violations.push(`round ${round}: ${JSON.stringify(decided)}`);
  }
  return { rounds, violations };
}

/** Four posters empty the posting queue. Each reply is posted once. */
export async function postTogether(dataSource: DataSource, rounds: number): Promise<Findings> {
  const violations: string[] = [];
  const { decisionId } = await storeDecision(dataSource);
  for (let round = 0; round < rounds; round += 1) {
    const waiting = await Promise.all([1, 2, 3, 4, 5, 6].map(() => storeApprovedReply(dataSource, { decisionId })));
    const posted: string[] = [];
    const postOne = (): Promise<number> =>
      inTransaction(dataSource, async (manager) => {
        const replies = ReplyRepository.of(manager);
        const claimed = await replies.claimUnposted(1);
        for (const { id } of claimed) {
          posted.push(id);
          await replies.markPosted(id, `tweet_${id}`);
        }
        return claimed.length;
      });
    const post = async (): Promise<void> => {
      while ((await postOne()) > 0);
    };
    violations.push(...(await settle([post(), post(), post(), post()])));
    if (posted.length !== waiting.length || new Set(posted).size !== waiting.length) {
      violations.push(`round ${round}: ${posted.length} posts of ${new Set(posted).size} replies`);
    }
  }
  return { rounds, violations };
}

/** Four feedback collectors record the four times of measurement of one reply at once. */
export async function measureTogether(dataSource: DataSource, rounds: number): Promise<Findings> {
  const violations: string[] = [];
  const replies = ReplyRepository.of(dataSource);
  const { decisionId } = await storeDecision(dataSource);
  for (let round = 0; round < rounds; round += 1) {
    const id = await storeApprovedReply(dataSource, { decisionId });
    await replies.markPosted(id, `measured_${id}`);
    const calls = OUTCOME_WINDOWS.map((window, index) => replies.recordMetrics(id, window, { likes: index }));
    violations.push(...(await settle(calls)));
    const { metricsJson } = await dataSource.getRepository(Reply).findOneByOrFail({ id });
    const likes = OUTCOME_WINDOWS.map((window) => metricsJson?.windows?.[window]?.likes);
    if (likes.join() !== '0,1,2,3' || metricsJson?.likes !== 3)
      violations.push(`round ${round}: ${JSON.stringify(metricsJson)}`);
  }
  return { rounds, violations };
}
