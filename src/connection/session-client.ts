import type { Socket } from 'node:net';
import { types as kindOf } from 'node:util';
import pg from 'pg';
import { prepareSession } from './session-check.js';
import { sessionSettings, startupOptions, type SessionSettings } from './session-settings.js';

export interface SessionClientConfig extends pg.ClientConfig {
  /** What the session starts with. Default `sessionSettings()`. */
  settings?: SessionSettings;
  /** The database may have another encoding than UTF8. Default: it may not. */
  anyEncoding?: boolean;
}

/** Object ids of types: of the first two node-postgres would make local times. */
const [DATE, DATE_LIST, TEXT, TEXT_LIST] = [1082, 1182, 25, 1009];

const parserOf = pg.types.getTypeParser as (oid: number, format?: 'binary' | 'text') => unknown;

/** Reads values as node-postgres does, and days as text. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format) => parserOf(oid === DATE ? TEXT : oid === DATE_LIST ? TEXT_LIST : oid, format),
};

/**
 * Dates as they are sent, also in lists: node-postgres writes them in the time zone of the process, and loses the seconds that some zones
 * had in their offset until 1972.
 */
function inUtc(value: unknown): unknown {
  if (Array.isArray(value)) return value.some(mayHoldDate) ? value.map(inUtc) : value;
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
export class SessionClient extends pg.Client {
  /** The server process that the other side named when it let us in; pg's type declarations leave it out. */
  declare readonly processID: number | null;
  readonly #settings: SessionSettings;
  readonly #anyEncoding: boolean;
  /** How long the other side may take to let us in, and again to answer the first question; 0: for ever. */
  readonly #timeoutMs: number;

  constructor(config: SessionClientConfig = {}) {
    const { settings = sessionSettings(), anyEncoding = false, options = '' } = config;
    const own = { types, options: `${startupOptions(settings)} ${options}`.trim() };
    // Not a copy: the pool hides the password, so that a copy would be without it.
    super(Object.assign(Object.create(config) as pg.ClientConfig, own));
    this.#settings = settings;
    this.#anyEncoding = anyEncoding;
    this.#timeoutMs = config.connectionTimeoutMillis ?? 0;
  }

  // The overloads of `query` are many; the parameters of all of them are where these are.
  override query = ((text: unknown, values: unknown, ...others: unknown[]) => {
    const { values: own } = (text ?? {}) as { values?: unknown };
    const query = Array.isArray(own) ? { ...(text as object), values: inUtc(own) } : text;
    return (super.query as (...all: unknown[]) => unknown).call(this, query, inUtc(values), ...others);
  }) as pg.Client['query'];

  /** @throws UnsupportedDatabase, and what node-postgres throws; the connection is closed then. */
  override connect(): Promise<pg.Client>;
  override connect(callback: ((error: Error) => void) | ((error: null, client: pg.Client) => void)): void;
  override connect(callback?: (error: never, client: never) => void): Promise<pg.Client> | undefined {
    const connected = this.#connect();
    if (callback === undefined) return connected;
    const call = callback as (error: unknown, client?: pg.Client) => void;
    connected.then((client) => {
      call(null, client);
    }, call);
    return undefined;
  }

  async #connect(): Promise<pg.Client> {
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
