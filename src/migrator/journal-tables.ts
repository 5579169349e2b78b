/**
 * TypeORM's list of applied migrations, exactly as its command line makes it, and beside it what that cannot tell: who applied
 * what when, from which source, and how far somebody came who was stopped.
 */
export function createMigrations(table: string): string {
  return `CREATE TABLE IF NOT EXISTS ${table} (
  "id" SERIAL NOT NULL, "timestamp" bigint NOT NULL, "name" character varying NOT NULL,
  CONSTRAINT "pk_migrations" PRIMARY KEY ("id"))`;
}

const COLUMNS: readonly (readonly [name: string, type: string, comment: string])[] = [
  ['id', 'bigserial', 'Order of the runs.'],
  ['name', 'text NOT NULL', 'Which migration.'],
  [
    'action',
    'text NOT NULL',
    'up: applied; down: taken back; adopt: was applied before this table existed; accept: an operator accepted it as it is.',
  ],
  ['started_at', 'timestamptz(3) NOT NULL DEFAULT clock_timestamp()', 'When it began.'],
  ['finished_at', 'timestamptz(3)', 'When it was done. Null: it is running, failed, or was killed.'],
  ['failed_at', 'timestamptz(3)', 'When it failed. Null: it did not, or was killed before it could say so.'],
  ['error_code', 'text', 'SQLSTATE of the failure. Null: none, or not the database’s.'],
  [
    'step',
    'integer NOT NULL DEFAULT 0',
    'Statements done. Of a transaction that failed: before the one that failed, and taken back.',
  ],
  [
    'begun',
    'integer NOT NULL DEFAULT 0',
    'Statement begun that no transaction can hold, while it is not known to be done; 0: none.',
  ],
  [
    'row_counts',
    "integer[] NOT NULL DEFAULT '{}'",
    'Without a transaction: how many rows each statement done changed.',
  ],
  ['steps_hash', "text NOT NULL DEFAULT ''", 'Without a transaction: SHA-256 over the statements done.'],
  ['checksum', 'text', 'SHA-256 of the source of the migration. Null: not known.'],
  ['package_version', 'text NOT NULL', 'Version of the package that ran it.'],
  ['host', 'text NOT NULL', 'Machine that ran it.'],
  ['pid', 'integer NOT NULL', 'Process on that machine.'],
];

/** Statements that make the journal. */
export function createJournal(table: string): string[] {
  const columns = COLUMNS.map(([name, type]) => `${name} ${type}`).join(', ');
  return [
    `CREATE TABLE IF NOT EXISTS ${table} (${columns}, CONSTRAINT pk_migration_runs PRIMARY KEY (id),
     CONSTRAINT ck_migration_runs__action CHECK (action IN ('up', 'down', 'adopt', 'accept')))`,
    `COMMENT ON TABLE ${table} IS 'What was done with migrations, one row for each attempt. Written by migration:run and migration:revert.'`,
    ...COLUMNS.map(([name, , comment]) => `COMMENT ON COLUMN ${table}.${name} IS '${comment}'`),
  ];
}
