/** Does a session take writes, and if not, why? Every role may ask. */

/** Columns of a SELECT that `whyReadOnly` understands. */
export const ACCESS_COLUMNS = `pg_catalog.pg_is_in_recovery() AS standby,
  pg_catalog.current_setting('default_transaction_read_only') = 'on' AS "readOnly"`;

export interface Access {
  /** It is a standby: it follows another server and takes no writes. */
  readonly standby: boolean;
  /** default_transaction_read_only is on, for the server, the database or the role: somebody wants no writes now. */
  readonly readOnly: boolean;
}

/** Why nothing may be written, and what to do: completes "The database …: ". Undefined where writing is allowed. */
export function whyReadOnly({ standby, readOnly }: Access): string | undefined {
  if (standby) return 'it is a standby, which takes no writes: connect to the primary, or promote it';
  if (!readOnly) return undefined;
  return 'it is read-only (default_transaction_read_only is on): when writing is allowed again, RESET it with ALTER DATABASE or ALTER ROLE';
}
