import type { Context } from './context.js';
import { MigrationStatementRefused } from './errors.js';
import { setLocal, timeoutsFor, type Timeouts } from './limits.js';
import { parametersOf, type RunStatement, type Statement } from './query-runner.js';
import { commandOf } from './statement-kind.js';

/** The statements of a migration in one transaction, each within the limits of its kind. */
export class TransactionStatements {
  /** Statements sent so far, the one under way included. */
  ordinal = 0;
  /** The one under way, or that failed. */
  current: Statement | undefined;
  /** The first thing that went wrong: after it the transaction is lost, whatever the migration makes of it. */
  firstError: unknown;
  #behindDdl = false;
  #timeouts: Timeouts | undefined;
  #pid: number | undefined;
  /** Settings that the migration has taken into its own hands. */
  readonly #own = new Set<string>();

  constructor(
    private readonly context: Context,
    private readonly migration: string,
  ) {}

  readonly run: RunStatement = async (statement) => {
    const { connection, watch, limits } = this.context;
    this.ordinal += 1;
    this.current = statement;
    try {
      refuse(statement, this.migration);
      await this.limit(statement);
      const times = { first: limits.lockMs / 2, then: 1_000 };
      const pid = await this.pid();
      const result = await watch.during(pid, times, () => connection.query(statement.sql, parametersOf(statement)));
      if (statement.kind === 'ddl') this.#behindDdl = true;
      // It took our own settings back with it.
      if (statement.kind === 'savepoint') this.#timeouts = undefined;
      this.current = undefined;
      return result;
    } catch (error) {
      this.firstError ??= error;
      throw error;
    }
  };

  private async limit({ sql, kind }: Statement): Promise<void> {
    if (kind === 'local') {
      for (const [name] of sql.toLowerCase().matchAll(/\b(?:lock|statement)_timeout\b/g)) this.#own.add(name);
      return;
    }
    const wanted = timeoutsFor(kind, this.#behindDdl, this.context.limits);
    if (this.#timeouts?.lock === wanted.lock && this.#timeouts.statement === wanted.statement) return;
    await this.context.connection.query(setLocal(wanted, this.#own));
    this.#timeouts = wanted;
  }

  /** Behind a pooler it is another one in each transaction. */
  private async pid(): Promise<number> {
    const { connection } = this.context;
    if (!connection.pooled) return connection.backendPid;
    this.#pid ??= (await connection.rows<{ pid: number }>('SELECT pg_backend_pid() AS pid'))[0]?.pid ?? 0;
    return this.#pid;
  }
}

function refuse({ sql, kind }: Statement, migration: string): void {
  const about = (what: string, advice: string): MigrationStatementRefused =>
    new MigrationStatementRefused(`${migration}: ${what}`, [migration], advice);
  if (kind === 'transaction') {
    throw about(
      `${commandOf(sql)} would end the transaction that the migration runs in`,
      'leave it out, or declare transaction = false',
    );
  }
  if (kind === 'session') {
    throw about(`${commandOf(sql)} would change settings for whatever comes after the migration`, 'use SET LOCAL');
  }
  if (kind === 'concurrent') {
    throw about(
      `${commandOf(sql)} (CONCURRENTLY) cannot run inside a transaction`,
      'put it into a migration that declares transaction = false',
    );
  }
}
