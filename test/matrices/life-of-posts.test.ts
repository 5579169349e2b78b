/** Processes 1,000 deliveries of posts from detection to purge with simulated services, which use only the public interface. */
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
import { BATCHES, eventsOf, KPI_DAY, kpiValue, LEARNED, minutes, outcomeOf } from '../e2e/circumstances.js';
import { completeExperiment, enterBrands, startExperiment } from '../e2e/dashboard.js';
import { draw } from '../e2e/engine.js';
import { compare, Names, type Comparable } from '../e2e/expected.js';
import { measure, remember, takeBack } from '../e2e/feedback.js';
import { Life } from '../e2e/life.js';
import { detect, enrich } from '../e2e/monitor.js';
import {
  acceptSample,
  countKpis,
  evaluateLearning,
  learn,
  offerSample,
  skipLearning,
  trackChampions,
} from '../e2e/numbers.js';
import { close, escalate, reviewQueue, take } from '../e2e/oversight.js';
import { decideBatch, loadLookups, type Lookups } from '../e2e/queue-processor.js';
import { approve, generate, pending, postBatch, reject } from '../e2e/reply-desk.js';

// The steps take long.
jest.setTimeout(30_000);

const DAY = 24 * 60;
const DONE = BATCHES.length;

describe('the processing of 1,000 deliveries', () => {
  const db = useDatabase();
  const began = new Date();
  const life = new Life();
  let dataSource: DataSource;
  let names: Names;
  let lookups: Lookups;

  beforeAll(async () => {
    dataSource = await createDataSource({ url: db.url, applicationName: 'life-of-posts' }).initialize();
    names = new Names(dataSource);
  });

  afterAll(async () => {
    await dataSource.destroy();
  });

  /** Every row and every column of some tables. */
  async function readsBackEqual(...tables: Comparable[]): Promise<void> {
    for (const table of tables) compare(table, await names.read(table.entity), names, began);
  }

  /** Of all tables. */
  async function everythingReadsBackEqual(): Promise<void> {
    const rows = await names.readAll();
    expect(life.tables().map(({ entity }) => entity.name)).toEqual(RECORD_ENTITIES.map(({ name }) => name));
    for (const table of life.tables()) compare(table, rows.get(table.entity.name) ?? new Map(), names, began);
  }

  /** Two processors at once; no post goes to both, and the oldest go first. */
  async function decide(now: Date): Promise<number> {
    const oldest = life.waiting().slice(0, 2 * QUEUE.batchSize);
    const reports = await Promise.all([1, 2].map(() => decideBatch(dataSource, lookups, now)));
    const decided = reports.flatMap((report) => report.decided);
    const failed = reports.flatMap((report) => report.failed);
    for (const key of failed) life.failed(key, now);
    for (const key of decided) life.decided(key, now);
    expect([...decided, ...failed].filter((key) => !oldest.includes(key))).toEqual([]);
    return decided.length + failed.length;
  }

  it('starts with reference rows and rows that operators enter', async () => {
    await seedReference(dataSource);
    await enterBrands(dataSource);
    await startExperiment(dataSource);
    life.began();
    lookups = await loadLookups(dataSource);
    await everythingReadsBackEqual();
  });

  it('detects posts in batches and decides in between: a second delivery changes no decided post', async () => {
    const processed = () =>
      dataSource.query<unknown>('SELECT id, xmin, updated_at FROM posts WHERE processed_at IS NOT NULL ORDER BY id');
    const total = { repeated: 0, added: 0, renewed: 0, leftAlone: 0 };
    for (const [number, batch] of BATCHES.entries()) {
      const before = await processed();
      const report = await detect(dataSource, batch);
      for (const sighting of batch) life.sighted(sighting);
      expect(await processed()).toEqual(before);
      for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += report[key];
      if (number === 5) await lookUpRedditFollowers();
      for (const round of number % 2 === 0 ? [0] : [0, 1, 2, 3]) await decide(minutes(number, 40 + round));
    }
    expect(total.added).toBe(life.posts.rows.size);
    expect(total.added + total.repeated + total.renewed + total.leftAlone).toBe(BATCHES.flat().length);
    for (const count of Object.values(total)) expect(count).toBeGreaterThan(5);
  });

  /** Which Reddit does not deliver: the deliveries that follow must not reset them. */
  async function lookUpRedditFollowers(): Promise<void> {
    const authors = [...life.authors.rows].filter(([, { platform }]) => platform === 'REDDIT');
    for (const [index, [name, { platformId }]] of authors.entries()) {
      await enrich(dataSource, platformId, 4_980 + index);
      life.authors.change(name, { followerCount: 4_980 + index });
    }
  }

  it('empties the queue and gives up posts that failed three times', async () => {
    for (let round = 0; (await decide(minutes(DONE, round))) > 0; round += 1) expect(round).toBeLessThan(20);
    expect(life.waiting()).toEqual([]);
    const failures = [...life.posts.rows.values()].map(({ errorCount, processedAt }) => ({ errorCount, processedAt }));
    const givenUp = failures.filter(({ errorCount }) => errorCount === QUEUE.maxAttempts);
    expect(givenUp.length).toBeGreaterThan(3);
    expect(givenUp.filter(({ processedAt }) => processedAt)).toEqual([]);
    expect(failures.filter(({ errorCount, processedAt }) => errorCount === 1 && processedAt).length).toBeGreaterThan(3);
    await everythingReadsBackEqual();
  });

  it('distinguishes similar texts and stores every character', async () => {
    const { manager } = dataSource;
    const authors = [...life.authors.rows.values()];
    const posts = [...life.posts.rows.values()];
    const onX = new Set(authors.flatMap(({ platform, handle }) => (platform === 'TWITTER' ? [handle] : [])));
    const [shared] = authors.filter(({ platform, handle }) => platform === 'THREADS' && onX.has(handle));
    expect(await manager.countBy(Author, { handle: shared?.handle ?? '' })).toBe(2);
    for (const [a = '', b = ''] of [validCounterparts(authors.map((author) => author.platformId))]) {
      const found = [
        await manager.findOneBy(Author, { platformId: a }),
        await manager.findOneBy(Author, { platformId: b }),
      ];
      expect(found).toMatchObject([{ platformId: a }, { platformId: b }]);
    }
    for (const [a = '', b = ''] of [validCounterparts(posts.map((post) => post.platformPostId))]) {
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
      new Map(posts.map((post) => [`${post.platform} ${post.platformPostId}`, fingerprint(post.content)])),
    );
    expect(Math.max(...stored.map(({ length }) => length))).toBe(5000);
  });

  it('writes one reply for each engaged decision and approves those with high confidence automatically', async () => {
    const engaged = [...life.decisions.rows].filter(([, { mode }]) => mode !== 'DISENGAGED');
    expect(await generate(dataSource, 1, minutes(DONE, 30))).toBe(engaged.length);
    expect(engaged.length).toBeGreaterThan(150);
    for (const [decisionId] of engaged) life.replied(decisionId, 1, 0, minutes(DONE, 30));
    expect(await generate(dataSource, 1, minutes(DONE, 31))).toBe(0);
    await readsBackEqual(life.replies);
  });

  it('accepts the approval of one of two concurrent operators', async () => {
    const queue = await pending(dataSource);
    expect(queue.length).toBeGreaterThan(100);
    for (const [index, { id }] of queue.entries()) {
      const now = minutes(DONE, 40 + index);
      const name = names.of(id);
      if (index < 20) await race(id, name, now);
      else if (draw(name, 'verdict') < 0.8) await passes(id, name, 'operator-1', now);
      else await fails(id, name, 'operator-1');
    }
    expect(await pending(dataSource)).toEqual([]);
    await readsBackEqual(life.replies, life.audits);
  });

  /** One operator approves; the other approves too, or rejects. */
  async function race(id: string, name: string, now: Date): Promise<void> {
    const alsoApproves = draw(name, 'rival') < 0.5;
    const won = await Promise.all([
      approve(dataSource, id, 'operator-1', now),
      alsoApproves ? approve(dataSource, id, 'operator-2', now) : reject(dataSource, id, 'operator-2'),
    ]);
    expect(won.filter(Boolean)).toHaveLength(1);
    if (won[0]) life.approved(name, 'operator-1', now);
    else if (alsoApproves) life.approved(name, 'operator-2', now);
    else life.rejected(name, 'operator-2');
    expect(await approve(dataSource, id, 'operator-3', now)).toBe(false);
    expect(await reject(dataSource, id, 'operator-3')).toBe(false);
  }

  async function passes(id: string, name: string, operator: string, now: Date): Promise<void> {
    expect(await approve(dataSource, id, operator, now)).toBe(true);
    life.approved(name, operator, now);
  }

  async function fails(id: string, name: string, operator: string): Promise<void> {
    expect(await reject(dataSource, id, operator)).toBe(true);
    life.rejected(name, operator);
  }

  it('posts each approved reply once although two services post', async () => {
    await postAll(minutes(DONE, 10 * 60));
    expect(life.standing().length).toBeGreaterThan(120);
    await readsBackEqual(life.replies, life.mentions);
  });

  it('writes a new reply after a rejection, with the number of people helped', async () => {
    const now = minutes(DONE, 11 * 60);
    const helped = life.standing().length;
    const rejected = [...life.replies.rows.values()].filter(({ approvalStatus }) => approvalStatus === 'REJECTED');
    expect(await generate(dataSource, 2, now)).toBe(rejected.length);
    for (const { decisionId } of rejected) life.replied(String(decisionId), 2, helped, now);
    await names.read(Reply);
    // Some are left for tomorrow.
    for (const { id } of (await pending(dataSource)).slice(3)) await passes(id, names.of(id), 'operator-2', now);
    await postAll(minutes(DONE, 12 * 60));
    await readsBackEqual(life.replies, life.mentions, life.audits);
  });

  async function postAll(now: Date): Promise<void> {
    const approved = life.unposted();
    const taken = new Map<string, string>();
    const publish = (platform: Platform, content: string, utm: string) => {
      expect(content).toBe(life.replies.get(life.replies.name(utm)).content);
      expect(taken.has(utm)).toBe(false);
      const number = 1_993_822_417_640_001_536n + BigInt(life.standing().length + taken.size);
      taken.set(utm, platform === 'REDDIT' ? `t1_${number.toString(36)}` : String(number));
      return Promise.resolve(taken.get(utm) ?? '');
    };
    const poster = async () => {
      while ((await postBatch(dataSource, publish, 20, now)) > 0);
    };
    await Promise.all([poster(), poster()]);
    expect([...taken.keys()].map((utm) => life.replies.name(utm)).sort()).toEqual(approved.sort());
    for (const [utm, platformPostId] of taken) life.posted(life.replies.name(utm), platformPostId, now);
  }

  it('measures each reply after 15 minutes and an hour, and deletes replies with hostile answers', async () => {
    for (const window of ['15m', '60m'] as const) await measureAll(window);
    const hostile = life.standing().filter((name) => outcomeOf(utmOf(name), '60m').sentiment < TAKE_BACK_SENTIMENT);
    expect(hostile.length).toBeGreaterThan(1);
    const now = minutes(DONE, 14 * 60);
    expect(await takeBack(dataSource, now)).toBe(hostile.length);
    for (const name of hostile) life.takenBack(name, now);
    expect(await takeBack(dataSource, now)).toBe(0);
    for (const window of ['24h', '7d'] as const) await measureAll(window);
    await everythingReadsBackEqual();
  });

  const utmOf = (name: string) => life.replies.get(name).utmCode ?? '';

  async function measureAll(window: '15m' | '60m' | '24h' | '7d'): Promise<void> {
    expect(await measure(dataSource, window, (utm) => outcomeOf(utm, window))).toBe(life.standing().length);
    for (const name of life.standing()) life.measured(name, window, outcomeOf(utmOf(name), window));
  }

  it('records each interaction of authors with the replies once', async () => {
    const later = minutes(DONE, 2 * DAY);
    const authors = new Set(life.standing().map((name) => life.authorOf(name)));
    await Promise.all(
      [...authors].map(async (author) => {
        for (const name of life.standing().filter((reply) => life.authorOf(reply) === author)) {
          const events = eventsOf(utmOf(name));
          if (events.length > 0) await remember(dataSource, utmOf(name), events, later);
          for (const event of events) life.remembered(name, event, later);
        }
      }),
    );
    for (const name of life.standing().slice(0, 20)) {
      const again = eventsOf(utmOf(name)).map((event) =>
        remember(dataSource, utmOf(name), [event], minutes(DONE, 3 * DAY)),
      );
      await Promise.all(again);
    }
    await readsBackEqual(life.authors);
  });

  it('escalates each row once; operators take the most urgent first and close some', async () => {
    expect(await escalate(dataSource)).toBe(life.escalatedAll());
    expect(await escalate(dataSource)).toBe(0);
    await readsBackEqual(life.escalations);
    const queue = await reviewQueue(dataSource);
    const urgency = queue.map(({ priority }) => ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'].indexOf(priority));
    expect(urgency).toEqual([...urgency].sort());
    expect(queue).toHaveLength(life.escalations.rows.size);
    for (const [index, { id }] of queue.filter((_, place) => place % 3 === 0).entries()) {
      const won = await Promise.all([take(dataSource, id, 'operator-1'), take(dataSource, id, 'operator-2')]);
      expect(won.filter(Boolean)).toHaveLength(1);
      const operator = won[0] ? 'operator-1' : 'operator-2';
      life.taken(names.of(id), operator);
      if (index % 2 === 0) continue;
      const status = index % 4 === 1 ? 'RESOLVED' : 'DISMISSED';
      const end = { status, resolutionNotes: 'Fine 👌 "no harm"\n\\', resolvedAt: minutes(DONE, DAY) } as const;
      expect(await close(dataSource, id, operator, end)).toBe(true);
      expect(await close(dataSource, id, operator, end)).toBe(false);
      life.closed(names.of(id), operator, end);
    }
    await readsBackEqual(life.escalations, life.audits);
  });

  it('counts the day twice, for each platform and for all, and stores one value for each', async () => {
    await countKpis(dataSource, KPI_DAY, (metric, platform) => kpiValue(metric, platform, 1));
    const first = await names.read(KpiMetric);
    await countKpis(dataSource, KPI_DAY, (metric, platform) => kpiValue(metric, platform, 2));
    life.counted(KPI_DAY, (metric, platform) => kpiValue(metric, platform, 2));
    const second = await names.read(KpiMetric);
    expect([...second.values()].map(({ id }) => id).sort()).toEqual([...first.values()].map(({ id }) => id).sort());
    await readsBackEqual(life.kpis);
  });

  it('makes the most engaged authors champions and offers them a sample', async () => {
    await trackChampions(dataSource, CHAMPION.interactions);
    const champions = life.championed();
    expect(champions.length).toBeGreaterThan(5);
    await readsBackEqual(life.champions);
    for (const [index, name] of champions.slice(0, CHAMPION.offersPerDay).entries()) {
      const { authorId } = life.champions.get(name);
      const { platform, platformId } = life.authors.get(authorId);
      const { id } = await dataSource.manager.findOneByOrFail(Author, { platform, platformId });
      const dmSentAt = minutes(DONE, 4 * DAY + index);
      await offerSample(dataSource, id, dmSentAt);
      life.champions.change(name, { dmSentAt, advocateStatus: 'CONTACTED' });
      if (index % 2 === 1) continue;
      await acceptSample(dataSource, id);
      const accepted = { dmResponse: 'ACCEPTED', sampleSent: true, converted: true, advocateStatus: 'VIP' } as const;
      life.champions.change(name, accepted);
    }
    await readsBackEqual(life.champions);
  });

  it('ends the experiment and updates all four weights in one statement', async () => {
    const end = {
      endDate: minutes(DONE, 8 * DAY),
      resultsJson: {
        p: 1e-5,
        arms: [
          ['A', 50],
          ['B 🏆', 61.5],
        ],
      },
    };
    await completeExperiment(dataSource, end);
    life.completed(end);
    await skipLearning(dataSource, minutes(DONE, 8 * DAY));
    life.skippedLearning(minutes(DONE, 8 * DAY));
    for (const [index, { key, type, weights }] of LEARNED.entries()) {
      const date = minutes(DONE, 9 * DAY + index);
      await learn(dataSource, { type, key, sampleSize: 61 }, DEFAULT_WEIGHTS, weights, date);
      life.learned(type, key, DEFAULT_WEIGHTS, weights, date);
    }
    await evaluateLearning(dataSource, minutes(DONE, 16 * DAY));
    life.evaluatedLearning(minutes(DONE, 16 * DAY));
    const oneAlone = dataSource.manager.update(SegmentedWeight, { segmentKey: 'GLOBAL' }, { sssWeight: 0.5 });
    expect(await refusalOf(oneAlone)).toMatchObject({
      code: 'CHECK_VIOLATION',
      constraint: 'ck_segmented_weights__weights_sum_to_one',
    });
    await readsBackEqual(life.experiments, life.weights, life.weightLogs, life.learning, life.audits);
  });

  it('has written every table and all boundary values, and reads every column of every row unchanged', async () => {
    await everythingReadsBackEqual();
    expect(life.tables().filter(({ rows }) => rows.size === 0)).toEqual([]);
    const decisions = [...life.decisions.rows.values()];
    for (const score of [0, 1, 0.82, 0.55]) expect(decisions.map(({ sssScore }) => sssScore)).toContain(score);
    for (const ratio of [0, 1, 5, 20]) expect(decisions.map(({ evsScore }) => evsScore)).toContain(ratio);
    for (const mode of Object.values(OperationalMode)) expect(decisions.map((row) => row.mode)).toContain(mode);
    for (const arm of VARIANTS) expect(decisions.map((row) => row.experimentVariant)).toContain(arm);
    const replies = [...life.replies.rows.values()];
    for (const status of Object.values(ApprovalStatus))
      expect(replies.map((row) => row.approvalStatus)).toContain(status);
    expect(replies.some(({ content, platform }) => Array.from(content).length === REPLY_LIMITS[platform])).toBe(true);
    expect(
      replies.filter(({ platformPostId }) => Number(platformPostId) > Number.MAX_SAFE_INTEGER).length,
    ).toBeGreaterThan(50);
  });

  it('purges old posts and keeps every reply without its decision, and every escalation', async () => {
    const cutoff = minutes(5, 0);
    const replies = life.replies.rows.size;
    await dataSource.createQueryBuilder().delete().from(Post).where('detectedAt < :cutoff', { cutoff }).execute();
    const purged = life.lost(({ detectedAt }) => detectedAt < cutoff);
    expect(purged).toBeGreaterThan(200);
    const orphans = [...life.replies.rows.values()].filter(({ decisionId }) => decisionId === null);
    expect(orphans.length).toBeGreaterThan(30);
    expect(await dataSource.manager.count(Reply)).toBe(replies);
    await everythingReadsBackEqual();
  });

  it('deletes an author with posts and decisions, but no reply', async () => {
    const replies = life.replies.rows.size;
    const author = life.authorWithMost();
    const { platform, platformId } = life.authors.get(author);
    await dataSource.manager.delete(Author, { platform, platformId });
    expect(life.lostAuthor(author)).toBeGreaterThan(0);
    expect(await dataSource.manager.count(Reply)).toBe(replies);
    await everythingReadsBackEqual();
  });

  it('refuses every change of the audit log', async () => {
    const all = () => dataSource.createQueryBuilder();
    const changes = [
      all().update(AuditLog).set({ actor: 'nobody' }).execute(),
      all().delete().from(AuditLog).execute(),
      dataSource.manager.clear(AuditLog),
    ];
    for (const refusal of await Promise.all(changes.map(refusalOf)))
      expect(refusal).toBeInstanceOf(AppendOnlyViolation);
    await everythingReadsBackEqual();
  });
});

/** Returns the typed error when PostgreSQL refuses. */
async function refusalOf(change: Promise<unknown>): Promise<DatabaseError | undefined> {
  const [outcome] = await Promise.allSettled([change]);
  return outcome.status === 'rejected' ? toDatabaseError(outcome.reason) : undefined;
}

/** Two ids that would become equal if converted to numbers. */
function validCounterparts(ids: readonly string[]): [string, string] {
  const byNumber = new Map<number, string>();
  for (const id of ids) {
    const other = byNumber.get(Number(id));
    if (other !== undefined && other !== id) return [other, id];
    byNumber.set(Number(id), id);
  }
  throw new Error('No two ids are one number.');
}

function fingerprint(text: string): string {
  return `${Array.from(text).length} ${createHash('md5').update(text).digest('hex')}`;
}
