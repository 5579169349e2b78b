import type { DataSource } from 'typeorm';
import { CHAMPION } from '../../../../src/constants/figures.js';
import { CommunityChampionRepository } from '../../../../src/repositories/community-champion.repository.js';
import { storeAuthors } from '../stored-rows.js';
import { type Findings, settle } from './findings.js';

/** Twelve offers are recorded at once, each champion twice. Five are, and none twice. */
export async function offerTogether(dataSource: DataSource, rounds: number): Promise<Findings> {
  const violations: string[] = [];
  const champions = CommunityChampionRepository.of(dataSource);
  const authors = await storeAuthors(dataSource, 6);
  await champions.recordEngagement(authors.map((authorId) => ({ authorId, engagementCount: 3 })));
  const ids = (await champions.find()).filter(({ authorId }) => authors.includes(authorId)).map(({ id }) => id);
  for (let round = 0; round < rounds; round += 1) {
    await dataSource.query(`UPDATE community_champions SET dm_sent_at = NULL, advocate_status = 'POTENTIAL'`);
    const calls = [...ids, ...ids].map((id) => champions.recordMessage(id));
    violations.push(...(await settle(calls)));
    const results = await Promise.all(calls.map((call) => call.catch(() => undefined)));
    const recorded = results.filter((result) => result?.outcome === 'recorded').length;
    const today = await champions.countMessagesToday();
    if (recorded !== CHAMPION.offersPerDay || today !== recorded) {
      violations.push(`round ${round}: ${recorded} recorded, ${today} stored`);
    }
  }
  return { rounds, violations };
}

/** Three jobs store the engagements of the same authors at once, in different orders. */
export async function engageTogether(dataSource: DataSource, rounds: number): Promise<Findings> {
  const violations: string[] = [];
  const champions = CommunityChampionRepository.of(dataSource);
  const authors = await storeAuthors(dataSource, 40);
  for (let round = 0; round < rounds; round += 1) {
    const of = (count: number) => authors.map((authorId) => ({ authorId, engagementCount: round * 10 + count }));
    const orders = [of(1), of(2).reverse(), [...of(3).slice(20), ...of(3).slice(0, 20)]];
    violations.push(...(await settle(orders.map((order) => champions.recordEngagement(order)))));
  }
  const rows = await champions.find();
  if (rows.filter(({ authorId }) => authors.includes(authorId)).length !== 40) violations.push(`${rows.length} rows`);
  return { rounds, violations };
}
