import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { SharedDbError } from '../errors/shared-db-error.js';
import { readTls, type TlsRequest } from './tls.js';

/** The part of a connection string that is wrong. */
export type DatabaseUrlPart =
  'whole' | 'scheme' | 'user' | 'password' | 'host' | 'port' | 'database' | 'parameters' | 'tls';

/** A connection string is invalid. The message names the wrong part and never repeats the text. */
export class DatabaseUrlError extends SharedDbError {
  override readonly name = 'DatabaseUrlError';

  constructor(
    readonly part: DatabaseUrlPart,
    message: string,
  ) {
    super(message);
  }
}

/** A host name of labels with letters, digits, hyphens and underscores, and an optional dot at the end. */
const NAME = /^(?=.{1,254}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*\.?$/;

/** `2130706433`, `0x7f.1`, `127.1`, `0177.0.0.1`: resolvers read a name that ends in a number as an address, but not all in the same way. */
const ENDS_IN_NUMBER = /(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$/;

/**
 * Returns a host in the form that every resolver reads alike.
 *
 * @returns '' for an empty text; undefined when it is neither an ASCII name, an IP address nor the folder of a Unix socket
 */
export function readHost(text: string): string | undefined {
  if (text === '' || text.startsWith('/')) return text;
  const host = text.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  if (isIPv4(host)) return host;
  // Refuses a zone: `fe80::1%lo` depends on an interface of this machine.
  if (host.includes(':')) return isIPv6(host) && !host.includes('%') ? shortenIpv6(host) : undefined;
  return NAME.test(host) && !ENDS_IN_NUMBER.test(host) ? host : undefined;
}

function shortenIpv6(ipv6: string): string {
  return new URL(`http://[${ipv6}]`).hostname.slice(1, -1);
}

const local = new BlockList();
local.addSubnet('127.0.0.0', 8, 'ipv4');
// "This host on this network": connecting to 0.0.0.0 reaches the machine itself.
local.addSubnet('0.0.0.0', 8, 'ipv4');
// ::, ::1 and IPv4-compatible addresses. BlockList reads IPv4-mapped addresses (::ffff:0:0/96) as IPv4.
local.addSubnet('::', 96, 'ipv6');

/** Names that mean this machine in RFC 6761 and in the hosts files of the distributions. */
const LOCAL_NAME = /^(?:(?:.*\.)?localhost|localhost[46]?(?:\.localdomain[46]?)?|ip6-(?:localhost|loopback)|loopback)$/;

/** The two ends of an open socket; both are undefined for a Unix socket. */
export type SocketEnds = Readonly<Partial<Record<'localAddress' | 'remoteAddress', string | undefined>>>;

/**
 * Returns whether a host, or the server at the other end of an open socket, is this machine.
 *
 * Recognises Unix sockets, loopback and unspecified addresses, and reserved names. Any other name can still resolve to this machine, so
 * check the open socket where possible.
 */
export function isThisMachine(target: string | SocketEnds): boolean {
  if (typeof target !== 'string') {
    const { remoteAddress, localAddress } = target;
    // The machine's own address in the network is this machine too.
    return remoteAddress === undefined || remoteAddress === localAddress || isThisMachine(remoteAddress);
  }
  if (target.startsWith('/')) return true;
  if (isIPv4(target) || isIPv6(target)) return local.check(target, isIPv4(target) ? 'ipv4' : 'ipv6');
  return LOCAL_NAME.test(target.replace(/\.$/, ''));
}

/** The public part of an address, for messages. */
export interface DisplayAddress {
  /** A name in lower case, an IP address, or the folder of a Unix socket (begins with `/`). */
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

/** A parsed connection string. */
export interface DatabaseAddress extends DisplayAddress {
  readonly user: string | undefined;
  /** Not enumerable, so that loggers, util.inspect and JSON do not show it. */
  readonly password: string | undefined;
  readonly tls: TlsRequest;
  readonly applicationName: string | undefined;
}

const EXAMPLE = 'postgres://user:password@host:5432/database';

/** The supported parameters. Others are refused, because ignoring one could change how safe the connection is. */
const PARAMETERS = ['host', 'port', 'sslmode', 'ssl', 'sslrootcert', 'sslcert', 'sslkey', 'application_name'] as const;

type Parameters = Partial<Record<(typeof PARAMETERS)[number], string>>;

/**
 * Parses a connection string. Refuses strings that libpq and node-postgres read differently: with two hosts, a list of hosts, an address
 * in hexadecimal, or an unknown parameter.
 *
 * @throws DatabaseUrlError
 */
export function parseDatabaseUrl(text: string): DatabaseAddress {
  // JavaScript callers can pass undefined, such as a variable that is not set.
  if (typeof text !== 'string') {
    throw new DatabaseUrlError('whole', `There is no database URL: give one like ${EXAMPLE}.`);
  }
  const url = splitUrl(text.trim());
  const parameters = readParameters(url.searchParams);
  const host = readHost(readSingle('host', decodePart('host', url.hostname).replace(NO_HOST, ''), parameters.host));
  if (host === '') throw new DatabaseUrlError('host', `The database URL names no host: give one like ${EXAMPLE}.`);
  if (host === undefined) {
    throw new DatabaseUrlError(
      'host',
      'The host in the database URL must be one name in ASCII, an IPv4 address of four decimal numbers, an IPv6 address in brackets, or the folder of a socket.',
    );
  }
  const database = decodePart('database', url.pathname.slice(1));
  if (database === '') {
    throw new DatabaseUrlError('database', `The database URL names no database: give one like ${EXAMPLE}.`);
  }
  const address = {
    host,
    port: parsePort(readSingle('port', url.port, parameters.port)),
    database,
    user: decodePart('user', url.username) || undefined,
    tls: readTls(parameters),
    applicationName: parameters.application_name,
  };
  const password = decodePart('password', url.password) || undefined;
  return Object.defineProperty(address, 'password', {
    value: password,
    enumerable: false,
  }) as unknown as DatabaseAddress;
}

export function describeAddress({ host, port, database }: DisplayAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}/${database}`;
}

/**
 * Formats an address as a connection string.
 *
 * @param password replaces that of the address; null leaves it out
 */
export function formatDatabaseUrl(
  address: DatabaseAddress,
  password: string | null = address.password ?? null,
): string {
  const { host, port, database, user = '', tls, applicationName } = address;
  const socket = host.startsWith('/');
  const secret = password === null ? '' : `:${encodeURIComponent(password)}`;
  const login = user === '' && secret === '' ? '' : `${encodeURIComponent(user)}${secret}@`;
  const place = socket ? '' : `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const given: readonly (readonly [keyof Parameters, string | undefined])[] = [
    ...(socket
      ? ([
          ['host', host],
          ['port', String(port)],
        ] as const)
      : []),
    ['sslmode', tls.mode],
    ['sslrootcert', tls.ca],
    ['sslcert', tls.cert],
    ['sslkey', tls.key],
    ['application_name', applicationName],
  ];
  const query = given.flatMap(([name, value]) => (value === undefined ? [] : `${name}=${encodeURIComponent(value)}`));
  return `postgres://${login}${place}/${encodeURIComponent(database)}${query.length === 0 ? '' : `?${query.join('&')}`}`;
}

/** A placeholder for the missing host of `postgres://user:password@/database?host=/folder`, which `URL` would refuse. */
const NO_HOST = 'no-host.invalid';

function splitUrl(text: string): URL {
  if (text === '') throw new DatabaseUrlError('whole', `The database URL is empty: give one like ${EXAMPLE}.`);
  if (!/^postgres(ql)?:\/\//i.test(text)) {
    throw new DatabaseUrlError(
      'scheme',
      `The database URL must begin with postgres:// or postgresql://, like ${EXAMPLE}.`,
    );
  }
  if (CONTROL.test(text)) {
    throw new DatabaseUrlError(
      'whole',
      'The database URL contains a line break or another control character: remove it.',
    );
  }
  try {
    const url = new URL(text.replace(/^[a-z]+:\/\/[^/?#]*@(?=[/?#]|$)/i, `$&${NO_HOST}`));
    // For libpq the first @ ends the password, for node-postgres the last one.
    if (url.hash === '' && !/^[^/]*\/\/[^/?#]*@[^/?#]*@/.test(text)) return url;
  } catch {
    // The error of the parser is no `cause`, because it contains the URL.
  }
  throw new DatabaseUrlError(
    'whole',
    `The database URL cannot be read: percent-encode characters such as @ : / ? # % in the password, and give one host and one port (${EXAMPLE}).`,
  );
}

// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;

function decodePart(part: DatabaseUrlPart, text: string): string {
  try {
    const plain = decodeURIComponent(text);
    // In PostgreSQL's protocol NUL ends a value, and the rest would be read as another setting.
    if (!CONTROL.test(plain)) return plain;
  } catch {
    // The error is no `cause`, because it can contain the text.
  }
  throw new DatabaseUrlError(
    part,
    `The ${part} in the database URL is not percent-encoded UTF-8 text (a % itself is written %25).`,
  );
}

function readParameters(given: URLSearchParams): Parameters {
  const found: Parameters = {};
  for (const [name, value] of given) {
    const known = PARAMETERS.find((parameter) => parameter === name);
    // The message omits the name: it can be the end of a password that contains a question mark.
    if (known === undefined || known in found || CONTROL.test(value)) {
      throw new DatabaseUrlError(
        'parameters',
        `The database URL has a parameter that is unknown, invalid or given twice: use only ${PARAMETERS.join(', ')}.`,
      );
    }
    if (value !== '') found[known] = value;
  }
  return found;
}

function readSingle(part: 'host' | 'port', inAuthority: string, inParameters = ''): string {
  if (inAuthority === '' || inParameters === '') return inAuthority + inParameters;
  throw new DatabaseUrlError(part, `The database URL contains the ${part} twice: remove the parameter ${part}.`);
}

function parsePort(text: string): number {
  const port = Number(text === '' ? 5432 : text);
  if (/^\d*$/.test(text) && port > 0 && port < 65_536) return port;
  throw new DatabaseUrlError('port', 'The port in the database URL must be a number from 1 to 65535.');
}
