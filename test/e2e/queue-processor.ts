/** The stand-in of the queue processor: claims waiting posts, decides, and says in the same transaction that it has. */
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
import { draw, isPowerUser, judge, pick, type Judgement, type Weights } from './engine.js';

type Power = Pick<Author, 'isPowerUser' | 'powerTierId'>;

export interface BatchReport {
  decided: string[];
  failed: string[];
}

/** What a processor reads once and keeps for minutes. */
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

/** Takes the oldest waiting posts that no other processor holds, and decides about each. */
export async function decideBatch(dataSource: DataSource, lookups: Lookups, now: Date): Promise<BatchReport> {
  return dataSource.transaction(async (manager) => {
    const report: BatchReport = { decided: [], failed: [] };
    const powers = new Map<string, Power>();
    const processed: string[] = [];
    for (const post of await claim(manager)) {
      const key = `${post.platform} ${post.platformPostId}`;
      try {
        // A savepoint: one post that cannot be decided must not take the others back.
        await manager.transaction((nested) => decide(nested, post, key, lookups, now));
        processed.push(post.id);
        const power = classify(post.author, lookups);
        if (differs(post.author, power)) powers.set(post.author.id, power);
        report.decided.push(key);
      } catch (error) {
        // PostgreSQL's own messages quote values; those of the package never do.
        const { message: errorMessage } = toDatabaseError(error) ?? (error as Error);
        await manager.update(Post, post.id, { errorCount: post.errorCount + 1, errorMessage });
        report.failed.push(key);
      }
    }
    if (processed.length > 0) await manager.update(Post, processed, { processedAt: now });
    // Last and in one order: two processors with posts of the same authors would else wait for each other for ever.
    for (const [id, power] of [...powers].sort(([a], [b]) => (a < b ? -1 : 1))) await manager.update(Author, id, power);
    return report;
  });
}

function claim(manager: EntityManager): Promise<Post[]> {
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

async function decide(manager: EntityManager, post: Post, key: string, lookups: Lookups, now: Date): Promise<void> {
  const judgement = judge(
    {
      ...{ key, content: post.content, errorCount: post.errorCount, evaluatedAt: now },
      relationshipScore: post.author.relationshipScore,
    },
    weightsOf(post.platform, lookups),
  );
  const mentioned = mentionsIn(post.content, lookups.competitors);
  // Not insert(): its types refuse JSON that may hold unknown keys.
  const decision = await manager.save(
    Object.assign(new Decision(), {
      ...judgement.columns,
      postId: post.id,
      archetypeId: archetypeId(judgement, lookups),
      competitorDetected: mentioned[0]?.name ?? null,
      isPowerUser: isPowerUser(post.author),
      ...assign(judgement, lookups.experiments),
    }),
  );
  if (judgement.columns.isRandomizedExperiment) await probe(manager, decision.id, judgement);
  if (mentioned.length > 0) {
    await manager.insert(
      CompetitiveMention,
      mentioned.map((competitor) => ({ postId: post.id, competitorId: competitor.id, ...attitude(key) })),
    );
  }
}

async function probe(manager: EntityManager, decisionId: string, { columns, ...rest }: Judgement): Promise<void> {
  const { mode, predictedMode } = columns;
  if (predictedMode === null) throw new Error('A randomised decision has a prediction.');
  const { predictedOutcome } = rest;
  await manager.insert(RandomizedExperiment, { decisionId, actualMode: mode, predictedMode, predictedOutcome });
}

/** The weights of the platform, else those of everything. */
function weightsOf(platform: Platform, { weights }: Lookups): Weights {
  const row =
    weights.find(({ segmentType, segmentKey }) => segmentType === 'PLATFORM' && segmentKey === platform) ??
    weights.find(({ segmentType }) => segmentType === 'GLOBAL');
  if (!row) throw new Error('There are no weights: seed the reference data.');
  return { sss: row.sssWeight, ars: row.arsWeight, evs: row.evsWeight, trs: row.trsWeight };
}

function classify(author: Author, { tiers }: Lookups): Power {
  const tier = tiers.find(({ followerThreshold }) => author.followerCount >= followerThreshold);
  return { isPowerUser: isPowerUser(author), powerTierId: tier?.id ?? null };
}

function differs(author: Author, { isPowerUser, powerTierId }: Power): boolean {
  return author.isPowerUser !== isPowerUser || author.powerTierId !== powerTierId;
}

function archetypeId({ archetype }: Judgement, { archetypeIds }: Lookups): string | null {
  if (archetype === null) return null;
  const id = archetypeIds.get(archetype);
  if (id === undefined) throw new Error(`There is no archetype ${archetype}.`);
  return id;
}

function assign({ experimentDraw }: Pick<Judgement, 'experimentDraw'>, [running]: readonly Experiment[]) {
  if (experimentDraw === null || running === undefined) return { experimentId: null, experimentVariant: null };
  return { experimentId: running.id, experimentVariant: experimentDraw < running.trafficSplit ? 'A' : 'B' } as const;
}

/** The competitors a text speaks of, spelled with or without spaces and hyphens. */
export function mentionsIn<Brand extends Pick<Competitor, 'brandKeywords'>>(
  content: string,
  competitors: readonly Brand[],
): Brand[] {
  const plain = (text: string) => text.toLowerCase().replace(/[\s-]/gu, '');
  const text = plain(content);
  return competitors.filter(({ brandKeywords }) => brandKeywords.some((word) => text.includes(plain(word))));
}

export function attitude(key: string): Pick<CompetitiveMention, 'sentiment' | 'satisfaction' | 'opportunityScore'> {
  const sentiment: Sentiment = pick(SENTIMENTS, key, 'sentiment');
  const satisfaction: Satisfaction = pick(SATISFACTIONS, key, 'satisfaction');
  const { satisfaction: known, sentiment: otherwise } = OPPORTUNITY_SCORES;
  const opportunityScore = satisfaction === 'SATISFIED' ? otherwise[sentiment] : known[satisfaction];
  return { sentiment, satisfaction, opportunityScore: draw(key, 'bargain') < 0.1 ? 0 : opportunityScore };
}
