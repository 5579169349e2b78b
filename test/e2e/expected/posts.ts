/** The rows that the services must have written so far, up to the decision about a post. Uses no database. */
import {
  AuditLog,
  Author,
  CommunityChampion,
  CompetitiveMention,
  Competitor,
  Decision,
  DEFAULT_WEIGHTS,
  Escalation,
  Experiment,
  KpiMetric,
  LearningEvent,
  Post,
  RandomizedExperiment,
  RELATIONSHIP_START,
  Reply,
  SegmentedWeight,
  WeightAdjustmentLog,
} from '@shared/db';
import { BRANDS, EXPERIMENT } from '../services/dashboard.js';
import { isPowerUser, isSpam, evaluatePost, matchKeywords } from '../services/decision-engine.js';
import { ExpectedTable, type AnyExpectedTable } from './rows.js';
import type { SeenPost } from '../services/stream-monitor.js';
import { drawAttitude, findMentions } from '../services/queue-processor.js';

/** The validator's message for a score of 1.5. */
const INVALID_SCORE_MESSAGE = 'Decision refused: sssScore must be a number from 0 to 1.';

export class ExpectedPosts {
  readonly authors = new ExpectedTable(Author);
  readonly posts = new ExpectedTable(Post);
  readonly experiments = new ExpectedTable(Experiment);
  readonly decisions = new ExpectedTable(Decision);
  readonly replies = new ExpectedTable(Reply);
  readonly competitors = new ExpectedTable(Competitor);
  readonly mentions = new ExpectedTable(CompetitiveMention);
  readonly champions = new ExpectedTable(CommunityChampion);
  readonly kpis = new ExpectedTable(KpiMetric);
  readonly escalations = new ExpectedTable(Escalation);
  readonly audits = new ExpectedTable(AuditLog);
  readonly weightLogs = new ExpectedTable(WeightAdjustmentLog);
  readonly learning = new ExpectedTable(LearningEvent);
  readonly randomizedExperiments = new ExpectedTable(RandomizedExperiment);
  readonly weights = new ExpectedTable(SegmentedWeight);

  /** All tables, in the order of RECORD_ENTITIES. */
  tables(): AnyExpectedTable[] {
    return [
      ...[this.authors, this.posts, this.experiments, this.decisions, this.replies, this.competitors, this.mentions],
      ...[
        this.champions,
        this.kpis,
        this.escalations,
        this.audits,
        this.weightLogs,
        this.learning,
        this.randomizedExperiments,
      ],
      this.weights,
    ];
  }

  /** Records the rows that exist before the first post: seeded, or entered by hand. */
  recordStart(): void {
    for (const { category, ...columns } of BRANDS) {
      const categoryId = category && `CompetitorCategory ${category}`;
      this.competitors.add(columns.name, { ...columns, categoryId, isActive: true });
    }
    this.experiments.changed.add(this.experiments.add(EXPERIMENT.name, EXPERIMENT));
    for (const segmentKey of ['GLOBAL', 'TWITTER', 'REDDIT', 'THREADS']) {
      const segmentType = segmentKey === 'GLOBAL' ? 'GLOBAL' : 'PLATFORM';
      const shares = { sssWeight: 0.4, arsWeight: 0.25, evsWeight: 0.2, trsWeight: 0.15 };
      this.weights.add(segmentKey, { segmentType, segmentKey, ...shares, sampleSize: 0, performance: null });
    }
  }

  recordDelivery({ platform, platformPostId, content, metrics, author, seenAt }: SeenPost): void {
    const authorKey = `${platform} ${author.platformId}`;
    const { platformId, handle, displayName, followerCount, isVerified } = author;
    const seen = { handle, displayName, isVerified, lastSeenAt: seenAt };
    if (this.authors.rows.has(this.authors.name(authorKey))) {
      const known = followerCount === null ? {} : { followerCount };
      this.authors.change(this.authors.name(authorKey), { ...seen, ...known });
    } else {
      const untouched = { isPowerUser: false, powerTierId: null, archetypeTags: [], interactionHistory: [] };
      const start = { followerCount: followerCount ?? 0, relationshipScore: RELATIONSHIP_START, firstSeenAt: seenAt };
      this.authors.add(authorKey, { platform, platformId, ...seen, ...start, ...untouched });
    }
    const delivered = {
      ...{ content, ...matchKeywords(content) },
      rawMetrics: Object.keys(metrics).length > 0 ? metrics : null,
    };
    const post = this.posts.rows.get(this.posts.name(`${platform} ${platformPostId}`));
    if (post?.processedAt instanceof Date) return;
    if (post) {
      this.posts.change(this.posts.name(`${platform} ${platformPostId}`), delivered);
    } else {
      const fresh = { processedAt: null, errorCount: 0, errorMessage: null, detectedAt: seenAt };
      const authorId = this.authors.name(authorKey);
      const spamFiltered = isSpam(content, author);
      this.posts.add(`${platform} ${platformPostId}`, {
        ...{ platform, platformPostId, authorId, spamFiltered, ...fresh, ...delivered },
      });
    }
  }

  /** Returns the keys of the waiting posts, oldest first. */
  listWaitingPosts(): string[] {
    return [...this.posts.rows.values()]
      .filter(({ processedAt, spamFiltered, errorCount }) => !processedAt && !spamFiltered && errorCount < 3)
      .sort((a, b) => a.detectedAt.getTime() - b.detectedAt.getTime())
      .map(({ platform, platformPostId }) => `${platform} ${platformPostId}`);
  }

  evaluate(key: string, now: Date) {
    const { content, errorCount, authorId } = this.posts.get(this.posts.name(key));
    const { relationshipScore } = this.authors.get(authorId);
    return evaluatePost({ key, content, errorCount, relationshipScore, evaluatedAt: now }, DEFAULT_WEIGHTS);
  }

  recordFailure(key: string, now: Date): void {
    let errorMessage = INVALID_SCORE_MESSAGE;
    try {
      this.evaluate(key, now);
    } catch (error) {
      errorMessage = (error as Error).message;
    }
    const name = this.posts.name(key);
    this.posts.change(name, { errorCount: this.posts.get(name).errorCount + 1, errorMessage });
  }

  recordDecision(key: string, now: Date): void {
    const postId = this.posts.name(key);
    const { content, authorId } = this.posts.get(postId);
    const { columns, archetype, experimentDraw, predictedOutcome } = this.evaluate(key, now);
    const author = this.authors.get(authorId);
    const mentioned = findMentions(content, [...this.competitors.rows.values()]);
    const decisionId = this.decisions.add(postId, {
      ...{ ...columns, postId, isPowerUser: isPowerUser(author) },
      archetypeId: archetype && `Archetype ${archetype}`,
      competitorDetected: mentioned[0]?.name ?? null,
      experimentId: experimentDraw === null ? null : this.experiments.name(EXPERIMENT.name),
      experimentVariant: experimentDraw === null ? null : experimentDraw < EXPERIMENT.trafficSplit ? 'A' : 'B',
    });
    this.posts.change(postId, { processedAt: now });
    this.authors.change(authorId, { isPowerUser: isPowerUser(author), powerTierId: findTier(author.followerCount) });
    const { isRandomizedExperiment, predictedMode, mode: actualMode } = columns;
    if (isRandomizedExperiment && predictedMode !== null) {
      this.randomizedExperiments.add(decisionId, {
        decisionId,
        predictedMode,
        actualMode,
        predictedOutcome,
        actualOutcome: null,
      });
    }
    for (const { name } of mentioned) {
      const competitorId = this.competitors.name(name);
      this.mentions.add(`${postId} ${competitorId}`, { postId, competitorId, ...drawAttitude(key), replied: false });
    }
  }
}

function findTier(followers: number): string | null {
  if (followers >= 500_000) return 'PowerTier MEGA';
  if (followers >= 50_000) return 'PowerTier MACRO';
  return followers >= 5_000 ? 'PowerTier MICRO' : null;
}
