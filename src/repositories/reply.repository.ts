import { Reply } from '../entities/index.js';
import type { ReplyMetrics, ReplyOutcome } from '../entities/json-shapes.js';
import type { Platform, ReplyType } from '../entities/enums.js';
import { EntityNotFound } from '../errors/database-error.js';
import { validateEntity } from '../validation/index.js';
import { assertActor, writeAudit } from './audit-trail.js';
import type { Plain } from './plain.js';
import { toNewRow } from './new-row.js';
import { assertLimit } from './pages.js';
import { ReplyLists } from './reply-lists.js';
import { ReplyAlreadyDecided, ReplyAlreadyPosted, StateConflict } from './state-conflict.js';
import { RepositoryFor } from './table-repository.js';

/** A new reply, which waits for approval. */
export interface NewReply {
  decisionId: string;
  /** 10..1,000 characters with the signature, within the limit of the platform, without prohibited claims. */
  content: string;
  platform: Platform;
  archetypeId?: string | null;
  utmCode?: string | null;
  /** 0 or more. */
  helpCount?: number;
  /** Default AUTO. */
  replyType?: ReplyType;
  /** Scores of the generator: `{ generation: { confidence: 0.91 } }`. */
  metricsJson?: Plain<ReplyMetrics> | null;
}

export interface RecordedReply {
  readonly id: string;
  readonly createdAt: Date;
}

/** Why an operator rejects a reply. */
export type RejectionReason = 'SAFETY' | 'IRRELEVANT' | 'LOW_QUALITY' | 'OTHER';

/** Times of measurement after posting. */
export const OUTCOME_WINDOWS = ['15m', '60m', '24h', '7d'] as const;
export type OutcomeWindow = (typeof OUTCOME_WINDOWS)[number];

/** An approved reply that is not posted yet. */
export interface UnpostedReply {
  readonly id: string;
  readonly platform: Platform;
  readonly content: string;
  readonly utmCode: string | null;
  readonly approvedAt: Date;
  /** Id on the platform of the post to answer; null: the post was deleted after 90 days. */
  readonly postPlatformPostId: string | null;
}

/** State of a reply that explains why a write did nothing. */
interface ReplyState {
  readonly status: 'APPROVED' | 'PENDING' | 'REJECTED';
  readonly by: string | null;
  readonly at: Date | null;
  readonly platformPostId: string | null;
  readonly postedAt: Date | null;
  readonly deletedAt: Date | null;
}

const REJECTION_REASONS = new Set<string>(['SAFETY', 'IRRELEVANT', 'LOW_QUALITY', 'OTHER'] satisfies RejectionReason[]);

/** Longest notes of a rejection, in characters. */
const MAX_NOTES = 1_000;

const UNPOSTED = `SELECT r.id, r.platform, r.content, r.utm_code AS "utmCode", r.approved_at AS "approvedAt",
    p.platform_post_id AS "postPlatformPostId"
  FROM replies r LEFT JOIN decisions d ON d.id = r.decision_id LEFT JOIN posts p ON p.id = d.post_id
  WHERE r.approval_status = 'APPROVED' AND r.posted_at IS NULL ORDER BY r.approved_at, r.id LIMIT $1`;

const SHA256 = (text: string): string => `encode(sha256(convert_to(${text}, 'UTF8')), 'hex')`;

/** Number of earlier texts that an edited reply keeps. */
const KEPT_TEXTS = 10;

/**
 * Replies from the generated text to its results. Each change is one conditional UPDATE, so of two parallel callers exactly one succeeds,
 * and the other gets an error that says what was found.
 */
@RepositoryFor(Reply)
export class ReplyRepository extends ReplyLists {
  /**
   * Stores a reply that waits for approval. For automatic approval call `approve(id, SYSTEM_ACTOR)` afterwards.
   *
   * @throws EntityValidationError; ForeignKeyViolation for an unknown decision or archetype
   */
  async record(reply: NewReply): Promise<RecordedReply> {
    const { columns, placeholders, values } = toNewRow(this.metadata, { ...reply, approvalStatus: 'PENDING' });
    return this.sendForOne<RecordedReply>(
      'record',
      `INSERT INTO replies (${columns}) VALUES (${placeholders}) RETURNING id, created_at AS "createdAt"`,
      values,
    );
  }

  /**
   * Approves a reply, with its audit row. Of several operators exactly one decides about a reply.
   *
   * @param actor operator, or `SYSTEM_ACTOR`
   * @param options `content`: the text that the actor has read; a reply that was edited since is not approved
   * @throws ReplyAlreadyDecided; StateConflict with the state EDITED when the text is another one; EntityNotFound,
   *   EntityValidationError
   */
  async approve(id: string, actor: string, { content = null }: { content?: string | null } = {}): Promise<void> {
    assertActor(actor);
    const rows = await this.send<{ id: string }>(
      'approve',
      `WITH approved AS (
         UPDATE replies SET approval_status = 'APPROVED', approved_by = $2::text, approved_at = now(), updated_at = now()
         WHERE id = $1 AND approval_status = 'PENDING' AND ($3::text IS NULL OR content = $3::text) RETURNING id
       ), ${writeAudit({ source: 'approved', entityType: 'reply', action: 'approve', actor: '$2' })}
       SELECT id FROM approved`,
      [id, actor, content],
    );
    if (rows.length === 0) throw await this.#explain(id, 'The reply cannot be approved');
  }

  /**
   * Rejects a reply. Its audit row holds who rejected it, the reason and the notes. Of several operators exactly one decides.
   *
   * @param notes at most 1,000 characters; they cannot be erased, so they must not quote the post or name its author
   * @throws ReplyAlreadyDecided, EntityNotFound, EntityValidationError; RangeError for an unknown reason and for longer notes
   */
  async reject(id: string, actor: string, reason: RejectionReason, notes: string | null = null): Promise<void> {
    assertActor(actor);
    if (!REJECTION_REASONS.has(reason)) {
      throw new RangeError(`The reason must be one of ${[...REJECTION_REASONS].join(', ')}.`);
    }
    if ((notes?.length ?? 0) > MAX_NOTES) throw new RangeError(`The notes must have at most ${MAX_NOTES} characters.`);
    const details = `jsonb_strip_nulls(jsonb_build_object('reason', $3::text, 'notes', $4::text))`;
    const rows = await this.send<{ id: string }>(
      'reject',
      `WITH rejected AS (
         UPDATE replies SET approval_status = 'REJECTED', updated_at = now()
         WHERE id = $1 AND approval_status = 'PENDING' RETURNING id
       ), ${writeAudit({ source: 'rejected', entityType: 'reply', action: 'reject', actor: '$2', details })}
       SELECT id FROM rejected`,
      [id, actor, reason, notes],
    );
    if (rows.length === 0) throw await this.#explain(id, 'The reply cannot be rejected');
  }

  /**
   * Replaces the text of a reply that waits for approval.
   *
   * A reply may quote a person, and audit rows cannot be erased. So the audit row holds the length and the SHA-256 of both texts, and the
   * row of the reply keeps the last ten earlier texts in `metrics_json.generation.previousContents`, where they can be erased.
   *
   * @returns `unchanged` when the reply has this text already: nothing is written
   * @throws ReplyAlreadyDecided, EntityNotFound, EntityValidationError; CheckViolation of ck_replies__content_fits_platform
   */
  async edit(id: string, actor: string, content: string): Promise<'edited' | 'unchanged'> {
    assertActor(actor);
    validateEntity(Reply, { content }, { write: 'update' });
    const details = `jsonb_build_object(
      'previousLength', char_length(changed.before), 'previousSha256', ${SHA256('changed.before')},
      'newLength', char_length(changed.after), 'newSha256', ${SHA256('changed.after')})`;
    const [row] = await this.send<{ edited: boolean }>(
      'edit',
      `WITH pending AS MATERIALIZED (
         SELECT id, content, coalesce(metrics_json, '{}') AS metrics, coalesce(metrics_json -> 'generation', '{}') AS generation
         FROM replies WHERE id = $1 AND approval_status = 'PENDING' FOR NO KEY UPDATE
       ), edited AS (
         UPDATE replies r SET content = $3::text, updated_at = now(), metrics_json = p.metrics || jsonb_build_object('generation',
           p.generation || jsonb_build_object('previousContents', jsonb_path_query_array(
             coalesce(p.generation -> 'previousContents', '[]') || to_jsonb(p.content), '$[last - ${KEPT_TEXTS - 1} to last]')))
         FROM pending p WHERE r.id = p.id AND p.content <> $3::text RETURNING r.id, p.content AS before, r.content AS after
       ), ${writeAudit({ source: 'edited', entityType: 'reply', action: 'edit', actor: '$2', details })}
       SELECT EXISTS (SELECT FROM edited) AS edited FROM pending`,
      [id, actor, content],
    );
    if (row === undefined) throw await this.#explain(id, 'The reply cannot be edited');
    return row.edited ? 'edited' : 'unchanged';
  }

  /** Lists approved replies that are not posted yet, the one approved first first. Uses ix_replies__approved_at__unposted. */
  async listUnposted(limit = 20): Promise<UnpostedReply[]> {
    assertLimit(limit);
    return this.send<UnpostedReply>('listUnposted', UNPOSTED, [limit]);
  }

  /**
   * Locks approved replies that are not posted yet until the caller's transaction ends; other posters skip them. Post each, call
   * `markPosted` in the same transaction, and commit.
   *
   * So no two living posters post the same reply. A poster that is killed between the call of the platform and the commit leaves the reply
   * unposted here: before it posts a reply again, it must ask the platform.
   *
   *     await inTransaction(dataSource, async (manager) => {
   *       const replies = ReplyRepository.of(manager);
   *       for (const reply of await replies.claimUnposted(1)) await replies.markPosted(reply.id, await post(reply));
   *     }, { maxDurationMs: 0 });
   *
   * @param limit 1..100. Small numbers: the locks are held while the platform answers.
   */
  async claimUnposted(limit = 1): Promise<UnpostedReply[]> {
    assertLimit(limit);
    return this.send<UnpostedReply>('claimUnposted', `${UNPOSTED} FOR NO KEY UPDATE OF r SKIP LOCKED`, [limit]);
  }

  /**
   * Records that a reply was posted. Repeating the call with the same id changes nothing.
   *
   * @param postedAt default: now, by the clock of the server
   * @returns `unchanged` when it was recorded before
   * @throws ReplyAlreadyPosted when it was posted under another id; StateConflict when it is not approved; UniqueViolation when
   *   another reply has the id; EntityNotFound, EntityValidationError
   */
  async markPosted(id: string, platformPostId: string, postedAt?: Date): Promise<'posted' | 'unchanged'> {
    validateEntity(Reply, { platformPostId, postedAt }, { write: 'update' });
    const rows = await this.send<{ id: string }>(
      'markPosted',
      `UPDATE replies SET platform_post_id = $2::text, posted_at = coalesce($3::timestamptz, now()), updated_at = now()
       WHERE id = $1 AND approval_status = 'APPROVED' AND posted_at IS NULL RETURNING id`,
      [id, platformPostId, postedAt ?? null],
    );
    if (rows.length > 0) return 'posted';
    const state = await this.#readState(id);
    if (state.platformPostId === platformPostId) return 'unchanged';
    if (state.postedAt === null) throw new StateConflict('The reply cannot be posted', state);
    throw new ReplyAlreadyPosted('The reply cannot be posted', { status: 'POSTED', at: state.postedAt });
  }

  /**
   * Stores the results of a posted reply at one time of measurement; measuring again replaces them. The results of the latest time become
   * those of the reply as well, whatever the order in which they arrive.
   *
   * Parallel calls lose nothing, because one UPDATE reads and writes the row.
   *
   * @param outcome totals since posting; `capturedAt` defaults to now
   * @throws EntityValidationError; StateConflict when the reply is not posted; EntityNotFound
   */
  async recordMetrics(id: string, window: OutcomeWindow, outcome: Plain<ReplyOutcome>): Promise<void> {
    const captured = { ...outcome, capturedAt: outcome.capturedAt ?? new Date().toISOString() };
    validateEntity(Reply, { metricsJson: { windows: { [window]: captured } } }, { write: 'update' });
    const later = OUTCOME_WINDOWS.slice(OUTCOME_WINDOWS.indexOf(window) + 1);
    const rows = await this.send<{ id: string }>(
      'recordMetrics',
      `UPDATE replies SET updated_at = now(), metrics_json =
         CASE WHEN metrics_json ? 'generation' THEN jsonb_build_object('generation', metrics_json -> 'generation') ELSE '{}' END
         || CASE WHEN metrics_json -> 'windows' ?| $4::text[] THEN metrics_json - 'windows' - 'generation' ELSE $3::jsonb END
         || jsonb_build_object('windows', coalesce(metrics_json -> 'windows', '{}') || jsonb_build_object($2::text, $3::jsonb))
       WHERE id = $1 AND posted_at IS NOT NULL RETURNING id`,
      [id, window, JSON.stringify(captured), later],
    );
    if (rows.length === 0) throw new StateConflict('The reply has no results', await this.#readState(id));
  }

  /**
   * Records that we deleted a posted reply from the platform, with its audit row. Repeating the call changes nothing: the first reason
   * stays.
   *
   * @param reason 1..1,000 characters; no handle and no text of a post
   * @returns `unchanged` when it was deleted before
   * @throws StateConflict when the reply is not posted; EntityNotFound, EntityValidationError
   */
  async markDeleted(id: string, reason: string, actor: string): Promise<'deleted' | 'unchanged'> {
    assertActor(actor);
    validateEntity(Reply, { deleteReason: reason, deletedAt: new Date() }, { write: 'update' });
    const details = `jsonb_build_object('reason', $3::text)`;
    const rows = await this.send<{ id: string }>(
      'markDeleted',
      `WITH deleted AS (
         UPDATE replies SET deleted_at = now(), delete_reason = $3::text, updated_at = now()
         WHERE id = $1 AND posted_at IS NOT NULL AND deleted_at IS NULL RETURNING id
       ), ${writeAudit({ source: 'deleted', entityType: 'reply', action: 'delete', actor: '$2', details })}
       SELECT id FROM deleted`,
      [id, actor, reason],
    );
    if (rows.length > 0) return 'deleted';
    const state = await this.#readState(id);
    if (state.deletedAt !== null) return 'unchanged';
    throw new StateConflict('The reply cannot be deleted', state);
  }

  async #explain(id: string, what: string): Promise<Error> {
    const state = await this.#readState(id);
    if (state.status === 'PENDING') return new StateConflict(what, { status: 'EDITED' });
    return new ReplyAlreadyDecided(what, state);
  }

  /** Reads who decided about a reply, and when. A second statement, because the first does not see what it waited for. */
  async #readState(id: string): Promise<ReplyState> {
    const [state] = await this.send<ReplyState>(
      'readState',
      `SELECT r.approval_status AS status, coalesce(r.approved_by, a.actor) AS by, coalesce(r.approved_at, a.created_at) AS at,
         r.platform_post_id AS "platformPostId", r.posted_at AS "postedAt", r.deleted_at AS "deletedAt"
       FROM replies r LEFT JOIN LATERAL (
         SELECT actor, created_at FROM audit_logs
         WHERE entity_type = 'reply' AND entity_id = r.id::text AND action = 'reject' ORDER BY created_at DESC LIMIT 1
       ) a ON r.approval_status = 'REJECTED'
       WHERE r.id = $1`,
      [id],
    );
    if (state === undefined) throw new EntityNotFound('Reply');
    return state;
  }
}
