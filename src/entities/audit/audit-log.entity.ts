import { CreatedAt, Id, IndexFor, JsonObject, LOWER_SNAKE, Table, Text } from '../../columns/index.js';

/**
 * Who did what to which row, and when? Append-only, in the database too: a trigger refuses UPDATE, DELETE and TRUNCATE. Has
 * no foreign key, since it must outlive what it speaks of. Kept 3 years.
 */
@Table('audit_logs')
@IndexFor('the history of one row, newest first', ['entityType', 'entityId', 'createdAt'])
@IndexFor('export by period; retention', ['createdAt'])
@IndexFor('what one actor did', ['actor', 'createdAt'])
export class AuditLog {
  @Id() id!: string;

  /** What kind of row: decision, reply, author. */
  @Text({ max: 50, format: LOWER_SNAKE }) entityType!: string;

  /** Its id, as text. */
  @Text({ max: 100 }) entityId!: string;

  /** What was done: create, approve, reject, edit, delete. */
  @Text({ max: 50, format: LOWER_SNAKE }) action!: string;

  /** Operator or system component that did it. */
  @Text({ max: 100 }) actor!: string;

  /** Before, after and reasons. Never handles or post text, which could not be erased here. */
  @JsonObject({ default: true }) detailsJson!: Record<string, unknown>;

  /** When it was done. Never changed. */
  @CreatedAt() createdAt!: Date;
}
