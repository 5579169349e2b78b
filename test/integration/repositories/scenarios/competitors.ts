import type { DataSource } from 'typeorm';
import { CompetitorRepository } from '../../../../src/repositories/competitor.repository.js';
import { storeDecision } from '../stored-rows.js';
import { type Findings, settle } from './findings.js';

/** Four workers record the same mention at once. It is stored once, and all get its id. */
export async function mentionTogether(dataSource: DataSource, competitorId: string, rounds: number): Promise<Findings> {
  const violations: string[] = [];
  const competitors = CompetitorRepository.of(dataSource);
  for (let round = 0; round < rounds; round += 1) {
    const { postId } = await storeDecision(dataSource);
    const mention = {
      postId,
      competitorId,
      sentiment: 'NEUTRAL',
      satisfaction: 'SATISFIED',
      opportunityScore: 0.5,
    } as const;
    const calls = [1, 2, 3, 4].map(() => competitors.recordMention(mention));
    violations.push(...(await settle(calls)));
    const results = await Promise.all(calls.map((call) => call.catch(() => undefined)));
    const recorded = results.filter((result) => result?.recorded === true).length;
    const ids = new Set(results.map((result) => result?.id)).size;
    if (recorded !== 1 || ids !== 1) violations.push(`round ${round}: ${recorded} recorded, ${ids} ids`);
  }
  return { rounds, violations };
}
