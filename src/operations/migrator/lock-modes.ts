/** PostgreSQL's table-level lock modes, weakest first (PostgreSQL documentation, 13.3.1). */
const LOCK_MODES = [
  ...(['ACCESS SHARE', 'ROW SHARE', 'ROW EXCLUSIVE', 'SHARE UPDATE EXCLUSIVE'] as const),
  ...(['SHARE', 'SHARE ROW EXCLUSIVE', 'EXCLUSIVE', 'ACCESS EXCLUSIVE'] as const),
];

/** The mode of a table lock, as SQL writes it. */
export type LockMode = (typeof LOCK_MODES)[number];

/** Returns the stronger of two lock modes. */
export function findStrongest(first: LockMode | undefined, second: LockMode): LockMode {
  return first !== undefined && LOCK_MODES.indexOf(first) > LOCK_MODES.indexOf(second) ? first : second;
}

/** Converts the spelling of pg_locks (`AccessExclusiveLock`) to the spelling of SQL (`ACCESS EXCLUSIVE`). */
export function toLockMode(mode: string): LockMode {
  return mode
    .replace(/Lock$/, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase() as LockMode;
}
