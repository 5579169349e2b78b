import { AuditLog } from '../../entities/index.js';
import { Like } from './words.js';

/** Something that was done to a row. It can never be taken back. */
export class AuditEntryInput {
  /** Lower snake case: decision, reply, author. */
  @Like(AuditLog, 'entityType') entityType!: string;

  @Like(AuditLog, 'entityId') entityId!: string;

  /** Lower snake case: create, approve, reject, edit, delete. */
  @Like(AuditLog, 'action') action!: string;

  /** Operator or system component. */
  @Like(AuditLog, 'actor') actor!: string;

  /** Before, after and reasons; never handles or post text, which could not be erased. */
  @Like(AuditLog, 'detailsJson') detailsJson?: Record<string, unknown>;
}
