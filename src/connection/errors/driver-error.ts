/** The fields of an error of node-postgres that hold names. */
export interface DriverErrorFields {
  readonly code?: string | undefined;
  readonly schema?: string | undefined;
  readonly table?: string | undefined;
  readonly column?: string | undefined;
  readonly constraint?: string | undefined;
}

/**
 * What code written for TypeORM reads from `error.driverError`: PostgreSQL's SQLSTATE and names, in the form of node-postgres.
 *
 * It is not the error of the driver itself, which holds values of the row (`detail`, `where`, `internalQuery`, the message).
 */
export class DriverError extends Error implements DriverErrorFields {
  /** SQLSTATE (`23505`), or Node's error code when PostgreSQL did not answer (`ECONNREFUSED`). */
  declare readonly code: string | undefined;
  declare readonly schema: string | undefined;
  declare readonly table: string | undefined;
  /** The column of a missing value (23502). Of a constraint, `columns` of the error has all. */
  declare readonly column: string | undefined;
  declare readonly constraint: string | undefined;

  constructor(message: string, { code, schema, table, column, constraint }: DriverErrorFields) {
    super(message);
    // The name that node-postgres gives its errors. TypeORM removes it from the message.
    Object.defineProperty(this, 'name', { value: 'error' });
    Object.assign(this, { code, schema, table, column, constraint });
  }
}
