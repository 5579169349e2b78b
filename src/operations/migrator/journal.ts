import { hostname } from 'node:os';
import type { DataSource } from 'typeorm';
import type { Query } from '../../connection/database-access.js';
import { readNodeEnv } from '../../connection/environment.js';
import { quoteIdentifier, quoteLiteral } from '../../errors/sql-text.js';
import { isEmpty, ensureEnvironmentRow } from '../environment-guard/environment-row.js';
import { PACKAGE_VERSION } from '../../version.js';
import type { MigratorConnection } from './connection.js';

/**
 * Creates TypeORM's table of applied migrations exactly as TypeORM's command line does. The table `migration_runs` adds which process ran
 * what and when, the checksum of the source, and the progress of interrupted runs.
 */
function createMigrations(table: string): string {
  return `CREATE TABLE IF NOT EXISTS ${table} (
  "id" SERIAL NOT NULL, "timestamp" bigint NOT NULL, "name" character varying NOT NULL,
  CONSTRAINT "pk_migrations" PRIMARY KEY ("id"))`;
}

const COLUMNS: readonly (readonly [name: string, type: string, comment: string])[] = [
  ['id', 'bigserial', 'Order of the runs.'],
  ['name', 'text NOT NULL', 'Name of the migration.'],
  [
    'action',
    'text NOT NULL',
    'up: apply; down: revert; adopt: it was applied before this table existed; accept: an operator accepted it as it is.',
  ],
  ['started_at', 'timestamptz(3) NOT NULL DEFAULT clock_timestamp()', 'When the run began.'],
  ['finished_at', 'timestamptz(3)', 'When the run finished. Null: it is running, has failed, or was killed.'],
  [
    'failed_at',
    'timestamptz(3)',
    'When the run failed. Null: it did not fail, or was killed before the failure could be recorded.',
  ],
  ['error_code', 'text', 'SQLSTATE of the failure. Null: no failure, or an error outside the database.'],
  [
    'step',
    'integer NOT NULL DEFAULT 0',
    'Number of completed statements. After a failed transaction: the statements before the one that failed, which were rolled back.',
  ],
  [
    'begun',
    'integer NOT NULL DEFAULT 0',
    'Number of the statement that runs outside a transaction and whose outcome is not recorded yet; 0: none.',
  ],
  [
    'row_counts',
    "integer[] NOT NULL DEFAULT '{}'",
    'Without a transaction: number of rows that each completed statement changed.',
  ],
  ['steps_hash', "text NOT NULL DEFAULT ''", 'Without a transaction: SHA-256 of the completed statements.'],
  ['checksum', 'text', 'SHA-256 of the source of the migration. Null: unknown.'],
  ['package_version', 'text NOT NULL', 'Version of the package that ran it.'],
  ['host', 'text NOT NULL', 'Host name of the process that ran it.'],
  ['pid', 'integer NOT NULL', 'Process id on that host.'],
];

/** Returns the statements that create the journal. */
function createJournal(table: string): string[] {
  const columns = COLUMNS.map(([name, type]) => `${name} ${type}`).join(', ');
  return [
    `CREATE TABLE IF NOT EXISTS ${table} (${columns}, CONSTRAINT pk_migration_runs PRIMARY KEY (id),
     CONSTRAINT ck_migration_runs__action CHECK (action IN ('up', 'down', 'adopt', 'accept')))`,
    `COMMENT ON TABLE ${table} IS 'One row for each attempt to apply or revert a migration. Written by migration:run and migration:revert.'`,
    ...COLUMNS.map(([name, , comment]) => `COMMENT ON COLUMN ${table}.${name} IS '${comment}'`),
  ];
}

/** One attempt to apply or revert a migration. */
export interface Run {
  /** As text: a bigint. */
  readonly id: string;
  readonly name: string;
  readonly action: 'adopt' | 'down' | 'up';
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly failedAt: Date | null;
  readonly errorCode: string | null;
  readonly step: number;
  readonly begun: number;
  readonly rowCounts: readonly number[];
  readonly stepsHash: string;
  readonly packageVersion: string;
  readonly host: string;
  readonly pid: number;
}

/** What the database has recorded about its migrations. */
export interface History {
  /** In the order in which they were applied. */
  readonly applied: readonly { readonly name: string; readonly timestamp: number }[];
  /** The newest attempt of each migration, whether or not it succeeded. */
  readonly runs: ReadonlyMap<string, Run>;
  /** Checksum of the source of each migration when it was last applied, adopted or accepted; null: unknown. */
  readonly checksums: ReadonlyMap<string, string | null>;
  /** Names of the migrations that an operator accepted as they were. */
  readonly accepted: ReadonlySet<string>;
}

type Direction = 'down' | 'up';

const RUN_COLUMNS = `id, name, action, started_at AS "startedAt", finished_at AS "finishedAt", failed_at AS "failedAt",
  error_code AS "errorCode", step, begun, row_counts AS "rowCounts", steps_hash AS "stepsHash",
  package_version AS "packageVersion", host, pid`;

/** The applied migrations, oldest first. */
export interface AppliedMigrations {
  /** `missing`: no migration was ever applied. `hidden`: the role may not read the table. */
  readonly table: 'hidden' | 'missing' | 'readable';
  /** Empty unless the table is readable. */
  readonly applied: readonly { readonly name: string; readonly timestamp: number }[];
}

/** Returns the name of the table in which TypeORM records the applied migrations of a DataSource. */
export function getMigrationsTable({ options }: DataSource): string {
  return options.migrationsTableName ?? 'migrations';
}

/** Reads which migrations a schema has. Needs no privilege: without it the answer is `hidden`. */
export async function readAppliedMigrations(
  rows: Query,
  { schema, table = 'migrations' }: { readonly schema: string; readonly table?: string },
): Promise<AppliedMigrations> {
  const [found] = await rows<{ readable: boolean }>(
    `SELECT has_schema_privilege(relnamespace, 'USAGE') AND has_table_privilege(oid, 'SELECT') AS readable
     FROM pg_class WHERE relname = ${quoteLiteral(table)} AND relnamespace = to_regnamespace(${quoteLiteral(quoteIdentifier(schema))})`,
  );
  if (!found?.readable) return { table: found ? 'hidden' : 'missing', applied: [] };
  const applied = await rows<{ name: string; timestamp: string }>(
    `SELECT name, "timestamp" FROM ${quoteIdentifier(schema)}.${quoteIdentifier(table)} ORDER BY id`,
  );
  return { table: 'readable', applied: applied.map(({ name, timestamp }) => ({ name, timestamp: Number(timestamp) })) };
}

/** Reads the history. The tables need not exist; without SELECT on `migration_runs` the history lacks runs and checksums. */
export async function readHistory(
  rows: Query,
  at: { readonly schema: string; readonly table: string },
): Promise<History & { readonly complete: boolean }> {
  const journal = `${quoteIdentifier(at.schema)}.migration_runs`;
  const { table, applied } = await readAppliedMigrations(rows, at);
  const [found] = await rows<{ journal: boolean }>(
    `SELECT coalesce(has_table_privilege(to_regclass(${quoteLiteral(journal)}), 'SELECT'), false) AS journal`,
  );
  const runs = found?.journal
    ? await rows<Run>(
        `SELECT DISTINCT ON (name) ${RUN_COLUMNS} FROM ${journal} WHERE action <> 'accept' ORDER BY name, id DESC`,
      )
    : [];
  const finished = found?.journal
    ? await rows<{ name: string; action: string; checksum: string | null }>(
        `SELECT DISTINCT ON (name) name, action, checksum FROM ${journal}
         WHERE finished_at IS NOT NULL ORDER BY name, id DESC`,
      )
    : [];
  const sources = finished.filter(({ action }) => action !== 'down');
  return {
    applied,
    runs: new Map(runs.map((run) => [run.name, run])),
    checksums: new Map(sources.map(({ name, checksum }) => [name, checksum])),
    accepted: new Set(sources.filter(({ action }) => action === 'accept').map(({ name }) => name)),
    complete: table === 'readable' && found?.journal === true,
  };
}

/** Reads and writes TypeORM's `migrations` and our `migration_runs`, in the transaction of the caller. */
export class Journal {
  /** Qualified with the schema, because a migration may change the search_path. */
  private readonly tables: { readonly prefix: string; readonly migrations: string; readonly journal: string };

  constructor(
    private readonly connection: MigratorConnection,
    private readonly at: { readonly schema: string; readonly table: string },
  ) {
    const prefix = `${at.schema}.`;
    this.tables = { prefix, migrations: prefix + quoteIdentifier(at.table), journal: `${prefix}migration_runs` };
  }

  /** Creates missing tables, records migrations that were applied without this package as adopted, and returns the history. */
  async prepare(environment?: string): Promise<History> {
    const { migrations, journal } = this.tables;
    const before = await this.read();
    const isNew = !before.complete && (await isEmpty(this.query));
    if (!before.complete) {
      for (const sql of [createMigrations(migrations), ...createJournal(journal)]) await this.connection.query(sql);
    }
    await this.ensureEnvironmentRow(isNew, environment);
    const unrecorded = before.applied.map(({ name }) => name).filter((name) => !before.checksums.has(name));
    if (unrecorded.length === 0) return before;
    await this.connection.query(
      `INSERT INTO ${journal} (name, action, finished_at, package_version, host, pid)
       SELECT name, 'adopt', clock_timestamp(), $1, $2, $3 FROM unnest($4::text[]) AS name`,
      [...this.author, unrecorded],
    );
    return this.read();
  }

  private readonly query: Query = (sql, parameters) => this.connection.queryRows(sql, parameters);

  async read(): Promise<History & { readonly complete: boolean }> {
    return readHistory((sql) => this.connection.queryRows(sql), this.at);
  }

  /** Records the beginning of an attempt and returns its id. */
  async start(name: string, direction: Direction, checksum: string | undefined): Promise<string> {
    const [row] = await this.connection.queryRows<{ id: string }>(
      `INSERT INTO ${this.tables.journal} (name, action, checksum, package_version, host, pid)
       VALUES ($4, $5, $6, $1, $2, $3) RETURNING id`,
      [...this.author, name, direction, checksum ?? null],
    );
    return row?.id ?? '';
  }

  /** Records that an interrupted attempt is resumed. */
  async recordResumption(id: string, checksum: string | undefined): Promise<void> {
    await this.connection.query(
      `UPDATE ${this.tables.journal} SET failed_at = NULL, error_code = NULL, checksum = $5,
         package_version = $1, host = $2, pid = $3 WHERE id = $4`,
      [...this.author, id, checksum ?? null],
    );
  }

  async accept(name: string, checksum: string | undefined): Promise<void> {
    await this.connection.query(
      `INSERT INTO ${this.tables.journal} (name, action, checksum, finished_at, package_version, host, pid)
       VALUES ($4, 'accept', $5, clock_timestamp(), $1, $2, $3)`,
      [...this.author, name, checksum ?? null],
    );
  }

  /** Deletes an attempt that became superfluous because another process was faster. */
  async forget(id: string): Promise<void> {
    await this.connection.query(`DELETE FROM ${this.tables.journal} WHERE id = $1`, [id]);
  }

  /** Records the number of the statement that runs next outside a transaction. 0: none. */
  async begin(id: string, ordinal: number): Promise<void> {
    await this.connection.query(`UPDATE ${this.tables.journal} SET begun = $2 WHERE id = $1`, [id, ordinal]);
  }

  async recordStep(id: string, rowCount: number, hash: string): Promise<void> {
    await this.connection.query(
      `UPDATE ${this.tables.journal}
       SET step = step + 1, begun = 0, row_counts = row_counts || $2::integer, steps_hash = $3 WHERE id = $1`,
      [id, rowCount, hash],
    );
  }

  async recordFailure(id: string, errorCode: string | undefined, step: number): Promise<void> {
    await this.connection.query(
      `UPDATE ${this.tables.journal} SET failed_at = clock_timestamp(), error_code = $2, step = greatest(step, $3) WHERE id = $1`,
      [id, errorCode ?? null, step],
    );
  }

  /** Records that the migration was applied or reverted, in `migrations` and in `migration_runs`. */
  async finish(
    id: string,
    { name, timestamp }: { name: string; timestamp: number },
    direction: Direction,
    step: number,
  ): Promise<void> {
    const { migrations, journal } = this.tables;
    if (direction === 'up') {
      await this.connection.query(`INSERT INTO ${migrations} ("timestamp", name) VALUES ($1, $2)`, [timestamp, name]);
    } else {
      await this.connection.query(`DELETE FROM ${migrations} WHERE name = $1`, [name]);
    }
    await this.connection.query(`UPDATE ${journal} SET finished_at = clock_timestamp(), step = $2 WHERE id = $1`, [
      id,
      step,
    ]);
  }

  private async ensureEnvironmentRow(isNew: boolean, environment: string | undefined): Promise<void> {
    const { prefix, journal } = this.tables;
    const [nodeEnv, local] = [readNodeEnv(), this.connection.local];
    const options = { prefix, journal, environment, isNew, nodeEnv, local, packageVersion: PACKAGE_VERSION };
    await ensureEnvironmentRow(this.query, options);
  }

  private get author(): readonly [string, string, number] {
    return [PACKAGE_VERSION, hostname(), process.pid];
  }
}
