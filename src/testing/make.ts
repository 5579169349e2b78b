import type { DataSource, DeepPartial, EntityManager } from 'typeorm';
import { managerOf } from '../connection/transaction.js';
import { REPLY_SIGNATURE } from '../constants/reply.js';
import {
  Archetype,
  AuditLog,
  Author,
  ChampionTier,
  CommunityChampion,
  CompetitiveMention,
  Competitor,
  CompetitorCategory,
  Decision,
  Escalation,
  EscalationReason,
  Experiment,
  KpiMetric,
  KpiType,
  LearningEvent,
  Post,
  PowerTier,
  RandomizedExperiment,
  Reply,
  SegmentedWeight,
  WeightAdjustmentLog,
} from '../entities/index.js';

type Values = Readonly<Record<string, unknown>>;

/** How to complete a row of an entity that every rule accepts. */
interface Recipe {
  /** The parents that a row cannot do without, by the property of their foreign key. A parent is made unless its key is given. */
  readonly parents?: Readonly<Record<string, new () => { id: string }>>;
  /** @param n a number that no other row of this process has */
  readonly values: (n: number, given: Values) => Values;
}

const WEIGHTS = { sss: 0.4, ars: 0.25, evs: 0.2, trs: 0.15 };
const REPLY_TEXT = `Plenty of water and an early night help most people. ${REPLY_SIGNATURE}`;

const nameRow = (n: number): Values => ({ name: `TEST_${n}`, description: 'Made by a test.' });

const isApproved = ({ approvalStatus, postedAt }: Values): boolean => approvalStatus === 'APPROVED' || postedAt != null;
const isClosed = ({ status }: Values): boolean => status === 'RESOLVED' || status === 'DISMISSED';

const RECIPES = new Map<new () => object, Recipe>([
  [Archetype, { values: nameRow }],
  [PowerTier, { values: (n) => ({ ...nameRow(n), followerThreshold: 5_000 }) }],
  [CompetitorCategory, { values: nameRow }],
  [KpiType, { values: nameRow }],
  [EscalationReason, { values: nameRow }],
  [ChampionTier, { values: (n) => ({ ...nameRow(n), minEngagement: 3 }) }],
  [Author, { values: (n) => ({ platform: 'TWITTER', platformId: `${n}`, handle: `user_${n}` }) }],
  [
    Post,
    {
      parents: { authorId: Author },
      values: (n) => ({
        platform: 'TWITTER',
        platformPostId: `post_${n}`,
        content: 'My head hurts.',
        keywordMatches: ['head'],
      }),
    },
  ],
  [
    Decision,
    {
      parents: { postId: Post },
      values: () => ({
        ...{ sssScore: 0.9, arsScore: 0.5, evsScore: 1, trsScore: 0.8, compositeScore: 0.7 },
        mode: 'HELPFUL',
      }),
    },
  ],
  [
    Reply,
    {
      parents: { decisionId: Decision },
      values: (n, given) => ({
        ...{ content: REPLY_TEXT, platform: 'TWITTER' },
        ...(isApproved(given)
          ? { approvalStatus: 'APPROVED', approvedBy: 'operator_1', approvedAt: given.postedAt ?? new Date() }
          : {}),
        ...(given.postedAt == null ? {} : { platformPostId: `reply_${n}` }),
      }),
    },
  ],
  [Competitor, { values: (n) => ({ name: `Brand ${n}`, brandKeywords: [`brand${n}`] }) }],
  [
    CompetitiveMention,
    {
      parents: { postId: Post, competitorId: Competitor },
      values: () => ({ sentiment: 'NEGATIVE', satisfaction: 'UNSATISFIED', opportunityScore: 0.9 }),
    },
  ],
  [CommunityChampion, { parents: { authorId: Author }, values: () => ({}) }],
  [
    KpiMetric,
    {
      parents: { metricTypeId: KpiType },
      values: (n) => ({ date: '2026-01-31', metricName: `metric_${n}`, value: 1 }),
    },
  ],
  [
    Escalation,
    {
      values: (_, given) => (isClosed(given) ? { resolvedBy: 'operator_1', resolvedAt: new Date() } : {}),
    },
  ],
  [AuditLog, { values: (n) => ({ entityType: 'test', entityId: `${n}`, action: 'create', actor: 'test' }) }],
  [
    Experiment,
    {
      values: (n, { status }) => ({
        ...{ name: `Test ${n}`, variantA: {}, variantB: {}, metric: 'ctr' },
        ...(status === 'RUNNING' || status === 'COMPLETED' ? { startDate: new Date('2026-01-01') } : {}),
        ...(status === 'COMPLETED' ? { endDate: new Date('2026-01-08') } : {}),
      }),
    },
  ],
  [WeightAdjustmentLog, { values: () => ({ action: 'ADJUSTED', oldWeights: WEIGHTS, newWeights: WEIGHTS }) }],
  [
    LearningEvent,
    {
      values: () => ({
        adjustmentType: 'WEIGHT',
        adjustment: {},
        predictedImprovement: 0.15,
        baselinePerformance: 0.03,
      }),
    },
  ],
  [
    RandomizedExperiment,
    {
      parents: { decisionId: Decision },
      values: () => ({ predictedMode: 'HELPFUL', actualMode: 'HYBRID', predictedOutcome: 0.04 }),
    },
  ],
  [SegmentedWeight, { values: (n) => ({ segmentType: 'COMBINED', segmentKey: `TEST_${n}` }) }],
]);

let count = 0;

/**
 * Stores a row that every rule accepts, with the given values, and the parents that it needs and was not given.
 *
 *     const post = await make(dataSource, Post, { platform: 'REDDIT' });
 *     const reply = await make(dataSource, Reply, { approvalStatus: 'APPROVED' });
 *
 * @param source the DataSource, or the manager of a transaction
 * @returns the stored row; parents are referenced by their keys (`authorId`)
 * @throws EntityValidationError when the given values break a rule
 */
export async function make<Row extends object>(
  source: DataSource | EntityManager,
  entity: new () => Row,
  values: Partial<Row> = {},
): Promise<Row> {
  const recipe = RECIPES.get(entity);
  if (recipe === undefined) throw new TypeError(`There is no recipe for ${entity.name}.`);
  const manager = managerOf(source);
  const { relations } = manager.dataSource.getMetadata(entity);
  const given: Record<string, unknown> = { ...values };
  for (const [key, parent] of Object.entries(neededParents(entity, recipe, given))) {
    const relation = relations.find(({ joinColumns }) => joinColumns.some(({ propertyName }) => propertyName === key));
    if (given[key] !== undefined || given[relation?.propertyName ?? ''] !== undefined) continue;
    given[key] = (await make(manager, parent)).id;
  }
  count += 1;
  const row: Row = manager.create(entity, { ...recipe.values(count, given), ...given } as DeepPartial<Row>);
  return manager.save(row);
}

/** An escalation needs one of three targets. */
function neededParents(entity: new () => object, { parents = {} }: Recipe, given: Values): Required<Recipe>['parents'] {
  if (entity !== Escalation) return parents;
  const targets = ['post', 'decision', 'reply', 'postId', 'decisionId', 'replyId'];
  return targets.some((target) => given[target] != null) ? {} : { postId: Post };
}
