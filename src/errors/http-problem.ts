import { getSummary, DatabaseError } from './database-error.js';
import { isError } from './shared-db-error.js';
import { toDatabaseError } from './translate.js';

/** The HTTP answer to an error of this package (RFC 9457, `application/problem+json`). Holds no value of a row and no address. */
export interface HttpProblem {
  readonly type: 'about:blank';
  /** 400: invalid data. 404: no such row. 409: the row is in another state, or another row is in the way. 422: a rule of the table. 503. */
  readonly status: number;
  readonly title: string;
  /** Code of the error class: `UNIQUE_VIOLATION`. */
  readonly code: string;
  /** What happened, in one line. Absent for 503. */
  readonly detail?: string;
  /** Of 400: the broken rules. */
  readonly violations?: readonly { readonly property: string; readonly constraint: string; readonly message: string }[];
}

/** Seconds after which a client may try again: longer than a restart of the pool or a rotated password takes. */
export const RETRY_AFTER_SECONDS = 5;

const TITLES: Readonly<Record<number, string>> = {
  400: 'The data is not valid.',
  404: 'Not found.',
  409: 'In conflict with the stored data.',
  422: 'The data breaks a rule of the table.',
  503: 'The database is not available at the moment.',
};

/** The codes of each status. Errors of other codes are faults of the service: 500, and nothing about them is shown. */
const CODES: Readonly<Record<number, readonly string[]>> = {
  400: ['INPUT_INVALID', 'ENTITY_INVALID', 'INVALID_TEXT', 'INVALID_VALUE', 'INVALID_CURSOR'],
  404: ['ENTITY_NOT_FOUND', 'UNKNOWN_REFERENCE'],
  409: [
    ...['UNIQUE_VIOLATION', 'FOREIGN_KEY_VIOLATION', 'EXCLUSION_VIOLATION', 'FINAL_VALUE_VIOLATION'],
    ...['APPEND_ONLY_VIOLATION', 'STATE_CONFLICT'],
  ],
  422: ['CHECK_VIOLATION', 'NOT_NULL_VIOLATION'],
  503: [
    ...['SERIALIZATION_FAILURE', 'DEADLOCK', 'LOCK_TIMEOUT', 'QUERY_TIMEOUT', 'CONNECTION_LOST', 'POOL_SATURATED'],
    ...['TOO_MANY_CONNECTIONS', 'AUTHENTICATION_FAILED', 'READ_ONLY', 'DISK_FULL', 'OUT_OF_RESOURCES'],
  ],
};

const STATUS_OF_CODE = new Map(
  Object.entries(CODES).flatMap(([status, codes]) => codes.map((code) => [code, Number(status)])),
);

/**
 * Returns the HTTP answer to an error of this package, of TypeORM or of node-postgres; undefined for every other error, and for errors
 * that are faults of the service (wrong SQL, missing rights): answer 500 without details.
 */
export function toHttpProblem(error: unknown): HttpProblem | undefined {
  const known: unknown = toDatabaseError(error) ?? error;
  if (!isError(known)) return undefined;
  const { code, violations } = known as { code?: unknown; violations?: HttpProblem['violations'] };
  const status = typeof code === 'string' ? STATUS_OF_CODE.get(code) : undefined;
  if (typeof code !== 'string' || status === undefined) return undefined;
  return {
    type: 'about:blank',
    status,
    title: TITLES[status] ?? '',
    code,
    ...(status === 503 ? {} : { detail: known instanceof DatabaseError ? getSummary(known) : known.message }),
    ...(violations === undefined
      ? {}
      : { violations: violations.map(({ property, constraint, message }) => ({ property, constraint, message })) }),
  };
}
