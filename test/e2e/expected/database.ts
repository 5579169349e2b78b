/** The rows that the services must have written at the end: escalations, KPIs, champions, learning, and the rows that a purge leaves. */
import {
  CHAMPION,
  EVS_THRESHOLDS,
  KPI_CATALOGUE,
  Platform,
  QUEUE,
  type Escalation,
  type EscalationPriority,
  type EscalationReasonName,
  type Experiment,
  type Post,
  type SegmentType,
} from '@shared/db';
import { EXPERIMENT } from '../services/dashboard.js';
import type { Weights } from '../services/decision-engine.js';
import type { Columns } from './rows.js';
import { countPositiveInteractions } from '../services/kpis-and-learning.js';
import { ExpectedReplies } from './replies.js';

const SEVERITIES: Partial<Record<EscalationReasonName, EscalationPriority>> = {
  SAFETY_AMBIGUITY: 'CRITICAL',
  VIRAL_THREAD: 'HIGH',
  BACKLASH_SPIKE: 'HIGH',
  MANUAL_FLAG: 'MEDIUM',
};

type Target = Partial<Pick<Escalation, 'postId' | 'decisionId' | 'replyId'>>;
type Ending = Pick<Escalation, 'status' | 'resolutionNotes' | 'resolvedAt'>;

export class ExpectedDatabase extends ExpectedReplies {
  recordEscalation(reason: EscalationReasonName, on: Target): void {
    const target = { postId: null, decisionId: null, replyId: null, ...on };
    const name = target.replyId ?? target.decisionId ?? String(target.postId);
    this.escalations.add(`EscalationReason ${reason} ${name}`, {
      ...{
        ...target,
        reasonId: `EscalationReason ${reason}`,
        priority: SEVERITIES[reason] ?? 'LOW',
        status: 'PENDING',
      },
      ...{ assignedTo: null, resolvedBy: null, resolutionNotes: null, resolvedAt: null },
    });
  }

  recordHostileReply(replyId: string, deletedAt: Date): void {
    const deleteReason = 'Hostile answers 🙈: "not now"';
    this.replies.change(replyId, { deletedAt, deleteReason });
    this.recordEscalation('BACKLASH_SPIKE', { replyId });
    this.recordAuditEntry('reply', replyId, 'delete', 'self_correction', { deleteReason });
  }

  /** Records the escalations of all posts and decisions, and returns how many there are. */
  recordEscalations(): number {
    const before = this.escalations.rows.size;
    for (const [decisionId, { postId, safetyFlags, evsScore, mode }] of this.decisions.rows) {
      if (safetyFlags.includes('DEATH_MENTION')) this.recordEscalation('SAFETY_AMBIGUITY', { postId, decisionId });
      if (evsScore > EVS_THRESHOLDS.viral && mode !== 'DISENGAGED')
        this.recordEscalation('VIRAL_THREAD', { decisionId });
    }
    for (const [postId, { errorCount }] of this.posts.rows) {
      if (errorCount === QUEUE.maxAttempts) this.recordEscalation('MANUAL_FLAG', { postId });
    }
    return this.escalations.rows.size - before;
  }

  recordAssignment(name: string, assignedTo: string): void {
    this.escalations.change(name, { status: 'IN_REVIEW', assignedTo });
    this.recordAuditEntry('escalation', name, 'assign', assignedTo, { before: 'PENDING', after: 'IN_REVIEW' });
  }

  recordClosing(name: string, resolvedBy: string, end: Ending): void {
    this.escalations.change(name, { ...end, resolvedBy });
    this.recordAuditEntry('escalation', name, 'resolve', resolvedBy, { before: 'IN_REVIEW', after: end.status });
  }

  recordKpis(date: string, valueOf: (metric: string, platform: Platform | null) => number): void {
    for (const platform of [...Object.values(Platform), null]) {
      for (const { family, name: metricName, platforms } of KPI_CATALOGUE) {
        if (platform !== null && platforms?.includes(platform) === false) continue;
        const value = valueOf(metricName, platform);
        const metricTypeId = `KpiType ${family}`;
        this.kpis.add(`${date} ${String(platform)} ${metricName}`, { date, platform, metricTypeId, metricName, value });
      }
    }
  }

  /** Records the champions and returns their names. */
  recordChampions(): string[] {
    return [...this.authors.rows].flatMap(([authorId, author]) => {
      const engagementCount = countPositiveInteractions(author);
      if (engagementCount < CHAMPION.interactions) return [];
      const tier = engagementCount >= 11 ? 'GOLD' : engagementCount >= 6 ? 'SILVER' : 'BRONZE';
      const start = { dmSentAt: null, dmResponse: null, sampleSent: false, converted: false } as const;
      const tierId = `ChampionTier ${tier}`;
      return this.champions.add(authorId, { authorId, tierId, engagementCount, ...start, advocateStatus: 'POTENTIAL' });
    });
  }

  recordExperimentEnd(end: Pick<Experiment, 'endDate' | 'resultsJson'>): void {
    this.experiments.change(this.experiments.name(EXPERIMENT.name), { status: 'COMPLETED', winner: 'B', ...end });
  }

  recordSkippedAdjustment(date: Date): void {
    const nothing = { oldWeights: null, newWeights: null, predictedImprovement: null };
    this.weightLogs.add(`SKIPPED ${date.toISOString()}`, {
      ...{ date, action: 'SKIPPED', reason: 'INSUFFICIENT_SAMPLE_SIZE', validSegments: 2, totalSegments: 4 },
      ...{ sampleSizes: { sss: 61, ars: 58, evs: 0, trs: 3 }, ...nothing },
    });
  }

  recordAdjustment(segmentType: SegmentType, segment: string, old: Weights, weights: Weights, date: Date): void {
    const { sss: sssWeight, ars: arsWeight, evs: evsWeight, trs: trsWeight } = weights;
    const columns = { sssWeight, arsWeight, evsWeight, trsWeight, sampleSize: 61, performance: 0.042 };
    const name = this.weights.name(segment);
    if (this.weights.rows.has(name)) this.weights.change(name, columns);
    else this.weights.add(segment, { segmentType, segmentKey: segment, ...columns });
    const log = this.weightLogs.add(`ADJUSTED ${date.toISOString()}`, {
      ...{ date, action: 'ADJUSTED', reason: null, validSegments: 3, totalSegments: 4, predictedImprovement: 0.15 },
      ...{ oldWeights: { ...old, segment }, newWeights: { ...weights, segment } },
      sampleSizes: { sss: 61, ars: 58, evs: 50, trs: 12 },
    });
    this.learning.add(date.toISOString(), {
      ...{ date, adjustmentType: 'WEIGHT', adjustment: { segment, from: { ...old }, to: weights } },
      ...{ predictedImprovement: 0.15, baselinePerformance: 0.032 },
      ...{ actualImprovement: null, accuracy: null, evaluatedAt: null },
    });
    this.recordAuditEntry('weight_adjustment_log', log, 'adjust', 'weight_optimiser', { segment });
  }

  recordEvaluation(evaluatedAt: Date): void {
    for (const [name, { date }] of this.learning.rows) {
      if (evaluatedAt.getTime() - date.getTime() < 7 * 86_400_000) continue;
      this.learning.change(name, { actualImprovement: -0.07, accuracy: 1 - (0.07 + 0.15), evaluatedAt });
    }
  }

  /** Removes posts with their decisions and mentions, as ON DELETE does. Returns how many posts it removed. */
  removePosts(which: (post: Columns<Post>) => boolean): number {
    const posts = this.posts.remove(which);
    const decisions = this.decisions.remove(({ postId }) => posts.has(postId));
    this.mentions.remove(({ postId }) => posts.has(postId));
    this.randomizedExperiments.remove(({ decisionId }) => decisions.has(decisionId));
    this.replies.setNull('decisionId', decisions);
    this.escalations.setNull('postId', posts);
    this.escalations.setNull('decisionId', decisions);
    return posts.size;
  }

  /** Returns the name of the champion with the most posts. */
  findChampionWithMostPosts(): string {
    const posts = (name: string) => [...this.posts.rows.values()].filter(({ authorId }) => authorId === name).length;
    const champions = [...this.champions.rows.values()].map(({ authorId }) => authorId);
    return champions.sort((a, b) => posts(b) - posts(a))[0] ?? '';
  }

  removeAuthor(author: string): number {
    this.authors.rows.delete(author);
    this.champions.remove(({ authorId }) => authorId === author);
    return this.removePosts(({ authorId }) => authorId === author);
  }
}
