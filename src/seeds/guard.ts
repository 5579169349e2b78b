import { BlockList, isIP } from 'node:net';
import type { DataSource, EntityManager } from 'typeorm';
import { describeNodeEnv, isProduction } from '../connection/environment.js';
import { RECORD_ENTITIES, SegmentedWeight } from '../entities/index.js';
import { listConfirmationReasons } from '../operations/environment-guard/guard.js';
import { readDatabaseState, type DatabaseState } from '../operations/environment-guard/environment-row.js';
import { REFERENCE_SEGMENTS } from './reference/rows.js';
import { SAMPLE_ID_PATTERN } from './ids.js';
import {
  ForeignRowsError,
  SampleInProductionError,
  UnconfirmedDatabaseError,
  type ForeignRows,
} from './guard-errors.js';

/** What the guard cannot see for itself. */
export interface SamplePermission {
  /** NODE_ENV, as the caller read it; undefined when it is not set. */
  readonly nodeEnv: string | undefined;
  /** The database's name as the operator typed it. Needed when the server is not this machine. */
  readonly confirmedName?: string | undefined;
}

/** Where the rows would go. */
export interface SamplePlace extends SamplePermission {
  /** Host name, address or socket folder, as the driver resolved it. */
  readonly host: string;
  readonly databaseName: string;
}

/** Counting stops here: nobody needs to know how many millions of rows would have been mixed with invented ones. */
const MOST_COUNTED = 1000;

const REFERENCE_SEGMENT_KEYS = REFERENCE_SEGMENTS.map(({ segmentType, segmentKey }) => `${segmentType}/${segmentKey}`);

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * Is the host this machine? Yes for `localhost`, a loopback address (127.0.0.0/8, ::1, either within ::ffff:0:0/96), a Unix
 * socket. Any other name is not, whatever it contains or resolves to.
 */
export function isLocalHost(host: string): boolean {
  if (host.startsWith('/')) return true;
  if (host.toLowerCase() === 'localhost') return true;
  const family = isIP(host);
  return family !== 0 && loopback.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

/**
 * The part of the guard that needs no database: neither production nor somebody else's server.
 *
 * @throws SampleInProductionError when NODE_ENV is neither `development` nor `test`, nor empty.
 * @throws UnconfirmedDatabaseError when the server is not this machine and the name was not given, or another was.
 */
export function assertSamplePlace({ nodeEnv, host, databaseName, confirmedName }: SamplePlace): void {
  if (isProduction(nodeEnv)) throw new SampleInProductionError(describeNodeEnv(nodeEnv));
  const named = confirmedName !== undefined;
  if (named ? confirmedName !== databaseName : !isLocalHost(host)) {
    throw new UnconfirmedDatabaseError(host, databaseName, confirmedName);
  }
}

/**
 * May sample rows be written to this database? Host and name are asked of the open connection, so that no spelling of a URL
 * (`?host=`, percent-encoding, PGHOST) can name one server and reach another.
 *
 * @throws SampleInProductionError, UnconfirmedDatabaseError as `assertSamplePlace` does.
 * @throws ForeignRowsError when a table holds rows that are neither sample nor reference rows.
 */
export async function assertSampleAllowed(permission: SamplePermission, dataSource: DataSource): Promise<void> {
  await dataSource.transaction(async (manager) => {
    await assertSampleAllowedIn(manager, permission);
  });
}

/** The same within the caller's transaction. */
export async function assertSampleAllowedIn(manager: EntityManager, permission: SamplePermission): Promise<void> {
  const place = { ...permission, ...(await placeOf(manager)) };
  assertSamplePlace(place);
  assertSampleEnvironment(await readDatabaseState((sql, parameters) => manager.query(sql, parameters)), place);
  const foreign = await countForeignRows(manager);
  if (foreign.length > 0) throw new ForeignRowsError(foreign);
}

/**
 * The part that asks what the database says of itself.
 *
 * @throws SampleInProductionError when it says production, UnconfirmedDatabaseError when it says no harmless word and was not named.
 */
function assertSampleEnvironment(
  state: DatabaseState,
  { nodeEnv, host, databaseName, confirmedName }: SamplePlace,
): void {
  const { environmentRow } = state;
  if (environmentRow.state === 'set' && environmentRow.environment === 'production') {
    throw new SampleInProductionError(`the database "${databaseName}" says it is production`);
  }
  const reasons = listConfirmationReasons(state, nodeEnv?.trim().toLowerCase());
  if (reasons.length === 0 || confirmedName !== undefined) return;
  throw new UnconfirmedDatabaseError(host, databaseName, undefined, reasons.join(', and '));
}

async function placeOf(manager: EntityManager): Promise<Pick<SamplePlace, 'host' | 'databaseName'>> {
  const client = (await manager.queryRunner?.connect()) as { host?: unknown } | undefined;
  const [row] = await manager.query<{ name: string }[]>('SELECT current_database() AS name');
  // Without a host (a driver we do not know) the place counts as foreign: the operator must name the database.
  return { host: typeof client?.host === 'string' ? client.host : 'unknown host', databaseName: row?.name ?? '' };
}

/** Tables outside the reference data that hold rows which are not samples. */
async function countForeignRows(manager: EntityManager): Promise<ForeignRows[]> {
  const found: ForeignRows[] = [];
  for (const entity of RECORD_ENTITIES) {
    const { tableName } = manager.dataSource.getMetadata(entity);
    const isOurs = `"id"::text ~ $1${entity === SegmentedWeight ? ` OR "segment_type" || '/' || "segment_key" = ANY ($2)` : ''}`;
    const [counted] = await manager.query<{ rows: number }[]>(
      `SELECT count(*)::int AS rows FROM (SELECT FROM "${tableName}" WHERE NOT (${isOurs}) LIMIT ${MOST_COUNTED + 1}) AS found`,
      entity === SegmentedWeight ? [SAMPLE_ID_PATTERN, REFERENCE_SEGMENT_KEYS] : [SAMPLE_ID_PATTERN],
    );
    const rows = counted?.rows ?? 0;
    if (rows > 0) found.push({ table: tableName, rows: Math.min(rows, MOST_COUNTED), more: rows > MOST_COUNTED });
  }
  return found;
}
