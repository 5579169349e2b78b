import { BOOKKEEPING_TABLES } from '../catalog/bookkeeping.js';
import type { MigratorConnection } from './connection.js';

/** Table locks of PostgreSQL, weakest first (documentation, 13.3.1). */
const LOCK_MODES = [
  ...(['ACCESS SHARE', 'ROW SHARE', 'ROW EXCLUSIVE', 'SHARE UPDATE EXCLUSIVE'] as const),
  ...(['SHARE', 'SHARE ROW EXCLUSIVE', 'EXCLUSIVE', 'ACCESS EXCLUSIVE'] as const),
];

export type LockMode = (typeof LOCK_MODES)[number];

export function findStrongest(one: LockMode | undefined, other: LockMode): LockMode {
  return one !== undefined && LOCK_MODES.indexOf(one) > LOCK_MODES.indexOf(other) ? one : other;
}

interface Table {
  readonly oid: string;
  readonly name: string;
  readonly file: string | null;
  readonly bytes: string;
  readonly rows: string;
}

/** What happened to tables since the last look. */
interface Observation {
  readonly locks: { table: string; mode: LockMode }[];
  readonly rewrites: string[];
}

export interface TableObserver {
  look(): Promise<Observation>;
  /** Of a table as it was when the observation began; null: it was not there, or was never counted. */
  sizeOf(table: string): { bytes: number | null; rows: number | null };
}

const NAME = `CASE nspname WHEN current_schema() THEN quote_ident(relname) ELSE format('%I.%I', nspname, relname) END`;

/** Tables that hold rows, but not the migrator's own. */
const TABLES = `pg_class c JOIN pg_namespace n ON n.oid = relnamespace
 WHERE relkind IN ('r', 'p', 'm') AND nspname <> 'information_schema' AND nspname !~ '^pg_(catalog|toast)'
   AND relname NOT IN (${BOOKKEEPING_TABLES.map((table) => `'${table}'`).join(', ')})`;

const LOCKS = `
SELECT relation::text AS oid, mode FROM pg_locks
WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/** Watches the tables of the transaction that is open on a connection. */
export async function observeTables(connection: MigratorConnection): Promise<TableObserver> {
  const before = await connection.queryRows<Table>(
    `SELECT c.oid::text AS oid, ${NAME} AS name, pg_relation_filenode(c.oid)::text AS file,
            pg_total_relation_size(c.oid)::text AS bytes, reltuples::bigint::text AS rows FROM ${TABLES}`,
  );
  const files = new Map(before.map(({ oid, file }) => [oid, file]));
  const held = new Map<string, LockMode>();
  const names = new Map(before.map(({ oid, name }) => [oid, name]));
  const sizes = new Map(before.map(({ name, bytes, rows }) => [name, { bytes: Number(bytes), rows: readRows(rows) }]));

  const look = async (): Promise<Observation> => {
    const now = await connection.queryRows<Pick<Table, 'file' | 'name' | 'oid'>>(
      `SELECT c.oid::text AS oid, ${NAME} AS name, pg_relation_filenode(c.oid)::text AS file FROM ${TABLES}`,
    );
    for (const { oid, name } of now) if (!names.has(oid)) names.set(oid, name);
    const observation: Observation = { locks: [], rewrites: [] };
    const modes = new Map<string, LockMode>();
    for (const { oid, mode } of await connection.queryRows<{ oid: string; mode: string }>(LOCKS)) {
      modes.set(oid, findStrongest(modes.get(oid), spellLockMode(mode)));
    }
    for (const [oid, mode] of modes) {
      const table = names.get(oid);
      if (table === undefined || mode === held.get(oid)) continue;
      held.set(oid, mode);
      observation.locks.push({ table, mode });
    }
    for (const { oid, name, file } of now) {
      const old = files.get(oid);
      if (old !== undefined && old !== file) observation.rewrites.push(name);
      files.set(oid, file);
    }
    return observation;
  };
  await look();
  return { look, sizeOf: (table) => sizes.get(table) ?? { bytes: null, rows: null } };
}

/** `AccessExclusiveLock`, as pg_locks has it, is `ACCESS EXCLUSIVE` everywhere else. */
function spellLockMode(mode: string): LockMode {
  return mode
    .replace(/Lock$/, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase() as LockMode;
}

/** -1: never counted. */
function readRows(text: string): number | null {
  return Number(text) < 0 ? null : Number(text);
}
