import { SharedDbError } from '../errors/shared-db-error.js';

/** What a method found instead of the state that it needs. */
export interface FoundState {
  /** State of the row: APPROVED, RESOLVED, POSTED. */
  readonly status: string;
  /** Operator or system component that brought it there; null: not recorded. */
  readonly by?: string | null;
  /** When it came there; null: not recorded. */
  readonly at?: Date | null;
}

/**
 * A row is not in the state that the method needs, usually because another process or operator changed it first. Nothing was written. Load the row again
 * before you offer another action.
 */
export class StateConflict extends SharedDbError {
  override readonly name: string = 'StateConflict';
  readonly code = 'STATE_CONFLICT';
  readonly status: string;
  readonly by: string | null;
  readonly at: Date | null;

  /** @param what beginning of the message: "The reply cannot be posted" */
  constructor(what: string, { status, by = null, at = null }: FoundState) {
    super(`${what}: its state is ${status}${at === null ? '' : ` since ${at.toISOString()}`}. Load it again.`);
    this.status = status;
    this.by = by;
    this.at = at;
  }
}

/** The reply was approved or rejected before: `status`, `by` and `at` say how, by whom and when. */
export class ReplyAlreadyDecided extends StateConflict {
  override readonly name = 'ReplyAlreadyDecided';
}

/** The reply was posted before under another id: `at` says when. */
export class ReplyAlreadyPosted extends StateConflict {
  override readonly name = 'ReplyAlreadyPosted';
}

/** The escalation was resolved or dismissed before: `status`, `by` and `at` say how, by whom and when. */
export class EscalationAlreadyClosed extends StateConflict {
  override readonly name = 'EscalationAlreadyClosed';
}

/** Another operator works on the escalation: `by` names them; null: no operator does, although the caller named one. */
export class EscalationAlreadyAssigned extends StateConflict {
  override readonly name = 'EscalationAlreadyAssigned';
}
