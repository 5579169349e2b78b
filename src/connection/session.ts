import type { Socket } from 'node:net';
import { types as kindOf } from 'node:util';
import { Client, type ClientConfig, type CustomTypesConfig, types as pgTypes } from 'pg';
import { UnsupportedDatabase } from './connection-failure.js';
import { quoteStandardLiteral } from '../errors/sql-text.js';
import { describeAddress, type Place } from './database-url.js';
import {
  LIMIT_NAMES,
  type SessionSettings,
  createSessionSettings,
  SET_AFTER_CONNECTING,
  formatStartupOptions,
} from './session-settings.js';

/** What a new session must have. */
interface SessionCheck {
  /** What `sessionSettings` gave to the connection. */
  readonly settings: SessionSettings;
  /** The database may have any encoding: nothing of ours is in it. */
  readonly anyEncoding: boolean;
  readonly place: Place;
  /** The server process that the other side named when it let us in. */
  readonly processId: number | null;
}

/** Settings that superusers can set for a role or a database, and that only superusers can override in a session. */
const REFUSED: Readonly<Record<string, { allowed: readonly string[]; effect: string }>> = {
  session_replication_role: { allowed: ['origin', 'local'], effect: 'triggers and foreign keys do not fire' },
  zero_damaged_pages: { allowed: ['off'], effect: 'damaged rows are dropped without an error' },
  ignore_checksum_failure: { allowed: ['off'], effect: 'damaged rows are read as if they were sound' },
};

/** Runs a statement and returns its rows. */
type Query = (sql: string) => Promise<readonly { name: string; value: string | null }[]>;

/**
 * Looks at a new session and completes it: settings that could not be given when it began, durable commits.
 *
 * @throws UnsupportedDatabase when the encoding is not UTF8, when a setting that only a superuser can override has another value, and
 *   when our settings did not arrive, as behind a pooler, and the server has others.
 */
async function prepareSession(query: Query, check: SessionCheck): Promise<void> {
  const found = new Map((await query(createSettingsQuery(check.settings))).map(({ name, value }) => [name, value]));
  const refuse = (reason: string): never => {
    throw new UnsupportedDatabase(`Cannot use the database at ${describeAddress(check.place)}: ${reason}.`);
  };
  const encoding = found.get('server_encoding');
  if (!check.anyEncoding && encoding !== 'UTF8') {
    refuse(
      `the database's encoding is ${encoding}, UTF8 is needed: create it with ENCODING 'UTF8' TEMPLATE template0 and move its rows there`,
    );
  }
  for (const [name, { allowed, effect }] of Object.entries(REFUSED)) {
    const value = found.get(name);
    if (typeof value === 'string' && !allowed.includes(value)) {
      refuse(`${name} is ${value}, so that ${effect}: RESET it with ALTER DATABASE or ALTER ROLE`);
    }
  }
  const lacking = [...Object.entries({ ...check.settings, ...createTimeoutError(found) })].filter(
    ([name, wanted]) => !isAsWanted(name, wanted, found),
  );
  if (lacking.length === 0) return;
  const pooled = found.get('pid') !== String(check.processId);
  const notArrived = lacking.filter(([name]) => pooled || !(name in createTimeoutError(found)));
  if (notArrived.length > 0) refuse(explainMissingSetting(notArrived, found, pooled));
  await query(
    `SELECT name, pg_catalog.set_config(name, value, false) AS value FROM (VALUES ${lacking.map(formatPair).join(', ')}) AS late (name, value)`,
  );
}

/** The settings that are set after connecting: those that this server has, and durable commits where they are switched off. */
function createTimeoutError(found: ReadonlyMap<string, string | null>): SessionSettings {
  const known = Object.entries(SET_AFTER_CONNECTING).filter(([name]) => typeof found.get(name) === 'string');
  // Values that wait for more standbys than `on`, or for none, are the operator's choice.
  const durable = found.get('synchronous_commit') === 'off' ? { synchronous_commit: 'on' } : {};
  return { ...Object.fromEntries(known), ...durable };
}

function createSettingsQuery(settings: SessionSettings): string {
  const names = [
    ...Object.keys(settings),
    ...Object.keys(SET_AFTER_CONNECTING),
    ...Object.keys(REFUSED),
    ...['server_encoding', 'synchronous_commit'],
  ];
  return `SELECT name, pg_catalog.current_setting(name, true) AS value FROM (VALUES ${names.map((name) => `('${name}')`).join(', ')}) AS wanted (name)
    UNION ALL SELECT 'pid', pg_catalog.pg_backend_pid()::text
    UNION ALL SELECT 'schemas', pg_catalog.array_to_string(ARRAY(
      SELECT pg_catalog.quote_ident(name) FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) AS path (name)
      WHERE name !~ '^pg_temp_'), ', ')`;
}

function isAsWanted(name: string, wanted: string, found: ReadonlyMap<string, string | null>): boolean {
  const value = found.get(name) ?? '';
  if (value === wanted || EQUIVALENT[name]?.test(value) === true || name === 'default_transaction_read_only')
    return true;
  // "$user", public and public, pg_temp are the same as public where there is no schema of the user's name.
  if (name === 'search_path') return ['', wanted].includes(found.get('schemas') ?? '');
  if (!LIMIT_NAMES.includes(name)) return false;
  // A longer limit than ours, or none, interrupts nothing that ours would not.
  const actual = toMilliseconds(value);
  return actual === 0 || actual >= (LONGEST_NEEDED[name] ?? Number(wanted));
}

/** Values that mean the same for our statements, whose dates and numbers are written in one way only. */
const EQUIVALENT: Readonly<Record<string, RegExp>> = {
  DateStyle: /^ISO, /,
  TimeZone: /^(Etc\/)?(UTC|UCT|GMT|Universal|Zulu|Greenwich)$/,
  extra_float_digits: /^[123]$/,
};

/** No transaction may be interrupted by a limit that we do not know of. */
const LONGEST_NEEDED: Readonly<Record<string, number>> = { transaction_timeout: Number.POSITIVE_INFINITY };

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** Of a limit as PostgreSQL shows it: `10s`, `1500ms`, `0`. */
function toMilliseconds(shown: string): number {
  const [, digits = '', unit = 'ms'] = /^(\d+)(ms|s|min|h|d)?$/.exec(shown) ?? [];
  return digits === '' ? Number.NaN : Number(digits) * (UNITS[unit] ?? 1);
}

function explainMissingSetting(
  settings: readonly (readonly [string, string])[],
  found: ReadonlyMap<string, string | null>,
  pooled: boolean,
): string {
  const who = pooled
    ? 'a pooler drops the settings of our connections'
    : 'the settings of our connections do not arrive';
  const list = settings.map(
    ([name, wanted]) => `${name} is ${formatValue(found.get(name))}, must be ${formatValue(wanted)}`,
  );
  return `${who}, and there ${list.join('; ')}: connect to the server itself (commands: MIGRATION_DATABASE_URL), or give the role these values with ALTER ROLE … SET`;
}

function formatValue(value: string | null | undefined): string {
  return `“${value ?? ''}”`;
}

function formatPair([name, value]: readonly [string, string]): string {
  return `('${name}', ${quoteStandardLiteral(value)})`;
}

export interface SessionClientConfig extends ClientConfig {
  /** What the session starts with. Default `sessionSettings()`. */
  settings?: SessionSettings;
  /** The database may have another encoding than UTF8. Default: it may not. */
  anyEncoding?: boolean;
}

/** Object ids of types: of the first two node-postgres would make local times. */
const [DATE, DATE_LIST, TEXT, TEXT_LIST] = [1082, 1182, 25, 1009];

const createParser = pgTypes.getTypeParser as (oid: number, format?: 'binary' | 'text') => unknown;

/** Reads values as node-postgres does, and days as text. */
const types: CustomTypesConfig = {
  getTypeParser: (oid: number, format) =>
    createParser(oid === DATE ? TEXT : oid === DATE_LIST ? TEXT_LIST : oid, format),
};

/**
 * Dates as they are sent, also in lists: node-postgres writes them in the time zone of the process, and loses the seconds that some zones
 * had in their offset until 1972.
 */
function toUtcText(value: unknown): unknown {
  if (Array.isArray(value)) return value.some(mayHoldDate) ? value.map(toUtcText) : value;
  if (!kindOf.isDate(value)) return value;
  const year = value.getUTCFullYear();
  return year > 0 && year < 10_000 ? value.toISOString() : value;
}

function mayHoldDate(value: unknown): boolean {
  return Array.isArray(value) || kindOf.isDate(value);
}

/**
 * The client behind every connection of this package: node-postgres' own, whose session means the same whatever settings the
 * database and its roles have. A calendar day is read as text (`2011-12-30`): it has no time zone, and every Date has one.
 */
export class SessionClient extends Client {
  /** The server process that the other side named when it let us in; pg's type declarations leave it out. */
  declare readonly processID: number | null;
  readonly #settings: SessionSettings;
  readonly #anyEncoding: boolean;
  /** How long the other side may take to let us in, and again to answer the first question; 0: for ever. */
  readonly #timeoutMs: number;

  constructor(config: SessionClientConfig = {}) {
    const { settings = createSessionSettings(), anyEncoding = false, options = '' } = config;
    const own = { types, options: `${formatStartupOptions(settings)} ${options}`.trim() };
    // Not a copy: the pool hides the password, so that a copy would be without it.
    super(Object.assign(Object.create(config) as ClientConfig, own));
    this.#settings = settings;
    this.#anyEncoding = anyEncoding;
    this.#timeoutMs = config.connectionTimeoutMillis ?? 0;
  }

  // The overloads of `query` are many; the parameters of all of them are where these are.
  override query = ((text: unknown, values: unknown, ...others: unknown[]) => {
    const { values: own } = (text ?? {}) as { values?: unknown };
    const query = Array.isArray(own) ? { ...(text as object), values: toUtcText(own) } : text;
    return (super.query as (...all: unknown[]) => unknown).call(this, query, toUtcText(values), ...others);
  }) as Client['query'];

  /** @throws UnsupportedDatabase, and what node-postgres throws; the connection is closed then. */
  override connect(): Promise<Client>;
  override connect(callback: ((error: Error) => void) | ((error: null, client: Client) => void)): void;
  override connect(callback?: (error: never, client: never) => void): Promise<Client> | undefined {
    const connected = this.#connect();
    if (callback === undefined) return connected;
    const call = callback as (error: unknown, client?: Client) => void;
    connected.then((client) => {
      call(null, client);
    }, call);
    return undefined;
  }

  async #connect(): Promise<Client> {
    await super.connect();
    // A pool listens only when we are through: without a listener a connection that breaks now would end the process.
    const ignore = (): void => undefined;
    this.on('error', ignore);
    const { stream } = (this as unknown as { connection: { stream: Socket } }).connection;
    const giveUp = (): void => void stream.destroy(new Error('timeout expired'));
    const deadline = this.#timeoutMs > 0 ? setTimeout(giveUp, this.#timeoutMs) : undefined;
    try {
      const { host, port, database = '', processID: processId } = this;
      await prepareSession(async (sql) => (await this.query<{ name: string; value: string | null }>(sql)).rows, {
        ...{ settings: this.#settings, anyEncoding: this.#anyEncoding },
        ...{ place: { host, port, database }, processId },
      });
      return this;
    } catch (error) {
      await this.end().catch(() => undefined);
      throw error;
    } finally {
      clearTimeout(deadline);
      // The caller has had time to listen.
      setImmediate(() => this.off('error', ignore));
    }
  }
}
