/** A table that only the migrator writes. It has no entity and no product data. */
export interface BookkeepingTable {
  readonly name: string;
  /** What it contains, and who writes it, as a sentence without a full stop. */
  readonly purpose: string;
}

/** All bookkeeping tables, for the rules, roles, drift check, backups and rehearsals. */
export const BOOKKEEPING: readonly BookkeepingTable[] = [
  { name: 'migrations', purpose: 'TypeORM creates it and lists the applied migrations there' },
  {
    name: 'migration_runs',
    purpose: 'The migrator creates it before the first migration and keeps the journal of its runs there',
  },
  {
    name: 'database_environment',
    purpose: 'The migrator creates it with the database and keeps the environment of the database there',
  },
];

export const BOOKKEEPING_TABLES: readonly string[] = BOOKKEEPING.map(({ name }) => name);
