import { AuditLog } from '../entities/index.js';
import { assertValid, AuditEntryInput } from '../validation/index.js';
import type { Plain } from './plain.js';
import { type Page, type PageOptions, readPage } from './pages.js';
import { RepositoryFor, TableRepository } from './table-repository.js';

/** One entry of the audit log. */
export interface AuditEntry {
  readonly id: string;
  readonly entityType: string;
  readonly entityId: string;
  readonly action: string;
  readonly actor: string;
  readonly detailsJson: Record<string, unknown>;
  readonly createdAt: Date;
}

/** A new entry. */
export type NewAuditEntry = Plain<AuditEntryInput>;

/** A stored entry. */
export interface RecordedEntry {
  readonly id: string;
  readonly createdAt: Date;
}

const ENTRY = `SELECT id, entity_type AS "entityType", entity_id AS "entityId", action, actor, details_json AS "detailsJson",
  created_at AS "createdAt" FROM audit_logs`;

const NEWEST_FIRST = [
  { sql: 'created_at', key: 'createdAt', type: 'timestamptz', descending: true },
  { sql: 'id', key: 'id', type: 'uuid', descending: true },
] as const;

/** Rows in one part of a stream. */
const STREAM_ROWS = 1_000;

/** The audit log: who did what to which row. Entries are only added, and never changed. */
@RepositoryFor(AuditLog)
export class AuditLogRepository extends TableRepository<AuditLog> {
  /**
   * Appends entries in one statement, in the transaction of the caller. The database sets their ids and times; entries of one transaction
   * have the same time.
   *
   *     await inTransaction(dataSource, async (manager) => {
   *       await manager.update(Author, id, { isPowerUser: true });
   *       await AuditLogRepository.of(manager).append({ entityType: 'author', entityId: id, action: 'override_tier', actor });
   *     });
   *
   * @returns the stored entries in the order given
   * @throws InputValidationError for the first invalid entry; nothing is written then
   */
  async append(entries: NewAuditEntry | readonly NewAuditEntry[]): Promise<RecordedEntry[]> {
    const list = (Array.isArray(entries) ? entries : [entries]) as readonly NewAuditEntry[];
    const rows = list.map((entry) => {
      const { entityType, entityId, action, actor, detailsJson = {} } = assertValid(AuditEntryInput, entry);
      return { entityType, entityId, action, actor, detailsJson };
    });
    if (rows.length === 0) return [];
    return this.send<RecordedEntry>(
      'append',
      `INSERT INTO audit_logs (entity_type, entity_id, action, actor, details_json)
       SELECT e."entityType", e."entityId", e.action, e.actor, e."detailsJson"
       FROM json_to_recordset($1::json) AS e ("entityType" text, "entityId" text, action text, actor text, "detailsJson" jsonb)
       RETURNING id, created_at AS "createdAt"`,
      [JSON.stringify(rows)],
    );
  }

  /** Lists the history of one row, newest first. Uses ix_audit_logs__entity_type_entity_id_created_at. */
  async listOfEntity(entityType: string, entityId: string, options?: PageOptions): Promise<Page<AuditEntry>> {
    return readPage<AuditEntry>(
      (...statement) => this.send(...statement),
      {
        method: 'listOfEntity',
        select: ENTRY,
        where: ['entity_type = $1', 'entity_id = $2'],
        parameters: [entityType, entityId],
        order: NEWEST_FIRST,
      },
      options,
    );
  }

  /** Lists what one actor did, newest first. Uses ix_audit_logs__actor_created_at. */
  async listByActor(actor: string, options?: PageOptions): Promise<Page<AuditEntry>> {
    return readPage<AuditEntry>(
      (...statement) => this.send(...statement),
      { method: 'listByActor', select: ENTRY, where: ['actor = $1'], parameters: [actor], order: NEWEST_FIRST },
      options,
    );
  }

  /**
   * Reads the entries of a period, oldest first, in parts of at most 1,000, with constant memory: for the export as CSV. Uses
   * ix_audit_logs__created_at.
   *
   * An entry has the time at which its transaction began. For a complete export let the period end some minutes ago.
   *
   *     for await (const entries of audit.streamRange({ from, to })) file.write(toCsv(entries));
   *
   * @param range from `from` (inclusive) to `to` (exclusive)
   */
  async *streamRange({ from, to }: { from: Date; to: Date }): AsyncGenerator<AuditEntry[], void, undefined> {
    let [createdAt, id] = [from, '00000000-0000-0000-0000-000000000000'];
    for (;;) {
      const rows = await this.send<AuditEntry>(
        'streamRange',
        `${ENTRY} WHERE (created_at, id) > ($1::timestamptz, $2::uuid) AND created_at < $3::timestamptz
         ORDER BY created_at, id LIMIT ${STREAM_ROWS}`,
        [createdAt, id, to],
      );
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows;
      [createdAt, id] = [last.createdAt, last.id];
    }
  }
}
