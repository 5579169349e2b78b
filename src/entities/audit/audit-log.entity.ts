import { CreatedAt, Id, IndexFor, JsonObject, LOWER_SNAKE, Table, Text } from '../../columns/index.js';

/**
 * One row per action of an operator or system component on a row of another table. Append-only: a trigger refuses UPDATE,
 * DELETE and TRUNCATE. Has no foreign keys, so an entry outlives the row it describes. Kept for 3 years, then archived and
 * deleted.
 */
@Table('audit_logs')
@IndexFor('the history of one row, newest first', ['entityType', 'entityId', 'createdAt'])
@IndexFor('export by period; retention', ['createdAt'])
@IndexFor('what one actor did', ['actor', 'createdAt'])
export class AuditLog {
  @Id() id!: string;

  /** Kind of the row in lower snake case: decision, reply, author. */
  @Text({ max: 50, format: LOWER_SNAKE }) entityType!: string;

  /** Id of the row as text, 1..100 characters. The row may have been deleted since. */
  @Text({ max: 100 }) entityId!: string;

  /** What was done, in lower snake case: create, approve, reject, edit, delete. */
  @Text({ max: 50, format: LOWER_SNAKE }) action!: string;

  /** Operator or system component that did it, 1..100 characters. */
  @Text({ max: 100 }) actor!: string;

  /**
   * Values before and after, and reasons. Must not contain handles or post text, because audit entries cannot be erased.
   * Empty object: no details.
   */
  @JsonObject({ default: true }) detailsJson!: Record<string, unknown>;

  /** When the action was recorded. Never changes. */
  @CreatedAt() createdAt!: Date;
}
