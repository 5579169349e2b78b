/** Stands in for the queue processor: it claims waiting posts, stores decisions, and marks the posts as processed in the same transaction. */
import {
  Archetype,
  Author,
  CompetitiveMention,
  Competitor,
  Decision,
  Experiment,
  OPPORTUNITY_SCORES,
  Post,
  PowerTier,
  QUEUE,
  RandomizedExperiment,
  SATISFACTIONS,
  SegmentedWeight,
  SENTIMENTS,
  toDatabaseError,
  type Platform,
  type Satisfaction,
  type Sentiment,
} from '@shared/db';
import type { DataSource, EntityManager } from 'typeorm';
import { pseudoRandom, isPowerUser, evaluatePost, pick, type Evaluation, type Weights } from './decision-engine.js';

type PowerStatus = Pick<Author, 'isPowerUser' | 'powerTierId'>;

export interface BatchReport {
  decided: string[];
  failed: string[];
}

/** The rows that a processor reads once and caches. */
export interface Lookups {
  archetypeIds: Map<string, string>;
  tiers: PowerTier[];
  competitors: Competitor[];
  experiments: Experiment[];
  weights: SegmentedWeight[];
}

export async function loadLookups({ manager }: DataSource): Promise<Lookups> {
  const archetypes = await manager.findBy(Archetype, { isActive: true });
  return {
    archetypeIds: new Map(archetypes.map(({ name, id }) => [name, id])),
    tiers: await manager.find(PowerTier, { where: { isActive: true }, order: { followerThreshold: 'DESC' } }),
    competitors: await manager.find(Competitor, { where: { isActive: true }, order: { name: 'ASC' } }),
    experiments: await manager.findBy(Experiment, { status: 'RUNNING' }),
    weights: await manager.find(SegmentedWeight),
  };
}

/** Claims the oldest waiting posts that no other processor has locked, and stores a decision for each. */
export async function decideBatch(dataSource: DataSource, lookups: Lookups, now: Date): Promise<BatchReport> {
  return dataSource.transaction(async (manager) => {
    const report: BatchReport = { decided: [], failed: [] };
    const powers = new Map<string, PowerStatus>();
    const processed: string[] = [];
    for (const post of await claimPosts(manager)) {
      const key = `${post.platform} ${post.platformPostId}`;
      try {
        // A savepoint, so that a post without a decision does not roll back the others.
        await manager.transaction((nested) => decidePost(nested, post, key, lookups, now));
        processed.push(post.id);
        const power = classifyAuthor(post.author, lookups);
        if (hasChanged(post.author, power)) powers.set(post.author.id, power);
        report.decided.push(key);
      } catch (error) {
        // Messages of the package contain no values; those of PostgreSQL do.
        const { message: errorMessage } = toDatabaseError(error) ?? (error as Error);
        await manager.update(Post, post.id, { errorCount: post.errorCount + 1, errorMessage });
        report.failed.push(key);
      }
    }
    if (processed.length > 0) await manager.update(Post, processed, { processedAt: now });
    // Last and sorted, so that two processors with posts of the same authors never deadlock.
    for (const [id, power] of [...powers].sort(([a], [b]) => (a < b ? -1 : 1))) await manager.update(Author, id, power);
    return report;
  });
}

function claimPosts(manager: EntityManager): Promise<Post[]> {
  return manager
    .createQueryBuilder(Post, 'post')
    .innerJoinAndSelect('post.author', 'author')
    .where('post.processedAt IS NULL AND NOT post.spamFiltered AND post.errorCount < :attempts', {
      attempts: QUEUE.maxAttempts,
    })
    .orderBy('post.detectedAt')
    .limit(QUEUE.batchSize)
    .setLock('pessimistic_write', undefined, ['post'])
    .setOnLocked('skip_locked')
    .getMany();
}

async function decidePost(manager: EntityManager, post: Post, key: string, lookups: Lookups, now: Date): Promise<void> {
  const evaluation = evaluatePost(
    {
      ...{ key, content: post.content, errorCount: post.errorCount, evaluatedAt: now },
      relationshipScore: post.author.relationshipScore,
    },
    findWeights(post.platform, lookups),
  );
  const mentioned = findMentions(post.content, lookups.competitors);
  // Not insert(), whose types refuse JSON with unknown keys.
  const decision = await manager.save(
    Object.assign(new Decision(), {
      ...evaluation.columns,
      postId: post.id,
      archetypeId: findArchetypeId(evaluation, lookups),
      competitorDetected: mentioned[0]?.name ?? null,
      isPowerUser: isPowerUser(post.author),
      ...assignExperiment(evaluation, lookups.experiments),
    }),
  );
  if (evaluation.columns.isRandomizedExperiment) await storeRandomizedExperiment(manager, decision.id, evaluation);
  if (mentioned.length > 0) {
    await manager.insert(
      CompetitiveMention,
      mentioned.map((competitor) => ({ postId: post.id, competitorId: competitor.id, ...drawAttitude(key) })),
    );
  }
}

async function storeRandomizedExperiment(
  manager: EntityManager,
  decisionId: string,
  { columns, ...rest }: Evaluation,
): Promise<void> {
  const { mode, predictedMode } = columns;
  if (predictedMode === null) throw new Error('A randomised decision must have a prediction.');
  const { predictedOutcome } = rest;
  await manager.insert(RandomizedExperiment, { decisionId, actualMode: mode, predictedMode, predictedOutcome });
}

/** Returns the weights of the platform, or the global ones. */
function findWeights(platform: Platform, { weights }: Lookups): Weights {
  const row =
    weights.find(({ segmentType, segmentKey }) => segmentType === 'PLATFORM' && segmentKey === platform) ??
    weights.find(({ segmentType }) => segmentType === 'GLOBAL');
  if (!row) throw new Error('There are no weights: seed the reference data.');
  return { sss: row.sssWeight, ars: row.arsWeight, evs: row.evsWeight, trs: row.trsWeight };
}

function classifyAuthor(author: Author, { tiers }: Lookups): PowerStatus {
  const tier = tiers.find(({ followerThreshold }) => author.followerCount >= followerThreshold);
  return { isPowerUser: isPowerUser(author), powerTierId: tier?.id ?? null };
}

function hasChanged(author: Author, { isPowerUser, powerTierId }: PowerStatus): boolean {
  return author.isPowerUser !== isPowerUser || author.powerTierId !== powerTierId;
}

function findArchetypeId({ archetype }: Evaluation, { archetypeIds }: Lookups): string | null {
  if (archetype === null) return null;
  const id = archetypeIds.get(archetype);
  if (id === undefined) throw new Error(`There is no archetype ${archetype}.`);
  return id;
}

function assignExperiment({ experimentDraw }: Pick<Evaluation, 'experimentDraw'>, [running]: readonly Experiment[]) {
  if (experimentDraw === null || running === undefined) return { experimentId: null, experimentVariant: null };
  return { experimentId: running.id, experimentVariant: experimentDraw < running.trafficSplit ? 'A' : 'B' } as const;
}

/** Returns the competitors that a text mentions, spelled with or without spaces and hyphens. */
export function findMentions<Brand extends Pick<Competitor, 'brandKeywords'>>(
  content: string,
  competitors: readonly Brand[],
): Brand[] {
  const plain = (text: string) => text.toLowerCase().replace(/[\s-]/gu, '');
  const text = plain(content);
  return competitors.filter(({ brandKeywords }) => brandKeywords.some((word) => text.includes(plain(word))));
}

export function drawAttitude(key: string): Pick<CompetitiveMention, 'sentiment' | 'satisfaction' | 'opportunityScore'> {
  const sentiment: Sentiment = pick(SENTIMENTS, key, 'sentiment');
  const satisfaction: Satisfaction = pick(SATISFACTIONS, key, 'satisfaction');
  const { satisfaction: known, sentiment: otherwise } = OPPORTUNITY_SCORES;
  const opportunityScore = satisfaction === 'SATISFIED' ? otherwise[sentiment] : known[satisfaction];
  return { sentiment, satisfaction, opportunityScore: pseudoRandom(key, 'bargain') < 0.1 ? 0 : opportunityScore };
}
