/**
 * The whole life of 1,000 deliveries: stand-ins of Antone's services (services/) write them through the package's public API only, and after each
 * step every row is compared with the expected one (expected/).
 */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  AppendOnlyViolation,
  ApprovalStatus,
  AuditLog,
  Author,
  CHAMPION,
  createDataSource,
  DEFAULT_WEIGHTS,
  KpiMetric,
  OperationalMode,
  Post,
  QUEUE,
  RECORD_ENTITIES,
  Reply,
  REPLY_LIMITS,
  SegmentedWeight,
  seedReference,
  TAKE_BACK_SENTIMENT,
  toDatabaseError,
  VARIANTS,
  type DatabaseError,
  type Platform,
} from '@shared/db';
import type { DataSource } from 'typeorm';
import { useDatabase } from '../support/database.js';
import { readDeliveries } from './deliveries/read-deliveries.js';
import {
  BATCHES,
  drawInteractions,
  KPI_DAY,
  drawKpiValue,
  NEW_WEIGHTS,
  minutesAfter,
  drawOutcome,
} from './scenario.js';
import { completeExperiment, enterBrands, startExperiment } from './services/dashboard.js';
import { pseudoRandom } from './services/decision-engine.js';
import { expectRows, RowNames, type AnyExpectedTable } from './expected/rows.js';
import { measureReplies, storeInteractions, deleteHostileReplies } from './services/feedback.js';
import { ExpectedDatabase } from './expected/database.js';
import { storeDeliveries, storeFollowerCount } from './services/stream-monitor.js';
import {
  acceptSample,
  storeKpis,
  evaluateAdjustments,
  adjustWeights,
  offerSample,
  logSkippedAdjustment,
  trackChampions,
} from './services/kpis-and-learning.js';
import { closeEscalation, openEscalations, listOpenEscalations, assignEscalation } from './services/escalations.js';
import { decideBatch, loadLookups, type Lookups } from './services/queue-processor.js';
import { approveReply, generateReplies, listPendingReplies, postReplies, rejectReply } from './services/replies.js';

// Each test is a step that needs the steps before it, and writes thousands of rows.
jest.setTimeout(30_000);

const DAY = 24 * 60;
/** The number of the batch after the last one. */
const END = BATCHES.length;

describe('1,000 deliveries, from detection to purge:', () => {
  const db = useDatabase();
  const startedAt = new Date();
  const expected = new ExpectedDatabase();
  let dataSource: DataSource;
  let names: RowNames;
  let lookups: Lookups;

  beforeAll(async () => {
    dataSource = await createDataSource({ url: db.url, applicationName: 'life-of-posts' }).initialize();
    names = new RowNames(dataSource);
  });

  afterAll(async () => {
    await dataSource.destroy();
  });

  /** Expects every column of every row of these tables to be as expected. */
  async function expectTables(...tables: AnyExpectedTable[]): Promise<void> {
    for (const table of tables) expectRows(table, await names.read(table.entity), names, startedAt);
  }

  /** Expects every column of every row of all tables to be as expected. */
  async function expectAllTables(): Promise<void> {
    const rows = await names.readAll();
    expect(expected.tables().map(({ entity }) => entity.name)).toEqual(RECORD_ENTITIES.map(({ name }) => name));
    for (const table of expected.tables())
      expectRows(table, rows.get(table.entity.name) ?? new Map(), names, startedAt);
  }

  /** Runs two processors at once. Expects no post to go to both, and the oldest to go first. */
  async function decide(now: Date): Promise<number> {
    const oldest = expected.listWaitingPosts().slice(0, 2 * QUEUE.batchSize);
    const reports = await Promise.all([1, 2].map(() => decideBatch(dataSource, lookups, now)));
    const decided = reports.flatMap((report) => report.decided);
    const failed = reports.flatMap((report) => report.failed);
    for (const key of failed) expected.recordFailure(key, now);
    for (const key of decided) expected.recordDecision(key, now);
    expect([...decided, ...failed].filter((key) => !oldest.includes(key))).toEqual([]);
    return decided.length + failed.length;
  }

  it('stores reference rows, competitors and an experiment', async () => {
    await seedReference(dataSource);
    await enterBrands(dataSource);
    await startExperiment(dataSource);
    expected.recordStart();
    lookups = await loadLookups(dataSource);
    await expectAllTables();
  });

  it('stores posts in batches with decisions in between; a second delivery never changes a processed post', async () => {
    const processed = () =>
      dataSource.query<unknown>('SELECT id, xmin, updated_at FROM posts WHERE processed_at IS NOT NULL ORDER BY id');
    const total = { repeated: 0, added: 0, updated: 0, unchanged: 0 };
    for (const [number, batch] of BATCHES.entries()) {
      const before = await processed();
      const report = await storeDeliveries(dataSource, batch);
      for (const sighting of batch) expected.recordDelivery(sighting);
      expect(await processed()).toEqual(before);
      for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += report[key];
      if (number === 5) await lookUpRedditFollowers();
      for (const round of number % 2 === 0 ? [0] : [0, 1, 2, 3]) await decide(minutesAfter(number, 40 + round));
    }
    expect(BATCHES.flat().length + readDeliveries().skipped.length).toBe(1_000);
    expect(total.added).toBe(expected.posts.rows.size);
    expect(total.added + total.repeated + total.updated + total.unchanged).toBe(BATCHES.flat().length);
    for (const count of Object.values(total)) expect(count).toBeGreaterThan(5);
  });

  /** Stores follower counts, which Reddit does not deliver. Later deliveries must not reset them. */
  async function lookUpRedditFollowers(): Promise<void> {
    const authors = [...expected.authors.rows].filter(([, { platform }]) => platform === 'REDDIT');
    for (const [index, [name, { platformId }]] of authors.entries()) {
      await storeFollowerCount(dataSource, platformId, 4_980 + index);
      expected.authors.change(name, { followerCount: 4_980 + index });
    }
  }

  it('decides about every waiting post, and gives up posts that failed three times', async () => {
    for (let round = 0; (await decide(minutesAfter(END, round))) > 0; round += 1) expect(round).toBeLessThan(20);
    expect(expected.listWaitingPosts()).toEqual([]);
    const failures = [...expected.posts.rows.values()].map(({ errorCount, processedAt }) => ({
      errorCount,
      processedAt,
    }));
    const givenUp = failures.filter(({ errorCount }) => errorCount === QUEUE.maxAttempts);
    expect(givenUp.length).toBeGreaterThan(3);
    expect(givenUp.filter(({ processedAt }) => processedAt)).toEqual([]);
    expect(failures.filter(({ errorCount, processedAt }) => errorCount === 1 && processedAt).length).toBeGreaterThan(3);
    await expectAllTables();
  });

  it('keeps authors and posts with similar ids apart, and stores every text completely', async () => {
    const { manager } = dataSource;
    const authors = [...expected.authors.rows.values()];
    const posts = [...expected.posts.rows.values()];
    const onX = new Set(authors.flatMap(({ platform, handle }) => (platform === 'TWITTER' ? [handle] : [])));
    const [shared] = authors.filter(({ platform, handle }) => platform === 'THREADS' && onX.has(handle));
    expect(await manager.countBy(Author, { handle: shared?.handle ?? '' })).toBe(2);
    for (const [a = '', b = ''] of [findIdsOfOneNumber(authors.map((author) => author.platformId))]) {
      const found = [
        await manager.findOneBy(Author, { platformId: a }),
        await manager.findOneBy(Author, { platformId: b }),
      ];
      expect(found).toMatchObject([{ platformId: a }, { platformId: b }]);
    }
    for (const [a = '', b = ''] of [findIdsOfOneNumber(posts.map((post) => post.platformPostId))]) {
      const found = [
        await manager.findOneBy(Post, { platformPostId: a }),
        await manager.findOneBy(Post, { platformPostId: b }),
      ];
      expect(found).toMatchObject([{ platformPostId: a }, { platformPostId: b }]);
    }
    const stored = await dataSource.query<{ key: string; length: number; md5: string }[]>(
      `SELECT platform || ' ' || platform_post_id AS key, char_length(content) AS length, md5(content) AS md5 FROM posts`,
    );
    expect(new Map(stored.map(({ key, length, md5 }) => [key, `${length} ${md5}`]))).toEqual(
      new Map(posts.map((post) => [`${post.platform} ${post.platformPostId}`, createFingerprint(post.content)])),
    );
    expect(Math.max(...stored.map(({ length }) => length))).toBe(5000);
    // Two UTF-16 code units for nearly every character.
    expect(Math.max(...posts.map(({ content }) => content.length))).toBeGreaterThan(9_900);
  });

  it('writes one reply for each decision to engage, and approves replies of high confidence', async () => {
    const engaged = [...expected.decisions.rows].filter(([, { mode }]) => mode !== 'DISENGAGED');
    expect(await generateReplies(dataSource, 1, minutesAfter(END, 30))).toBe(engaged.length);
    expect(engaged.length).toBeGreaterThan(150);
    for (const [decisionId] of engaged) expected.recordReply(decisionId, 1, 0, minutesAfter(END, 30));
    expect(await generateReplies(dataSource, 1, minutesAfter(END, 31))).toBe(0);
    await expectTables(expected.replies);
  });

  it('accepts the verdict of one operator when two decide at the same time', async () => {
    const queue = await listPendingReplies(dataSource);
    expect(queue.length).toBeGreaterThan(100);
    for (const [index, { id }] of queue.entries()) {
      const now = minutesAfter(END, 40 + index);
      const name = names.of(id);
      if (index < 20) await raceOperators(id, name, now);
      else if (pseudoRandom(name, 'verdict') < 0.8) await approveAndRecord(id, name, 'operator-1', now);
      else await rejectAndRecord(id, name, 'operator-1');
    }
    expect(await listPendingReplies(dataSource)).toEqual([]);
    await expectTables(expected.replies, expected.audits);
  });

  /** One operator approves while another approves or rejects. Expects one of them to succeed. */
  async function raceOperators(id: string, name: string, now: Date): Promise<void> {
    const alsoApproves = pseudoRandom(name, 'rival') < 0.5;
    const won = await Promise.all([
      approveReply(dataSource, id, 'operator-1', now),
      alsoApproves ? approveReply(dataSource, id, 'operator-2', now) : rejectReply(dataSource, id, 'operator-2'),
    ]);
    expect(won.filter(Boolean)).toHaveLength(1);
    if (won[0]) expected.recordApproval(name, 'operator-1', now);
    else if (alsoApproves) expected.recordApproval(name, 'operator-2', now);
    else expected.recordRejection(name, 'operator-2');
    expect(await approveReply(dataSource, id, 'operator-3', now)).toBe(false);
    expect(await rejectReply(dataSource, id, 'operator-3')).toBe(false);
  }

  async function approveAndRecord(id: string, name: string, operator: string, now: Date): Promise<void> {
    expect(await approveReply(dataSource, id, operator, now)).toBe(true);
    expected.recordApproval(name, operator, now);
  }

  async function rejectAndRecord(id: string, name: string, operator: string): Promise<void> {
    expect(await rejectReply(dataSource, id, operator)).toBe(true);
    expected.recordRejection(name, operator);
  }

  it('posts each approved reply once while two posters run', async () => {
    await postAll(minutesAfter(END, 10 * 60));
    expect(expected.listVisibleReplies().length).toBeGreaterThan(120);
    await expectTables(expected.replies, expected.mentions);
  });

  it('writes a second reply where an operator rejected the first, with the number of people helped', async () => {
    const now = minutesAfter(END, 11 * 60);
    const helped = expected.listVisibleReplies().length;
    const rejected = [...expected.replies.rows.values()].filter(({ approvalStatus }) => approvalStatus === 'REJECTED');
    expect(await generateReplies(dataSource, 2, now)).toBe(rejected.length);
    for (const { decisionId } of rejected) expected.recordReply(String(decisionId), 2, helped, now);
    await names.read(Reply);
    // Three stay pending.
    for (const { id } of (await listPendingReplies(dataSource)).slice(3))
      await approveAndRecord(id, names.of(id), 'operator-2', now);
    await postAll(minutesAfter(END, 12 * 60));
    await expectTables(expected.replies, expected.mentions, expected.audits);
  });

  async function postAll(now: Date): Promise<void> {
    const approved = expected.listUnpostedReplies();
    const taken = new Map<string, string>();
    const publish = (platform: Platform, content: string, utm: string) => {
      expect(content).toBe(expected.replies.get(expected.replies.name(utm)).content);
      expect(taken.has(utm)).toBe(false);
      const number = 1_993_822_417_640_001_536n + BigInt(expected.listVisibleReplies().length + taken.size);
      taken.set(utm, platform === 'REDDIT' ? `t1_${number.toString(36)}` : String(number));
      return Promise.resolve(taken.get(utm) ?? '');
    };
    const poster = async () => {
      while ((await postReplies(dataSource, publish, 20, now)) > 0);
    };
    await Promise.all([poster(), poster()]);
    expect([...taken.keys()].map((utm) => expected.replies.name(utm)).sort()).toEqual(approved.sort());
    for (const [utm, platformPostId] of taken) expected.recordPosting(expected.replies.name(utm), platformPostId, now);
  }

  it('measures each reply at 15 minutes, an hour, a day and a week, and deletes those with hostile answers', async () => {
    for (const window of ['15m', '60m'] as const) await measureAll(window);
    const hostile = expected
      .listVisibleReplies()
      .filter((name) => drawOutcome(utmOf(name), '60m').sentiment < TAKE_BACK_SENTIMENT);
    expect(hostile.length).toBeGreaterThan(1);
    const now = minutesAfter(END, 14 * 60);
    expect(await deleteHostileReplies(dataSource, now)).toBe(hostile.length);
    for (const name of hostile) expected.recordHostileReply(name, now);
    expect(await deleteHostileReplies(dataSource, now)).toBe(0);
    for (const window of ['24h', '7d'] as const) await measureAll(window);
    await expectAllTables();
  });

  const utmOf = (name: string) => expected.replies.get(name).utmCode ?? '';

  async function measureAll(window: '15m' | '60m' | '24h' | '7d'): Promise<void> {
    expect(await measureReplies(dataSource, window, (utm) => drawOutcome(utm, window))).toBe(
      expected.listVisibleReplies().length,
    );
    for (const name of expected.listVisibleReplies())
      expected.recordMeasurement(name, window, drawOutcome(utmOf(name), window));
  }

  it('stores the interactions of authors with replies, each once', async () => {
    const later = minutesAfter(END, 2 * DAY);
    const authors = new Set(expected.listVisibleReplies().map((name) => expected.findAuthorOf(name)));
    await Promise.all(
      [...authors].map(async (author) => {
        for (const name of expected.listVisibleReplies().filter((reply) => expected.findAuthorOf(reply) === author)) {
          const events = drawInteractions(utmOf(name));
          if (events.length > 0) await storeInteractions(dataSource, utmOf(name), events, later);
          for (const event of events) expected.recordInteraction(name, event, later);
        }
      }),
    );
    for (const name of expected.listVisibleReplies().slice(0, 20)) {
      const again = drawInteractions(utmOf(name)).map((event) =>
        storeInteractions(dataSource, utmOf(name), [event], minutesAfter(END, 3 * DAY)),
      );
      await Promise.all(again);
    }
    await expectTables(expected.authors);
  });

  it('opens each escalation once; operators assign the most urgent first and close some', async () => {
    expect(await openEscalations(dataSource)).toBe(expected.recordEscalations());
    expect(await openEscalations(dataSource)).toBe(0);
    await expectTables(expected.escalations);
    const queue = await listOpenEscalations(dataSource);
    const urgency = queue.map(({ priority }) => ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'].indexOf(priority));
    expect(urgency).toEqual([...urgency].sort());
    expect(queue).toHaveLength(expected.escalations.rows.size);
    for (const [index, { id }] of queue.filter((_, place) => place % 3 === 0).entries()) {
      const won = await Promise.all([
        assignEscalation(dataSource, id, 'operator-1'),
        assignEscalation(dataSource, id, 'operator-2'),
      ]);
      expect(won.filter(Boolean)).toHaveLength(1);
      const operator = won[0] ? 'operator-1' : 'operator-2';
      expected.recordAssignment(names.of(id), operator);
      if (index % 2 === 0) continue;
      const status = index % 4 === 1 ? 'RESOLVED' : 'DISMISSED';
      const end = { status, resolutionNotes: 'Fine 👌 "no harm"\n\\', resolvedAt: minutesAfter(END, DAY) } as const;
      expect(await closeEscalation(dataSource, id, operator, end)).toBe(true);
      expect(await closeEscalation(dataSource, id, operator, end)).toBe(false);
      expected.recordClosing(names.of(id), operator, end);
    }
    await expectTables(expected.escalations, expected.audits);
  });

  it('stores the KPIs of a day twice, of each platform and of all, and keeps one row of each', async () => {
    await storeKpis(dataSource, KPI_DAY, (metric, platform) => drawKpiValue(metric, platform, 1));
    const first = await names.read(KpiMetric);
    await storeKpis(dataSource, KPI_DAY, (metric, platform) => drawKpiValue(metric, platform, 2));
    expected.recordKpis(KPI_DAY, (metric, platform) => drawKpiValue(metric, platform, 2));
    const second = await names.read(KpiMetric);
    expect([...second.values()].map(({ id }) => id).sort()).toEqual([...first.values()].map(({ id }) => id).sort());
    await expectTables(expected.kpis);
  });

  it('stores champions, and offers them a sample', async () => {
    await trackChampions(dataSource, CHAMPION.interactions);
    const champions = expected.recordChampions();
    expect(champions.length).toBeGreaterThan(5);
    await expectTables(expected.champions);
    for (const [index, name] of champions.slice(0, CHAMPION.offersPerDay).entries()) {
      const { authorId } = expected.champions.get(name);
      const { platform, platformId } = expected.authors.get(authorId);
      const { id } = await dataSource.manager.findOneByOrFail(Author, { platform, platformId });
      const dmSentAt = minutesAfter(END, 4 * DAY + index);
      await offerSample(dataSource, id, dmSentAt);
      expected.champions.change(name, { dmSentAt, advocateStatus: 'CONTACTED' });
      if (index % 2 === 1) continue;
      await acceptSample(dataSource, id);
      const accepted = { dmResponse: 'ACCEPTED', sampleSent: true, converted: true, advocateStatus: 'VIP' } as const;
      expected.champions.change(name, accepted);
    }
    await expectTables(expected.champions);
  });

  it('ends the experiment and adjusts weights, all four in one statement', async () => {
    const end = {
      endDate: minutesAfter(END, 8 * DAY),
      resultsJson: {
        p: 1e-5,
        arms: [
          ['A', 50],
          ['B 🏆', 61.5],
        ],
      },
    };
    await completeExperiment(dataSource, end);
    expected.recordExperimentEnd(end);
    await logSkippedAdjustment(dataSource, minutesAfter(END, 8 * DAY));
    expected.recordSkippedAdjustment(minutesAfter(END, 8 * DAY));
    for (const [index, { key, type, weights }] of NEW_WEIGHTS.entries()) {
      const date = minutesAfter(END, 9 * DAY + index);
      await adjustWeights(dataSource, { type, key, sampleSize: 61 }, DEFAULT_WEIGHTS, weights, date);
      expected.recordAdjustment(type, key, DEFAULT_WEIGHTS, weights, date);
    }
    await evaluateAdjustments(dataSource, minutesAfter(END, 16 * DAY));
    expected.recordEvaluation(minutesAfter(END, 16 * DAY));
    const oneWeightOnly = dataSource.manager.update(SegmentedWeight, { segmentKey: 'GLOBAL' }, { sssWeight: 0.5 });
    expect(await readRefusal(oneWeightOnly)).toMatchObject({
      code: 'CHECK_VIOLATION',
      constraint: 'ck_segmented_weights__weights_sum_to_one',
    });
    await expectTables(expected.experiments, expected.weights, expected.weightLogs, expected.learning, expected.audits);
  });

  it('has written every table and all boundary values, and reads back every column of every row', async () => {
    await expectAllTables();
    expect(expected.tables().filter(({ rows }) => rows.size === 0)).toEqual([]);
    const decisions = [...expected.decisions.rows.values()];
    for (const score of [0, 1, 0.82, 0.55]) expect(decisions.map(({ sssScore }) => sssScore)).toContain(score);
    for (const ratio of [0, 1, 5, 20]) expect(decisions.map(({ evsScore }) => evsScore)).toContain(ratio);
    for (const mode of Object.values(OperationalMode)) expect(decisions.map((row) => row.mode)).toContain(mode);
    for (const arm of VARIANTS) expect(decisions.map((row) => row.experimentVariant)).toContain(arm);
    const replies = [...expected.replies.rows.values()];
    for (const status of Object.values(ApprovalStatus))
      expect(replies.map((row) => row.approvalStatus)).toContain(status);
    expect(replies.some(({ content, platform }) => Array.from(content).length === REPLY_LIMITS[platform])).toBe(true);
    expect(
      replies.filter(({ platformPostId }) => Number(platformPostId) > Number.MAX_SAFE_INTEGER).length,
    ).toBeGreaterThan(50);
  });

  it('purges old posts and keeps every reply, without its decision, and every escalation', async () => {
    const cutoff = minutesAfter(5, 0);
    const replies = expected.replies.rows.size;
    await dataSource.createQueryBuilder().delete().from(Post).where('detectedAt < :cutoff', { cutoff }).execute();
    const purged = expected.removePosts(({ detectedAt }) => detectedAt < cutoff);
    expect(purged).toBeGreaterThan(200);
    const orphans = [...expected.replies.rows.values()].filter(({ decisionId }) => decisionId === null);
    expect(orphans.length).toBeGreaterThan(30);
    expect(await dataSource.manager.count(Reply)).toBe(replies);
    await expectAllTables();
  });

  it('deletes an author with posts and decisions, and keeps every reply', async () => {
    const replies = expected.replies.rows.size;
    const author = expected.findChampionWithMostPosts();
    const { platform, platformId } = expected.authors.get(author);
    await dataSource.manager.delete(Author, { platform, platformId });
    expect(expected.removeAuthor(author)).toBeGreaterThan(0);
    expect(await dataSource.manager.count(Reply)).toBe(replies);
    await expectAllTables();
  });

  it('refuses changes of the audit log (AppendOnlyViolation)', async () => {
    const all = () => dataSource.createQueryBuilder();
    const changes = [
      all().update(AuditLog).set({ actor: 'nobody' }).execute(),
      all().delete().from(AuditLog).execute(),
      dataSource.manager.clear(AuditLog),
    ];
    for (const refusal of await Promise.all(changes.map(readRefusal)))
      expect(refusal).toBeInstanceOf(AppendOnlyViolation);
    await expectAllTables();
  });
});

/** Returns the typed error of a refused change. */
async function readRefusal(change: Promise<unknown>): Promise<DatabaseError | undefined> {
  const [outcome] = await Promise.allSettled([change]);
  return outcome.status === 'rejected' ? toDatabaseError(outcome.reason) : undefined;
}

/** Returns two ids that are the same floating-point number. */
function findIdsOfOneNumber(ids: readonly string[]): [string, string] {
  const byNumber = new Map<number, string>();
  for (const id of ids) {
    const other = byNumber.get(Number(id));
    if (other !== undefined && other !== id) return [other, id];
    byNumber.set(Number(id), id);
  }
  throw new Error('No two ids are the same floating-point number.');
}

function createFingerprint(text: string): string {
  return `${Array.from(text).length} ${createHash('md5').update(text).digest('hex')}`;
}
