import type { DataSource, MigrationInterface } from 'typeorm';

export interface ListedMigration {
  /** What TypeORM records: the `name` of the migration, else that of its class. */
  readonly name: string;
  readonly instance: MigrationInterface;
}

/** The migrations of a DataSource from its explicit list: `DataSource.migrations` is empty until it is initialised. */
export function listedMigrations({ options }: DataSource): ListedMigration[] {
  const listed = Object.values(options.migrations ?? []) as unknown[];
  return listed.filter(isMigration).map((Migration) => {
    const instance = new Migration();
    return { name: instance.name ?? Migration.name, instance };
  });
}

function isMigration(entry: unknown): entry is new () => MigrationInterface {
  return typeof entry === 'function';
}
