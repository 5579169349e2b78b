import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { SharedDbError } from '../errors/shared-db-error.js';
import { readTls, type TlsRequest } from './tls.js';

/** The part of a connection string that is wrong. */
export type DatabaseUrlPart =
  'whole' | 'scheme' | 'user' | 'password' | 'host' | 'port' | 'database' | 'parameters' | 'tls';

/** A connection string that cannot be used. Says which part is wrong and never repeats the text. */
export class DatabaseUrlError extends SharedDbError {
  override readonly name = 'DatabaseUrlError';

  constructor(
    readonly part: DatabaseUrlPart,
    message: string,
  ) {
    super(message);
  }
}

/** Labels of letters, digits, hyphens and underscores; the last may be followed by the dot of the root. */
const NAME = /^(?=.{1,254}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*\.?$/;

/** `2130706433`, `0x7f.1`, `127.1`, `0177.0.0.1`: resolvers take what ends in a number for an address, each in its own way. */
const ENDS_IN_NUMBER = /(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$/;

/**
 * A host in the one spelling that every resolver reads alike.
 *
 * @returns '' for none; undefined for what is neither a name in ASCII, an IP address nor the folder of a Unix socket.
 */
export function readHost(text: string): string | undefined {
  if (text === '' || text.startsWith('/')) return text;
  const host = text.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  if (isIPv4(host)) return host;
  // No zone: `fe80::1%lo` is an address only together with an interface of this machine.
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
// ::, ::1 and the old way to write an IPv4 address in six. The newer one, ::ffff:0:0/96, BlockList reads as IPv4.
local.addSubnet('::', 96, 'ipv6');

/** Names that mean this machine in RFC 6761 and in the hosts files of the distributions. */
const LOCAL_NAME = /^(?:(?:.*\.)?localhost|localhost[46]?(?:\.localdomain[46]?)?|ip6-(?:localhost|loopback)|loopback)$/;

/** The two ends of an open socket; both are undefined for a Unix socket. */
export type SocketEnds = Readonly<Partial<Record<'localAddress' | 'remoteAddress', string | undefined>>>;

/**
 * Returns whether a host, or the server at the other end of an open socket, is this machine.
 *
 * A host is when its text says so: a Unix socket, a loopback or unspecified address, a name reserved for it. Any other name may
 * still lead here, so decide by the open socket wherever there is one.
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

/** What may be shown of a connection. */
export interface Place {
  /** A name in lower case, an IP address, or the folder of a Unix socket (begins with `/`). */
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

/** A connection string taken apart; the only form in which one travels through this package. */
export interface DatabaseAddress extends Place {
  readonly user: string | undefined;
  /** Not enumerable: neither a logger nor util.inspect nor JSON shows it. */
  readonly password: string | undefined;
  readonly tls: TlsRequest;
  readonly applicationName: string | undefined;
}

const EXAMPLE = 'postgres://user:password@host:5432/database';

/** Those that change where we connect, or how safely. A URL with any other is refused: what is ignored may have been meant. */
const PARAMETERS = ['host', 'port', 'sslmode', 'ssl', 'sslrootcert', 'sslcert', 'sslkey', 'application_name'] as const;

type Parameters = Partial<Record<(typeof PARAMETERS)[number], string>>;

/**
 * Takes a connection string apart, by structure. Reads what libpq and node-postgres read alike, and refuses what one of them
 * would read otherwise: two hosts, a list of hosts, an address in hexadecimal, an unknown parameter.
 *
 * @throws DatabaseUrlError
 */
export function parseDatabaseUrl(text: string): DatabaseAddress {
  // From JavaScript, or where a variable is not set: undefined.
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

export function describeAddress({ host, port, database }: Place): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}/${database}`;
}

/** The connection string of an address; with another password, or with none (null). */
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

/** Stands for the host in `postgres://user:password@/database?host=/folder`, which `URL` would refuse. */
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
    throw new DatabaseUrlError('whole', 'The database URL holds a line break or another control character: remove it.');
  }
  try {
    const url = new URL(text.replace(/^[a-z]+:\/\/[^/?#]*@(?=[/?#]|$)/i, `$&${NO_HOST}`));
    // libpq takes the first @ for the end of the password, node-postgres the last.
    if (url.hash === '' && !/^[^/]*\/\/[^/?#]*@[^/?#]*@/.test(text)) return url;
  } catch {
    // Not as `cause`: the parser's own error quotes the URL.
  }
  throw new DatabaseUrlError(
    'whole',
    `The database URL cannot be read: characters such as @ : / ? # % in the password must be percent-encoded (${EXAMPLE}), one host and one port given.`,
  );
}

// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;

function decodePart(part: DatabaseUrlPart, text: string): string {
  try {
    const plain = decodeURIComponent(text);
    // NUL ends a value in the protocol: what follows would be read as another setting.
    if (!CONTROL.test(plain)) return plain;
  } catch {
    // Not as `cause`, either.
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
    // Not named: it may be the end of a password with a question mark in it.
    if (known === undefined || known in found || CONTROL.test(value)) {
      throw new DatabaseUrlError(
        'parameters',
        `The database URL has a parameter that is unknown, unreadable or there twice; known are ${PARAMETERS.join(', ')}.`,
      );
    }
    if (value !== '') found[known] = value;
  }
  return found;
}

function readSingle(part: 'host' | 'port', inAuthority: string, inParameters = ''): string {
  if (inAuthority === '' || inParameters === '') return inAuthority + inParameters;
  throw new DatabaseUrlError(part, `The database URL names its ${part} twice, the second time as a parameter.`);
}

function parsePort(text: string): number {
  const port = Number(text === '' ? 5432 : text);
  if (/^\d*$/.test(text) && port > 0 && port < 65_536) return port;
  throw new DatabaseUrlError('port', 'The port in the database URL must be a number from 1 to 65535.');
}
