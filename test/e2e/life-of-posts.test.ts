/**
 * A weekend of Antone, by the public interface alone: 60 posts are detected, decided, answered, measured and purged by several workers at
 * once, and every table is written.
 */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  AppendOnlyViolation,
  ArchetypeRepository,
  assignVariant,
  AuditLog,
  AuditLogRepository,
  Author,
  AuthorRepository,
  type ClaimedPost,
  CommunityChampionRepository,
  Competitor,
  CompetitorRepository,
  createDataSource,
  Decision,
  DecisionRepository,
  ENTITIES,
  EscalationReasonRepository,
  EscalationRepository,
  ExperimentRepository,
  inTransaction,
  KpiMetricRepository,
  KpiTypeRepository,
  LearningEventRepository,
  Post,
  PostRepository,
  RandomizedExperimentRepository,
  Reply,
  ReplyAlreadyDecided,
  ReplyRepository,
  REPLY_SIGNATURE,
  seedReference,
  SegmentedWeightRepository,
  SYSTEM_ACTOR,
  WEIGHT_SUM_TOLERANCE,
} from '@shared/db';
import type { DataSource } from 'typeorm';
import { useDatabase } from '../support/database.js';
import { listDeliveries } from './deliveries.js';

jest.setTimeout(60_000);

const NOW = new Date();
const DELIVERIES = listDeliveries(NOW);

describe('the life of posts', () => {
  const db = useDatabase();
  const services: DataSource[] = [];
  let repositories: ReturnType<typeof createRepositories>;

  const createRepositories = (source: DataSource) => ({
    archetypes: ArchetypeRepository.of(source),
    audit: AuditLogRepository.of(source),
    authors: AuthorRepository.of(source),
    champions: CommunityChampionRepository.of(source),
    competitors: CompetitorRepository.of(source),
    decisions: DecisionRepository.of(source),
    escalations: EscalationRepository.of(source),
    experiments: ExperimentRepository.of(source),
    kpis: KpiMetricRepository.of(source),
    kpiTypes: KpiTypeRepository.of(source),
    learning: LearningEventRepository.of(source),
    posts: PostRepository.of(source),
    probes: RandomizedExperimentRepository.of(source),
    reasons: EscalationReasonRepository.of(source),
    replies: ReplyRepository.of(source),
    weights: SegmentedWeightRepository.of(source),
  });

  beforeAll(async () => {
    await seedReference(db.dataSource);
    repositories = createRepositories(db.dataSource);
    for (const applicationName of ['worker 1', 'worker 2', 'worker 3'])
      services.push(await createDataSource({ url: db.url, applicationName }).initialize());
    await db.dataSource.getRepository(Competitor).save({ name: 'Broth', brandKeywords: ['broth'] });
  });

  afterAll(() => Promise.all(services.map((service) => service.destroy())));

  it('stores 60 posts of 87 deliveries by two monitors at once, each with its last text and its author once', async () => {
    const outcomes: Record<string, number> = {};
    const monitor = async (source: DataSource, from: number, to: number): Promise<void> => {
      for await (const results of PostRepository.of(source).ingest(DELIVERIES.slice(from, to)))
        for (const { outcome } of results) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    };
    const [one, two] = services as [DataSource, DataSource];
    // Both get the same first deliveries; the changed ones follow.
    await Promise.all([monitor(one, 0, 60), monitor(two, 0, 60)]);
    await monitor(one, 60, DELIVERIES.length);
    // Three changed posts are delivered a third time, with their first text, in the same batch.
    expect(outcomes).toEqual({ inserted: 60, updated: 12, unchanged: 75 });
    const last = new Map(DELIVERIES.map((post) => [`${post.platform} ${post.platformPostId}`, post]));
    for (const post of await db.dataSource.getRepository(Post).find({ relations: { author: true } })) {
      const delivered = last.get(`${post.platform} ${post.platformPostId}`);
      expect(post).toMatchObject({
        content: delivered?.content,
        detectedAt: delivered?.detectedAt,
        rawMetrics: delivered?.rawMetrics ?? null,
        author: { handle: delivered?.author.handle, displayName: delivered?.author.displayName ?? null },
      });
    }
    expect(await db.dataSource.getRepository(Author).count()).toBe(21);
  });

  it('keeps an author that is seen again without a follower count as it was', async () => {
    const { followerCount, ...seen } = DELIVERIES[1]?.author ?? { platformId: '', handle: '' };
    expect(await repositories.authors.recordSighting({ ...seen, platform: 'TWITTER' })).toMatchObject({
      outcome: 'updated',
    });
    expect(await repositories.authors.findByPlatformId('TWITTER', seen.platformId)).toMatchObject({ followerCount });
  });

  it('decides each waiting post once with three processors, and gives up on one that always fails', async () => {
    const { experiments } = repositories;
    const { id } = await experiments.draft(
      { name: 'Warm "or" brief? 🧪', metric: 'ctr', variantA: { tone: 'warm 🧡' }, variantB: {} },
      'pm-1',
    );
    await experiments.start(id, 'pm-1');
    const [experiment] = await experiments.listRunning();
    const archetype = await repositories.archetypes.getByName('CHECKLIST');
    const broth = await repositories.competitors.findByName('Broth');
    let flaky = 0;
    const decide = async (post: ClaimedPost, source: Parameters<typeof DecisionRepository.of>[0]): Promise<void> => {
      if (post.platformPostId === 't3_3' && post.platform === 'REDDIT') throw new Error(post.content);
      if (post.platformPostId === 't3_4' && (flaky += 1) === 1) throw new Error('The model did not answer.');
      const random = post.platformPostId.endsWith('5');
      const decision = await DecisionRepository.of(source).record(
        {
          ...{
            postId: post.id,
            sssScore: 0.82,
            arsScore: post.authorRelationshipScore,
            evsScore: 7.5,
            trsScore: 1,
            compositeScore: 0.7,
          },
          ...{ mode: 'HELPFUL', archetypeId: archetype.id, isPowerUser: post.authorIsPowerUser },
          ...{
            experimentId: experiment?.id ?? null,
            experimentVariant: experiment ? assignVariant(experiment, post.authorId) : null,
          },
          ...{ isRandomizedExperiment: random, predictedMode: random ? 'HYBRID' : null },
          signalsJson: { sss: { score: 0.82, reasons: ['they wrote "help"'] } },
        },
        post.content.includes('broth')
          ? [{ competitorId: broth.id, sentiment: 'NEUTRAL', satisfaction: 'QUESTIONING', opportunityScore: 0.7 }]
          : [],
      );
      if (random)
        await RandomizedExperimentRepository.of(source).record({
          ...{ decisionId: decision.id, predictedMode: 'HYBRID', actualMode: 'HELPFUL', predictedOutcome: 0.04 },
        });
    };
    const processQueue = async (source: DataSource): Promise<void> => {
      for (let idle = 0; idle < 3;) {
        const { processed, failed } = await PostRepository.of(source).processBatch(decide, { limit: 7 });
        idle = processed.length + failed.length === 0 ? idle + 1 : 0;
      }
    };
    await Promise.all(services.map(processQueue));
    expect(await repositories.posts.readQueue()).toEqual({ depth: 0, oldestSeconds: null });
    // 6 are spam, and one failed three times.
    expect(await db.dataSource.getRepository(Decision).count()).toBe(53);
    const [failed] = await db.dataSource.getRepository(Post).findBy({ errorCount: 3 });
    expect(failed).toMatchObject({ platformPostId: 't3_3', processedAt: null, errorMessage: 'Error' });
    const variants = await repositories.decisions.countVariants(id);
    expect(variants.reduce((sum, { decisions }) => sum + decisions, 0)).toBe(53);
    expect(await repositories.competitors.readMentionStatistics()).toMatchObject([
      { competitor: 'Broth', mentions: 12 },
    ]);
  });

  it('lists every decision once, page by page', async () => {
    const ids = new Set<string>();
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<DecisionRepository['listPage']>> = await repositories.decisions.listPage(
        { scores: { evsScore: { min: 5 } } },
        { limit: 10, after },
      );
      for (const { id } of page.rows) ids.add(id);
      after = page.next;
    } while (after !== null);
    expect(ids.size).toBe(53);
  });

  it('writes replies; of two operators one decides about each, and the other learns who', async () => {
    const { rows } = await repositories.decisions.listPage({}, { limit: 30 });
    const helpCount = await repositories.replies.countHelped();
    for (const { id: decisionId, platform, archetypeId } of rows) {
      const utmCode = `utm_${decisionId.slice(0, 8)}`;
      const content = `Water, salt and a slow morning 💧\n(${helpCount} helped) ${REPLY_SIGNATURE}`;
      await repositories.replies.record({ decisionId, platform, archetypeId, utmCode, content, helpCount });
    }
    const pending = await repositories.replies.listPending({ limit: 100 });
    expect(pending.rows).toHaveLength(30);
    const [edited] = pending.rows;
    await repositories.replies.edit(edited?.id ?? '', 'operator-1', `Rest, and drink water. ${REPLY_SIGNATURE}`);
    for (const [index, { id }] of pending.rows.entries()) {
      const [first, second] = await Promise.allSettled([
        repositories.replies.approve(id, 'operator-1'),
        index % 5 === 0
          ? repositories.replies.reject(id, 'operator-2', 'LOW_QUALITY')
          : repositories.replies.approve(id, 'operator-2'),
      ]);
      const lost = [first, second].filter((end) => end.status === 'rejected').map((end) => end.reason as unknown);
      expect(lost).toHaveLength(1);
      expect(lost[0]).toBeInstanceOf(ReplyAlreadyDecided);
      expect((lost[0] as ReplyAlreadyDecided).by).toMatch(/^operator-[12]$/);
    }
    expect((await repositories.replies.listPending()).rows).toEqual([]);
  });

  it('posts each approved reply once with two posters', async () => {
    const published: string[] = [];
    const approved = await db.dataSource.getRepository(Reply).countBy({ approvalStatus: 'APPROVED' });
    const poster = async (source: DataSource): Promise<void> => {
      for (let more = true; more;) {
        more = await inTransaction(source, async (manager) => {
          const replies = ReplyRepository.of(manager);
          const claimed = await replies.claimUnposted(4);
          for (const { id } of claimed) {
            published.push(id);
            await replies.markPosted(id, `ours_${published.length}_${id.slice(0, 8)}`);
          }
          return claimed.length > 0;
        });
      }
    };
    await Promise.all(services.slice(0, 2).map(poster));
    expect(published).toHaveLength(approved);
    expect(new Set(published).size).toBe(approved);
    expect(await repositories.replies.countHelped()).toBe(approved);
    for (const { postId } of (await repositories.decisions.listPage({}, { limit: 100 })).rows)
      await repositories.competitors.markReplied(postId);
  });

  it('keeps each measurement, deletes a hostile reply, escalates it once, and counts each interaction once', async () => {
    const { rows: posted } = await repositories.replies.listPostedSince({ limit: 100 });
    await Promise.all(
      posted.flatMap(({ id }) =>
        (['15m', '60m', '24h', '7d'] as const).map((window) =>
          repositories.replies.recordMetrics(id, window, { likes: 3, ctr: 0.04 }),
        ),
      ),
    );
    const replies = await db.dataSource.getRepository(Reply).find({ relations: { decision: { post: true } } });
    const measured = replies.filter(({ postedAt }) => postedAt !== null);
    for (const { metricsJson } of measured)
      expect(Object.keys(metricsJson?.windows ?? {}).sort()).toEqual(['15m', '24h', '60m', '7d']);
    const [hostile] = measured;
    const reason = await repositories.reasons.getByName('BACKLASH_SPIKE');
    const replyId = hostile?.id ?? '';
    await repositories.replies.markDeleted(replyId, 'Hostile answers 🙈', SYSTEM_ACTOR);
    const storm = await Promise.all(
      [1, 2, 3, 4].map(() => repositories.escalations.openOnce({ replyId, reasonId: reason.id })),
    );
    expect(storm.filter(({ opened }) => opened)).toHaveLength(1);
    const { authorId = '' } = hostile?.decision?.post ?? {};
    const events = (['thanks', 'like', 'click'] as const).map((type) => ({
      authorId,
      type,
      replyId,
      timestamp: NOW.toISOString(),
    }));
    const appended = await Promise.all(
      [...events, ...events].map((event) => repositories.authors.appendInteraction(event)),
    );
    expect(appended.filter((result) => result?.appended)).toHaveLength(3);
    expect(await db.dataSource.getRepository(Author).findOneByOrFail({ id: authorId })).toMatchObject({
      relationshipScore: 0.8,
    });
    for (const { decisionId } of await db.dataSource.query<{ decisionId: string }[]>(
      `SELECT decision_id AS "decisionId" FROM randomized_experiments`,
    ))
      await repositories.probes.recordOutcome(decisionId, 0.05);
    expect((await repositories.probes.listOutcomes()).rows.length).toBeGreaterThan(0);
  });

  it('lets one operator take the escalation, and closes it', async () => {
    const { rows } = await repositories.escalations.listOpen();
    const id = rows[0]?.id ?? '';
    const taken = await Promise.allSettled(
      ['operator-1', 'operator-2'].map((operator) => repositories.escalations.assign(id, operator)),
    );
    expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await repositories.escalations.resolve(id, 'operator-1', 'Fine 👌 "no harm"\n\\');
    expect(await repositories.escalations.countOpen()).toMatchObject({ open: 0 });
  });

  it('makes the author a champion, who gets one offer', async () => {
    const candidates = await repositories.authors.listChampionCandidates();
    expect(candidates).toMatchObject([{ positiveInteractions: 3 }]);
    await repositories.champions.recordEngagement(
      candidates.map(({ id: authorId, positiveInteractions: engagementCount }) => ({ authorId, engagementCount })),
    );
    const [champion] = await repositories.champions.listLeaders();
    expect(champion).toMatchObject({ tier: 'BRONZE', engagementCount: 3 });
    const offers = await Promise.all([1, 2].map(() => repositories.champions.recordMessage(champion?.id ?? '')));
    expect(offers.map(({ outcome }) => outcome).sort()).toEqual(['recorded', 'sent before']);
    await repositories.champions.recordResponse(champion?.id ?? '', 'ACCEPTED');
  });

  it('keeps one KPI row a day for each platform and for all, ends the experiment, and learns', async () => {
    const { id: metricTypeId } = await repositories.kpiTypes.getByName('COMMERCIAL');
    const rows = (value: number) =>
      ([null, 'TWITTER', 'REDDIT', 'THREADS'] as const).map((platform) => ({
        date: '2026-10-31',
        platform,
        metricTypeId,
        metricName: 'ctr',
        value,
      }));
    expect(await repositories.kpis.upsertMany(rows(0.02))).toMatchObject({ inserted: 4 });
    expect(await repositories.kpis.upsertMany(rows(0.03))).toMatchObject({ updated: 4 });
    const [experiment] = await repositories.experiments.listRunning();
    await repositories.experiments.complete(experiment?.id ?? '', 'pm-1', { winner: 'B', results: { p: 1e-5 } });
    expect(await repositories.weights.resolve({ platform: 'REDDIT', timeOfDay: 'MORNING' })).toMatchObject({
      sss: 0.4,
    });
    const weights = { sss: 0.42, ars: 0.24, evs: 0.22, trs: 0.12 };
    expect(Math.abs(1 - Object.values(weights).reduce((sum, weight) => sum + weight))).toBeLessThan(
      WEIGHT_SUM_TOLERANCE,
    );
    await repositories.weights.set(
      { segmentType: 'PLATFORM', segmentKey: 'REDDIT', weights, sampleSize: 80 },
      'weight_optimiser',
    );
    expect(await repositories.weights.resolve({ platform: 'REDDIT' })).toMatchObject(weights);
    const event = await repositories.learning.record({
      adjustmentType: 'WEIGHT',
      adjustment: { segment: 'REDDIT' },
      predictedImprovement: 0.15,
      baselinePerformance: 0.03,
    });
    expect(await repositories.learning.evaluate(event.id, 0.05)).toMatchObject({ accuracy: expect.closeTo(0.9) });
  });

  it('has written every table, with an audit entry for each act of an operator', async () => {
    for (const entity of ENTITIES)
      expect({ table: entity.name, empty: (await db.dataSource.getRepository<object>(entity).count()) === 0 }).toEqual({
        table: entity.name,
        empty: false,
      });
    const acts = new Map<string, number>();
    for await (const entries of repositories.audit.streamRange({
      from: new Date(NOW.getTime() - 60_000),
      to: new Date(Date.now() + 60_000),
    }))
      for (const { entityType, action } of entries)
        acts.set(`${entityType} ${action}`, (acts.get(`${entityType} ${action}`) ?? 0) + 1);
    expect((acts.get('reply approve') ?? 0) + (acts.get('reply reject') ?? 0)).toBe(30);
    expect(Object.fromEntries(acts)).toMatchObject({ 'reply edit': 1, 'reply delete': 1, 'escalation assign': 1 });
    const refused = await db.dataSource
      .getRepository(AuditLog)
      .update({ action: 'approve' }, { actor: 'nobody' })
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AppendOnlyViolation);
  });

  it('purges posts and deletes an author without losing a reply', async () => {
    const replies = await db.dataSource.getRepository(Reply).count();
    await db.dataSource.getRepository(Author).delete({ platform: 'REDDIT' });
    await db.dataSource.query('DELETE FROM posts WHERE detected_at < $1', [new Date(NOW.getTime() - 90 * 60_000)]);
    const left = await db.dataSource.getRepository(Reply).find();
    expect(left).toHaveLength(replies);
    expect(left.filter(({ decisionId }) => decisionId === null).length).toBeGreaterThan(5);
  });
});
