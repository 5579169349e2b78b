import type { DataSource } from 'typeorm';
import { MigratorConnection } from './connection.js';
import { withoutLiterals } from '../connection/sql-text.js';

interface Blocker {
  readonly pid: number;
  readonly name: string | null;
  readonly state: string | null;
  readonly seconds: number | null;
  readonly query: string | null;
  readonly others: number;
}

/** Who is in the way of a server process, the one first that has been at it longest. */
/** Milliseconds that the watch waits for a connection of its own. */
const WATCH_WAIT_MS = 10_000;

const BLOCKERS = `
SELECT b.pid, application_name AS name, state, query, (count(*) OVER ())::int - 1 AS others,
       round(extract(epoch FROM clock_timestamp() - coalesce(xact_start, query_start)))::int AS seconds
FROM (SELECT DISTINCT unnest(pg_blocking_pids($1)) AS pid) b LEFT JOIN pg_stat_activity USING (pid)
ORDER BY xact_start NULLS LAST LIMIT 1`;

/**
 * Looks, over a connection of its own, who keeps a statement waiting: afterwards PostgreSQL does not say it any more. Opened when
 * something waits for the first time. Whatever goes wrong here explains less, and stops nothing.
 */
export class BlockerWatch {
  #connection: Promise<MigratorConnection> | undefined;
  #last: string | undefined;

  constructor(private readonly dataSource: DataSource) {}

  /** Who kept the last statement waiting, in words; undefined: nobody was seen. */
  get last(): string | undefined {
    return this.#last;
  }

  /**
   * @param pid server process that runs the work
   * @param times milliseconds after which to look for the first time, and then again
   */
  async during<T>(
    pid: number,
    times: { first: number; then: number },
    work: () => Promise<T>,
    onSeen?: () => void,
  ): Promise<T> {
    this.#last = undefined;
    let timer: NodeJS.Timeout;
    let over = false;
    const look = async (): Promise<void> => {
      const seen = await this.look(pid);
      if (seen !== undefined) {
        this.#last = seen;
        onSeen?.();
      }
      if (!over) timer = setTimeout(() => void look(), times.then);
    };
    timer = setTimeout(() => void look(), times.first);
    try {
      return await work();
    } finally {
      over = true;
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    await (await this.#connection?.catch(() => undefined))?.close();
  }

  private async look(pid: number): Promise<string | undefined> {
    try {
      this.#connection ??= MigratorConnection.open(this.dataSource, WATCH_WAIT_MS, ' (watch)');
      const [blocker] = await (await this.#connection).rows<Blocker>(BLOCKERS, [pid]);
      return blocker && describe(blocker);
    } catch {
      return undefined;
    }
  }
}

function describe({ pid, name, state, seconds, query, others }: Blocker): string {
  if (pid === 0) return 'a prepared transaction (pg_prepared_xacts)';
  const who = `pid ${pid}${name === null || name === '' ? '' : ` (${name})`}`;
  const since = seconds === null ? '' : ` for ${seconds} s`;
  const doing = state === null ? '' : state === 'active' ? `, working${since}` : `, ${state}${since}`;
  const what = query === null || query === '' ? '' : `: ${withoutLiterals(query)}`;
  return `${who}${doing}${what}${others > 0 ? ` (and ${others} more)` : ''}`;
}
