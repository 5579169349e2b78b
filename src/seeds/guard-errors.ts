import { SharedDbError } from '../errors/shared-db-error.js';

/** Sample data was refused. Nothing was written; the message is one line and says what to do. */
export abstract class SampleRefusedError extends SharedDbError {}

/** NODE_ENV counts as production, or the database says that it is. There is no way round it: sample data and real data must never meet. */
export class SampleInProductionError extends SampleRefusedError {
  override readonly name = 'SampleInProductionError';

  constructor(why: string) {
    super(`Sample data is refused: ${why}. Seed the reference data only (seed:reference).`);
  }
}

/** The server is not this machine, or the database is not one of development, and nobody named it; or the name given is another one's. */
export class UnconfirmedDatabaseError extends SampleRefusedError {
  override readonly name = 'UnconfirmedDatabaseError';

  constructor(
    readonly host: string,
    readonly databaseName: string,
    readonly confirmedName?: string,
    why = `the database "${databaseName}" is on ${host}, not on this machine`,
  ) {
    super(
      confirmedName === undefined
        ? `Sample data is refused: ${why}. If it is yours to fill, give its name: seed --database ${databaseName}`
        : `Sample data is refused: the connection leads to the database "${databaseName}" on ${host}, not to "${confirmedName}". Check DATABASE_URL, or give the name that you mean.`,
    );
  }
}

/** Rows of one table that no seed wrote. */
export interface ForeignRows {
  readonly table: string;
  readonly rows: number;
  /** Counting stopped: there are more. */
  readonly more: boolean;
}

/** The database is in use: tables hold rows that are not samples. Names tables and counts, never rows. */
export class ForeignRowsError extends SampleRefusedError {
  override readonly name = 'ForeignRowsError';

  constructor(readonly tables: readonly ForeignRows[]) {
    const list = tables.map(({ table, rows, more }) => `${table} (${more ? 'more than ' : ''}${rows})`).join(', ');
    super(`Sample data is refused: the database holds rows that are not samples: ${list}. Use an empty database.`);
  }
}
