/** A table that only the migrator writes: no entity is behind it, and it says nothing of posts or people. */
export interface BookkeepingTable {
  readonly name: string;
  /** Who keeps what there. */
  readonly purpose: string;
}

/** Every one of them: the one list that rules, roles, drift check, backups and rehearsals follow. */
export const BOOKKEEPING: readonly BookkeepingTable[] = [
  { name: 'migrations', purpose: 'TypeORM makes it, in its own way, and keeps its list of applied migrations there' },
  { name: 'migration_runs', purpose: 'The migrator keeps its journal there, and makes it before the first migration' },
  {
    name: 'database_environment',
    purpose: 'The migrator writes there, when it makes the database, which environment it belongs to',
  },
];

export const BOOKKEEPING_TABLES: readonly string[] = BOOKKEEPING.map(({ name }) => name);
