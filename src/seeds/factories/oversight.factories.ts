import { AuditLog, Escalation } from '../../entities/index.js';
import { type Factory, hoursBefore, minutesAfter, whole } from './factory.js';
import { postFactory } from './posts.factories.js';

/** The operators of invented data; there is no table of users. */
export const OPERATORS = ['operator-1', 'operator-2', 'moderator-1'] as const;

/** An open escalation about a post of its own, unless another target or a closed status is given. */
export const escalationFactory: Factory<Escalation> = {
  entity: Escalation,
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
    const createdAt = given.createdAt ?? hoursBefore(given.resolvedAt ?? kit.now, whole(kit, 1, 30));
    const person = kit.faker.helpers.arrayElement(OPERATORS);
    return {
      priority: given.reason?.severity ?? 'MEDIUM',
      status,
      assignedTo: status === 'PENDING' ? null : person,
      resolvedBy: isClosed ? person : null,
      resolutionNotes: isClosed ? 'Read the thread; nothing further to do.' : null,
      createdAt,
      resolvedAt: isClosed ? minutesAfter(createdAt, whole(kit, 5, 50)) : null,
    };
  },
};

/** An entry about an invented reply, unless another row is given. Holds no handle and no text. */
export const auditLogFactory: Factory<AuditLog> = {
  entity: AuditLog,
  parents: [],
  values: (kit, _given, row) => ({
    entityType: 'reply',
    entityId: kit.key(row),
    action: kit.faker.helpers.arrayElement(['create', 'approve', 'reject', 'edit', 'delete']),
    actor: kit.faker.helpers.arrayElement(OPERATORS),
    detailsJson: { reason: 'invented' },
    createdAt: hoursBefore(kit.now, whole(kit, 0, 72)),
  }),
};
