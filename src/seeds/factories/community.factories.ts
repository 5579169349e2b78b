import { setSeederFactory } from 'typeorm-extension';
import { CHAMPION, OPPORTUNITY_SCORES } from '../../constants/figures.js';
import { PRICE_POINTS, type Satisfaction, SATISFACTIONS, type Sentiment, SENTIMENTS } from '../../constants/lists.js';
import { AuditLog, CommunityChampion, CompetitiveMention, Competitor, Escalation } from '../../entities/index.js';
import { authorFactory, postFactory } from './core.factories.js';
import {
  daysBefore,
  hoursBefore,
  makeRow,
  minutesAfter,
  pick,
  type RowFactory,
  type RowRequest,
  drawInteger,
} from './factory.js';

/** Makes an invented product, without a category by default. */
export const competitorFactory: RowFactory<Competitor> = setSeederFactory<Competitor, RowRequest<Competitor>>(
  Competitor,
  (request) =>
    makeRow<Competitor>(Competitor, request, {
      values(kit, _given, row) {
        const name = `Morningwell ${kit.key(row)}`;
        return {
          name,
          primaryMechanism: pick(kit, ['oral electrolytes', 'oral capsule', 'infusion', 'rest']),
          pricePoint: pick(kit, PRICE_POINTS),
          brandKeywords: [name.toLowerCase()],
          isActive: true,
          createdAt: kit.now,
          updatedAt: kit.now,
        };
      },
    }),
);

/** Makes a mention. Its opportunity score follows from satisfaction and sentiment. */
export const competitiveMentionFactory: RowFactory<CompetitiveMention> = setSeederFactory<
  CompetitiveMention,
  RowRequest<CompetitiveMention>
>(CompetitiveMention, (request) =>
  makeRow<CompetitiveMention>(CompetitiveMention, request, {
    parents: [
      { relation: 'post', factory: postFactory },
      { relation: 'competitor', factory: competitorFactory },
    ],
    values(kit, given) {
      const sentiment = given.sentiment ?? pick(kit, SENTIMENTS);
      const satisfaction = given.satisfaction ?? pick(kit, SATISFACTIONS);
      return {
        sentiment,
        satisfaction,
        opportunityScore: scoreOpportunity(satisfaction, sentiment),
        replied: false,
        createdAt: minutesAfter(given.post?.detectedAt ?? kit.now, 1),
      };
    },
  }),
);

function scoreOpportunity(satisfaction: Satisfaction, sentiment: Sentiment): number {
  const bySatisfaction: Partial<Record<Satisfaction, number>> = OPPORTUNITY_SCORES.satisfaction;
  return bySatisfaction[satisfaction] ?? OPPORTUNITY_SCORES.sentiment[sentiment];
}

/** Makes a champion who was not contacted yet. With a response or any later status, the offer was sent. */
export const communityChampionFactory: RowFactory<CommunityChampion> = setSeederFactory<
  CommunityChampion,
  RowRequest<CommunityChampion>
>(CommunityChampion, (request) =>
  makeRow<CommunityChampion>(CommunityChampion, request, {
    parents: [{ relation: 'author', factory: authorFactory }],
    values(kit, given) {
      const createdAt = given.createdAt ?? daysBefore(kit.now, drawInteger(kit, 5, 40));
      const isContacted = given.dmResponse != null || (given.advocateStatus ?? 'POTENTIAL') !== 'POTENTIAL';
      return {
        engagementCount: drawInteger(kit, CHAMPION.interactions, 20),
        dmSentAt: isContacted ? daysBefore(kit.now, drawInteger(kit, 0, 4)) : null,
        dmResponse: null,
        sampleSent: false,
        converted: false,
        advocateStatus: 'POTENTIAL',
        createdAt,
        updatedAt: kit.now,
      };
    },
  }),
);

/** Names of operators in sample data: there is no table of users. */
export const OPERATORS = ['operator-1', 'operator-2', 'moderator-1'] as const;

/** Makes an open escalation about a new post. With another target no post is made; with a closed status it has a resolver. */
export const escalationFactory: RowFactory<Escalation> = setSeederFactory<Escalation, RowRequest<Escalation>>(
  Escalation,
  (request) =>
    makeRow<Escalation>(Escalation, request, {
      parents: [
        {
          relation: 'post',
          factory: postFactory,
          needs: ({ decisionId, replyId }) => decisionId == null && replyId == null,
        },
      ],
      values(kit, given) {
        const isClosed = given.status === 'RESOLVED' || given.status === 'DISMISSED' || given.resolvedAt != null;
        const status = given.status ?? (isClosed ? 'RESOLVED' : 'PENDING');
        const createdAt = given.createdAt ?? hoursBefore(given.resolvedAt ?? kit.now, drawInteger(kit, 1, 30));
        const person = kit.faker.helpers.arrayElement(OPERATORS);
        return {
          priority: given.reason?.severity ?? 'MEDIUM',
          status,
          assignedTo: status === 'PENDING' ? null : person,
          resolvedBy: isClosed ? person : null,
          resolutionNotes: isClosed ? 'Read the thread; nothing further to do.' : null,
          createdAt,
          resolvedAt: isClosed ? minutesAfter(createdAt, drawInteger(kit, 5, 50)) : null,
        };
      },
    }),
);

/** Makes an audit entry about an invented reply. It contains no handle and no text. */
export const auditLogFactory: RowFactory<AuditLog> = setSeederFactory<AuditLog, RowRequest<AuditLog>>(
  AuditLog,
  (request) =>
    makeRow<AuditLog>(AuditLog, request, {
      values: (kit, _given, row) => ({
        entityType: 'reply',
        entityId: kit.key(row),
        action: kit.faker.helpers.arrayElement(['create', 'approve', 'reject', 'edit', 'delete']),
        actor: kit.faker.helpers.arrayElement(OPERATORS),
        detailsJson: { reason: 'invented' },
        createdAt: hoursBefore(kit.now, drawInteger(kit, 0, 72)),
      }),
    }),
);
