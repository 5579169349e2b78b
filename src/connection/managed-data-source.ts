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
import { redactWhenPrinted } from '../errors/serialize-error.js';
import { SqlLogger } from '../errors/sql-logger.js';
import { ConnectionLost, TooManyConnections } from '../errors/translate.js';
import { getAddress } from './client.js';
import { explainConnecting } from './connection-failure.js';
import { assertSafeRole, type Purpose } from './database-access.js';
import { RedactingEntityManager, RedactingSelectQueryBuilder } from './entity-manager.js';
import { wrapQueryRunner, type Translate } from './query-runner.js';
import { withRetry } from './retry.js';
import { setWriteRules, type WriteRules } from './save-call.js';
import { SchemaMissing } from './schema-name.js';
import { type Safety, UnsafeConnection } from './url-policy.js';

export interface ManagedDataSourceOptions {
  readonly purpose: Purpose;
  readonly safety: Safety;
  /** Must be there when the DataSource is initialised, but for `administer`, which makes it. */
  readonly schema: string;
  /** How long `initialize()` goes on trying while there is no server, or none that is ready; 0 = one attempt. */
  readonly connectRetryMs: number;
  /** Makes our errors of PostgreSQL's, with the rules in words. */
  readonly translate: Translate;
  readonly writeRules: WriteRules;
  /** Of the source of each migration, by its name. */
  readonly checksums: Readonly<Record<string, { readonly sha256: string }>>;
  /**
   * May this be done to the database behind the connection of this query runner?
   *
   * @param action completes "Refused to …"
   * @throws when it may not
   */
  readonly assertMayDestroy: (queryRunner: QueryRunner, action: string) => Promise<void>;
}

/** TypeORM drops tables and types, and leaves the functions of their triggers, which the next migration:run would then find in its way. */
const DROP_TRIGGER_FUNCTIONS = `DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT p.oid::regprocedure FROM pg_proc p
    WHERE pronamespace = current_schema()::regnamespace AND prorettype = 'trigger'::regtype
      AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')
      AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgfoid = p.oid)
  LOOP EXECUTE 'DROP FUNCTION ' || name; END LOOP; END $$`;

/**
 * A DataSource that waits for a server which is starting, in production refuses a role that may do too much, destroys nothing
 * where that needs a confirmation, and lets out neither the way to the database nor a value of a row: not in what it throws,
 * logs, or shows of itself.
 */
export class ManagedDataSource extends DataSource {
  readonly #care: ManagedDataSourceOptions;
  /** By which the migrator notices that an applied migration was edited. */
  readonly migrationChecksums: ManagedDataSourceOptions['checksums'];

  constructor(options: DataSourceOptions, care: ManagedDataSourceOptions) {
    super(options);
    this.#care = care;
    this.migrationChecksums = care.checksums;
    setWriteRules(this, care.writeRules);
    for (const object of [this, this.options, this.driver]) redactWhenPrinted(object, getAddress(this));
  }

  /** @throws UnsafeConnection, SchemaMissing; DatabaseError of the kinds that a connection can have, ConnectionFailure for any other reason */
  override async initialize(): Promise<this> {
    const { purpose, safety, connectRetryMs } = this.#care;
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
    return wrapQueryRunner(runner, this.#care.translate, (error) => explainConnecting(error, getAddress(this)));
  }

  /** TypeORM's own asks only whether the query runner is released, which it is too when its connection was lost. */
  override async query<T = unknown>(sql: string, parameters?: unknown[], queryRunner?: QueryRunner): Promise<T> {
    return queryRunner === undefined
      ? super.query<T>(sql, parameters)
      : (queryRunner.query(sql, parameters) as Promise<T>);
  }

  /** TypeORM calls it before our own fields are there. */
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
   * `logging` turns the log of statements on, outside production.
   *
   * @throws UnsafeConnection for any other `logger`: it would be given the parameters, which are handles and texts.
   */
  override setOptions({ logger, ...options }: Partial<DataSourceOptions>): this {
    if (logger !== undefined) {
      throw new UnsafeConnection(
        'Another logger would be given query parameters: log statements with SHARED_DB_LOG_SQL=1.',
      );
    }
    super.setOptions(options);
    if (options.logging !== undefined) {
      this.logger = new SqlLogger(Boolean(options.logging) && !this.#care.safety.production);
    }
    return this;
  }

  async #assertSchemaExists(): Promise<void> {
    const { purpose, schema } = this.#care;
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

  /** Drops every table; in one transaction with the question. Also behind `synchronize(true)`, `dropSchema` and `schema:drop`. */
  override async dropDatabase(): Promise<void> {
    await this.#onOneConnection(async (queryRunner) => {
      await queryRunner.startTransaction();
      try {
        await this.#care.assertMayDestroy(queryRunner, 'drop every table');
        await queryRunner.clearDatabase();
        await queryRunner.query(DROP_TRIGGER_FUNCTIONS);
        await queryRunner.commitTransaction();
      } catch (error) {
        // When the connection is lost there is nothing to take back, and the first error says why.
        await queryRunner.rollbackTransaction().catch(() => undefined);
        throw error;
      }
    });
  }

  /** Without dropping everything first it drops what the entities do not say: columns, constraints, indexes. */
  override async synchronize(dropBeforeSync = false): Promise<void> {
    await this.#assertMayDestroy('synchronise the schema, which drops columns');
    await super.synchronize(dropBeforeSync);
  }

  override async undoLastMigration(...args: Parameters<DataSource['undoLastMigration']>): Promise<void> {
    await this.#assertMayDestroy('revert a migration');
    await super.undoLastMigration(...args);
  }

  #assertMayDestroy(action: string): Promise<void> {
    return this.#onOneConnection((queryRunner) => this.#care.assertMayDestroy(queryRunner, action));
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
