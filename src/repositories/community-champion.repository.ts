import { inTransaction } from '../connection/transaction.js';
import { CHAMPION } from '../constants/figures.js';
import type { AdvocateStatus, DmResponse } from '../constants/lists.js';
import type { Platform } from '../entities/enums.js';
import { CommunityChampion } from '../entities/index.js';
import { EntityNotFound } from '../errors/database-error.js';
import { validateEntity } from '../validation/index.js';
import { assertLimit, type Page, type PageOptions, readPage } from './pages.js';
import { StateConflict } from './state-conflict.js';
import { RepositoryFor, TableRepository } from './table-repository.js';

/** Positive interactions of an author. */
export interface Engagement {
  authorId: string;
  /** In the last `CHAMPION.windowDays` days, 0 or more. */
  engagementCount: number;
}

/** One champion in a list. */
export interface ChampionSummary {
  readonly id: string;
  readonly authorId: string;
  readonly platform: Platform;
  readonly handle: string;
  /** Null: below every tier. */
  readonly tier: string | null;
  readonly engagementCount: number;
  readonly advocateStatus: AdvocateStatus;
  readonly dmSentAt: Date | null;
  readonly dmResponse: DmResponse | null;
  readonly sampleSent: boolean;
  readonly converted: boolean;
}

/** Whether the offer may be sent. */
export type MessageOutcome =
  /** Recorded: send it. */
  | { readonly outcome: 'recorded'; readonly sentToday: number }
  /** The limit of the day is reached: nothing was recorded. */
  | { readonly outcome: 'limit reached'; readonly sentToday: number }
  /** An offer was sent before, and is not repeated. */
  | { readonly outcome: 'sent before'; readonly sentAt: Date };

const COLUMNS = `c.id, c.author_id AS "authorId", a.platform, a.handle, t.name AS tier, c.engagement_count AS "engagementCount",
  c.advocate_status AS "advocateStatus", c.dm_sent_at AS "dmSentAt", c.dm_response AS "dmResponse", c.sample_sent AS "sampleSent",
  c.converted`;

const JOINS = 'JOIN authors a ON a.id = c.author_id LEFT JOIN champion_tiers t ON t.id = c.tier_id';

/** The statement's own time and not that of the transaction, which may have waited for the lock since yesterday. */
const TODAY = `date_trunc('day', statement_timestamp(), 'UTC')`;

/** Authors who support the brand. */
@RepositoryFor(CommunityChampion)
export class CommunityChampionRepository extends TableRepository<CommunityChampion> {
  /**
   * Stores the engagement of authors and gives each the highest active tier whose threshold it reaches. One statement; of an author given
   * twice the last counts; rows without news are not written. Rows are written in the order of the authors, so parallel calls do not
   * deadlock. Uses uq_community_champions__author_id.
   *
   * @returns the number of rows written
   * @throws EntityValidationError for the first invalid row; ForeignKeyViolation for an unknown author
   */
  async recordEngagement(engagements: readonly Engagement[]): Promise<number> {
    for (const { authorId, engagementCount } of engagements) {
      validateEntity(CommunityChampion, { authorId, engagementCount }, { write: 'insert' });
    }
    const last = new Map(engagements.map((engagement) => [engagement.authorId.toLowerCase(), engagement]));
    const { written } = await this.sendForOne<{ written: number }>(
      'recordEngagement',
      `WITH written AS (
         INSERT INTO community_champions (author_id, engagement_count, tier_id)
         SELECT g."authorId", g."engagementCount", (SELECT t.id FROM champion_tiers t
           WHERE t.is_active AND t.min_engagement <= g."engagementCount" ORDER BY t.min_engagement DESC, t.name LIMIT 1)
         FROM json_to_recordset($1::json) AS g ("authorId" uuid, "engagementCount" int) ORDER BY 1
         ON CONFLICT (author_id) DO UPDATE
         SET engagement_count = excluded.engagement_count, tier_id = excluded.tier_id, updated_at = now()
         WHERE (community_champions.engagement_count, community_champions.tier_id)
           IS DISTINCT FROM (excluded.engagement_count, excluded.tier_id)
         RETURNING id)
       SELECT count(*)::int AS written FROM written`,
      [JSON.stringify([...last.values()])],
    );
    return written;
  }

  /** Lists the most engaged champions. Uses ix_community_champions__engagement_count. @param limit 1..100 */
  async listLeaders(limit = 20): Promise<ChampionSummary[]> {
    assertLimit(limit);
    return this.send<ChampionSummary>(
      'listLeaders',
      `SELECT ${COLUMNS} FROM (SELECT * FROM community_champions ORDER BY engagement_count DESC, id LIMIT $1) c ${JOINS}
       ORDER BY c.engagement_count DESC, c.id`,
      [limit],
    );
  }

  /** Lists the champions with a status, the most engaged first. Uses ix_community_champions__advocate_status. */
  async listByStatus(status: AdvocateStatus, options?: PageOptions): Promise<Page<ChampionSummary>> {
    return readPage<ChampionSummary>(
      (...statement) => this.send(...statement),
      {
        method: 'listByStatus',
        select: `SELECT ${COLUMNS} FROM community_champions c ${JOINS}`,
        where: ['c.advocate_status = $1'],
        parameters: [status],
        order: [
          { sql: 'c.engagement_count', key: 'engagementCount', type: 'int', descending: true },
          { sql: 'c.id', key: 'id', type: 'uuid', descending: true },
        ],
      },
      options,
    );
  }

  /** Counts the offers sent today, in UTC. Uses ix_community_champions__dm_sent_at. */
  async countMessagesToday(): Promise<number> {
    const { messages } = await this.sendForOne<{ messages: number }>(
      'countMessagesToday',
      `SELECT count(*)::int AS messages FROM community_champions WHERE dm_sent_at >= ${TODAY}`,
    );
    return messages;
  }

  /**
   * Reserves the offer to a champion: at most `CHAMPION.offersPerDay` a day (in UTC) over all champions, and one for each champion ever.
   * Call it before the message is sent, and send it only when the outcome is `recorded`. A POTENTIAL champion becomes CONTACTED.
   *
   * Parallel calls wait for each other under an advisory lock until the transaction ends, so that together they keep the limit. Not
   * promised inside a REPEATABLE READ or SERIALIZABLE transaction, which does not see what others have recorded since it began.
   *
   * @throws EntityNotFound
   */
  async recordMessage(id: string, { limit = CHAMPION.offersPerDay }: { limit?: number } = {}): Promise<MessageOutcome> {
    return inTransaction(this.manager, async (manager) => {
      const champions = CommunityChampionRepository.of(manager);
      await champions.send(
        'lockMessages',
        `SELECT pg_advisory_xact_lock(hashtextextended('community_champions messages', 0))`,
      );
      const [row] = await champions.send<{ sentAt: Date | null; sentToday: number; recorded: boolean }>(
        'recordMessage',
        `WITH today AS MATERIALIZED (
           SELECT count(*)::int AS messages FROM community_champions WHERE dm_sent_at >= ${TODAY}
         ), recorded AS (
           UPDATE community_champions SET dm_sent_at = statement_timestamp(), updated_at = now(),
             advocate_status = CASE advocate_status WHEN 'POTENTIAL' THEN 'CONTACTED' ELSE advocate_status END
           WHERE id = $1 AND dm_sent_at IS NULL AND (SELECT messages FROM today) < $2::int RETURNING id
         )
         SELECT c.dm_sent_at AS "sentAt", today.messages AS "sentToday", EXISTS (SELECT FROM recorded) AS recorded
         FROM community_champions c, today WHERE c.id = $1`,
        [id, limit],
      );
      if (row === undefined) throw new EntityNotFound('CommunityChampion');
      if (row.recorded) return { outcome: 'recorded', sentToday: row.sentToday + 1 };
      if (row.sentAt !== null) return { outcome: 'sent before', sentAt: row.sentAt };
      return { outcome: 'limit reached', sentToday: row.sentToday };
    });
  }

  /**
   * Records the response to an offer. ACCEPTED makes a CONTACTED champion ENGAGED. After NO_RESPONSE a later answer is possible; ACCEPTED
   * and DECLINED are not changed. Repeating the call changes nothing.
   *
   * @throws StateConflict when no offer was sent, or another response was recorded; EntityNotFound, EntityValidationError
   */
  async recordResponse(id: string, response: DmResponse): Promise<'recorded' | 'unchanged'> {
    validateEntity(CommunityChampion, { dmResponse: response, dmSentAt: new Date() }, { write: 'update' });
    const rows = await this.send<{ id: string }>(
      'recordResponse',
      `UPDATE community_champions SET dm_response = $2::text, updated_at = now(), advocate_status =
         CASE WHEN $2::text = 'ACCEPTED' AND advocate_status = 'CONTACTED' THEN 'ENGAGED' ELSE advocate_status END
       WHERE id = $1 AND dm_sent_at IS NOT NULL AND (dm_response IS NULL OR dm_response = 'NO_RESPONSE' AND dm_response <> $2::text)
       RETURNING id`,
      [id, response],
    );
    if (rows.length > 0) return 'recorded';
    const [state] = await this.send<{ status: string; sentAt: Date | null }>(
      'readState',
      `SELECT coalesce(dm_response, 'NO_OFFER') AS status, dm_sent_at AS "sentAt" FROM community_champions WHERE id = $1`,
      [id],
    );
    if (state === undefined) throw new EntityNotFound('CommunityChampion');
    if (state.status === response) return 'unchanged';
    throw new StateConflict('The response cannot be recorded', { status: state.status });
  }
}
