import type { DataSource } from 'typeorm';
import type { BlockerWatch } from './blockers.js';
import type { MigratorConnection } from './connection.js';
import type { Journal } from './journal.js';
import type { KnownMigration } from './known-migrations.js';
import type { MigrationLimits } from './options.js';

/** What a run of the migrator works with, from its first statement to its last. */
export interface Context {
  readonly dataSource: DataSource;
  /** The schema that is migrated. */
  readonly schema: string;
  readonly connection: MigratorConnection;
  readonly journal: Journal;
  readonly watch: BlockerWatch;
  readonly known: readonly KnownMigration[];
  readonly limits: MigrationLimits;
  readonly maxWaitMs: number;
  /** Names that the caller takes as they are. */
  readonly accept: ReadonlySet<string>;
  /** Of which environment the database is, where it does not say and the caller knows. */
  readonly environment: string | undefined;
  /** The database's name, given by whoever wants to take back a migration. */
  readonly confirmedName: string | undefined;
  readonly notice: (line: string) => void;
}
