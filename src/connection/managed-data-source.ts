import {
  DataSource,
  type DataSourceOptions,
  type EntityManager,
  type EntityTarget,
  type ObjectLiteral,
  type QueryRunner,
  type ReplicationMode,
  type SelectQueryBuilder,
} from 'typeorm';
import { redactWhenPrinted } from '../errors/redaction.js';
import { SqlLogger } from '../errors/redaction.js';
import { ConnectionLost, TooManyConnections } from '../errors/translate.js';
import { getAddress } from './client.js';
import { explainConnecting } from './connection-failure.js';
import { assertSafeRole, type Purpose } from './database-access.js';
import { RedactingEntityManager, RedactingSelectQueryBuilder } from './entity-manager.js';
import { wrapQueryRunner, type Translate } from './query-runner.js';
import { withRetry } from './retry.js';
import { setWriteRules, type WriteRules } from './save-call.js';
import { SchemaMissing } from './session-settings.js';
import { type Safety, UnsafeConnection } from './url-policy.js';

export interface ManagedDataSourceOptions {
  readonly purpose: Purpose;
  readonly safety: Safety;
  /** The schema. It must exist when the DataSource is initialised, except for the purpose `administer`, which creates it. */
  readonly schema: string;
  /** How long `initialize()` retries while the server is unreachable or starting, in milliseconds; 0 = one attempt. */
  readonly connectRetryMs: number;
  /** Translates PostgreSQL's errors, with the text of violated rules. */
  readonly translate: Translate;
  readonly writeRules: WriteRules;
  /** The checksum of each migration's source, by name. */
  readonly checksums: Readonly<Record<string, { readonly sha256: string }>>;
  /**
   * Checks that a destructive action may run on the database of this query runner.
   *
   * @param action completes "Refused to …"
   * @throws when it needs a confirmation that was not given
   */
  readonly assertMayDestroy: (queryRunner: QueryRunner, action: string) => Promise<void>;
}

/** TypeORM drops tables and types but not their trigger functions, and the next migration:run would fail on those. */
const DROP_TRIGGER_FUNCTIONS = `DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT p.oid::regprocedure FROM pg_proc p
    WHERE pronamespace = current_schema()::regnamespace AND prorettype = 'trigger'::regtype
      AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')
      AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgfoid = p.oid)
  LOOP EXECUTE 'DROP FUNCTION ' || name; END LOOP; END $$`;

/**
 * The DataSource of this package. It replaces TypeORM's for four reasons: it retries while the server is starting; in production it
 * rejects a role with too many privileges; it runs destructive actions only with confirmation where one is needed; and it keeps
 * credentials and row values out of errors, logs and printed objects (`src/errors/redaction.ts` lists how).
 */
export class ManagedDataSource extends DataSource {
  readonly #managed: ManagedDataSourceOptions;
  /** With these checksums the migrator detects that an applied migration was edited. */
  readonly migrationChecksums: ManagedDataSourceOptions['checksums'];

  constructor(options: DataSourceOptions, managed: ManagedDataSourceOptions) {
    super(options);
    this.#managed = managed;
    this.migrationChecksums = managed.checksums;
    setWriteRules(this, managed.writeRules);
    for (const object of [this, this.options, this.driver]) redactWhenPrinted(object, getAddress(this));
  }

  /** @throws UnsafeConnection, SchemaMissing; a DatabaseError when the reason is known, ConnectionFailure for any other reason */
  override async initialize(): Promise<this> {
    const { purpose, safety, connectRetryMs } = this.#managed;
    await withRetry(() => this.#connect(), {
      maxDurationMs: connectRetryMs,
      shouldRetry: (error) => error instanceof ConnectionLost || error instanceof TooManyConnections,
    });
    try {
      await assertSafeRole((sql) => this.query(sql), purpose, safety);
      await this.#assertSchemaExists();
    } catch (error) {
      await this.destroy();
      throw error;
    }
    return this;
  }

  override createQueryRunner(mode?: ReplicationMode): QueryRunner {
    const runner = super.createQueryRunner(mode);
    redactWhenPrinted(runner, getAddress(this));
    return wrapQueryRunner(runner, this.#managed.translate, (error) => explainConnecting(error, getAddress(this)));
  }

  /** TypeORM's method reports a lost connection as "query runner already released"; this one reports ConnectionLost. */
  override async query<T = unknown>(sql: string, parameters?: unknown[], queryRunner?: QueryRunner): Promise<T> {
    return queryRunner === undefined
      ? super.query<T>(sql, parameters)
      : (queryRunner.query(sql, parameters) as Promise<T>);
  }

  /** TypeORM calls this in its constructor, before private fields exist. */
  override createEntityManager(queryRunner?: QueryRunner): EntityManager {
    return new RedactingEntityManager(this, queryRunner);
  }

  override createQueryBuilder<Entity extends ObjectLiteral>(
    entity: EntityTarget<Entity>,
    alias: string,
    queryRunner?: QueryRunner,
  ): SelectQueryBuilder<Entity>;
  override createQueryBuilder(queryRunner?: QueryRunner): SelectQueryBuilder<ObjectLiteral>;
  override createQueryBuilder(...args: unknown[]): SelectQueryBuilder<ObjectLiteral> {
    const builder = (super.createQueryBuilder as (...all: unknown[]) => SelectQueryBuilder<ObjectLiteral>)(...args);
    return new RedactingSelectQueryBuilder(builder);
  }

  /**
   * Sets options. `logging` enables the SQL log outside production.
   *
   * @throws UnsafeConnection for any other `logger`, because TypeORM would pass it query parameters (handles and texts).
   */
  override setOptions({ logger, ...options }: Partial<DataSourceOptions>): this {
    if (logger !== undefined) {
      throw new UnsafeConnection(
        'The option logger is not allowed, because a logger receives query parameters: set SHARED_DB_LOG_SQL=1 to log statements.',
      );
    }
    super.setOptions(options);
    if (options.logging !== undefined) {
      this.logger = new SqlLogger(Boolean(options.logging) && !this.#managed.safety.production);
    }
    return this;
  }

  async #assertSchemaExists(): Promise<void> {
    const { purpose, schema } = this.#managed;
    if (purpose === 'administer') return;
    const [row] = await this.query<{ exists: boolean }[]>('SELECT to_regnamespace($1) IS NOT NULL AS exists', [schema]);
    if (row?.exists === false) throw new SchemaMissing(schema, getAddress(this));
  }

  async #connect(): Promise<void> {
    try {
      await super.initialize();
    } catch (error) {
      throw explainConnecting(error, getAddress(this));
    }
    const { master } = this.driver as { master?: unknown };
    if (typeof master === 'object' && master !== null) redactWhenPrinted(master, getAddress(this));
  }

  /** Drops every table, in the same transaction as the confirmation check. Also used by `synchronize(true)`, `dropSchema` and `schema:drop`. */
  override async dropDatabase(): Promise<void> {
    await this.#onOneConnection(async (queryRunner) => {
      await queryRunner.startTransaction();
      try {
        await this.#managed.assertMayDestroy(queryRunner, 'drop every table');
        await queryRunner.clearDatabase();
        await queryRunner.query(DROP_TRIGGER_FUNCTIONS);
        await queryRunner.commitTransaction();
      } catch (error) {
        // A failed rollback (lost connection) must not replace the original error.
        await queryRunner.rollbackTransaction().catch(() => undefined);
        throw error;
      }
    });
  }

  /** Asks for confirmation, because `synchronize` drops columns, constraints and indexes that the entities do not declare. */
  override async synchronize(dropBeforeSync = false): Promise<void> {
    await this.#assertMayDestroy('synchronise the schema, which drops columns');
    await super.synchronize(dropBeforeSync);
  }

  override async undoLastMigration(...args: Parameters<DataSource['undoLastMigration']>): Promise<void> {
    await this.#assertMayDestroy('revert a migration');
    await super.undoLastMigration(...args);
  }

  #assertMayDestroy(action: string): Promise<void> {
    return this.#onOneConnection((queryRunner) => this.#managed.assertMayDestroy(queryRunner, action));
  }

  async #onOneConnection(work: (queryRunner: QueryRunner) => Promise<void>): Promise<void> {
    const queryRunner = this.createQueryRunner();
    try {
      await work(queryRunner);
    } finally {
      await queryRunner.release();
    }
  }
}
