import { readFileSync } from 'node:fs';
import type { TlsOptions } from 'node:tls';
import { DatabaseUrlError } from './database-url-error.js';

/**
 * How the connection is to be encrypted. There is no encryption without verification here: `require` and `verify-ca` check
 * certificate and host name too, as `verify-full` does.
 */
export interface TlsRequest {
  /** As the URL says it; undefined: nothing. */
  readonly mode: TlsMode | undefined;
  /** Files in PEM form. Without a CA those of Node.js are trusted. */
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

const TLS_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
export type TlsMode = (typeof TLS_MODES)[number];

/** node-postgres' older spelling. */
const SSL: Readonly<Record<string, TlsMode>> = {
  true: 'verify-full',
  1: 'verify-full',
  false: 'disable',
  0: 'disable',
};

/** Parameters of a connection string, by their names in libpq. */
interface TlsParameters {
  sslmode?: string;
  ssl?: string;
  sslrootcert?: string;
  sslcert?: string;
  sslkey?: string;
}

/** @throws DatabaseUrlError for a mode that is unknown, contradicts itself, or verifies nothing. */
export function readTls({ sslmode, ssl, sslrootcert, sslcert, sslkey }: TlsParameters): TlsRequest {
  const mode = ssl === undefined ? TLS_MODES.find((known) => known === sslmode) : SSL[ssl];
  if (
    (ssl !== undefined || sslmode !== undefined) &&
    (mode === undefined || (ssl !== undefined && sslmode !== undefined))
  ) {
    throw new DatabaseUrlError(
      'tls',
      `The database URL must say once how to encrypt: sslmode=${TLS_MODES.join(', ')}. What falls back to plain text (allow, prefer) or verifies nothing (no-verify) is not supported.`,
    );
  }
  if ((sslcert === undefined) !== (sslkey === undefined)) {
    throw new DatabaseUrlError('tls', 'The database URL needs both sslcert and sslkey, or neither.');
  }
  const files = { ca: sslrootcert === 'system' ? undefined : sslrootcert, cert: sslcert, key: sslkey };
  const given = [sslrootcert, sslcert].some((file) => file !== undefined);
  if (given && (mode ?? 'disable') === 'disable') {
    throw new DatabaseUrlError(
      'tls',
      'The database URL gives certificates and does not ask for TLS: add sslmode=verify-full.',
    );
  }
  return { mode, ...files };
}

/** Is the server's identity verified, by every client that is given this URL? psql verifies with `require` only what it has a CA for. */
export function isVerified({ mode, ca }: TlsRequest): boolean {
  return mode === 'verify-full' || (mode !== undefined && mode !== 'disable' && ca !== undefined);
}

/** What the drivers of a connection and of a pool both take. */
type Verification = Pick<TlsOptions, 'rejectUnauthorized' | 'ca' | 'cert' | 'key'>;

/**
 * As node-postgres takes it. Never undefined: that would let PGSSLMODE decide.
 *
 * @throws DatabaseUrlError when a file cannot be read.
 */
export function tlsOptionsOf({ mode, ca, cert, key }: TlsRequest): Verification | false {
  if (mode === undefined || mode === 'disable') return false;
  const options: Verification = {
    // Said aloud, since NODE_TLS_REJECT_UNAUTHORIZED=0 would change the default.
    rejectUnauthorized: true,
    ...(ca === undefined ? {} : { ca: pem('sslrootcert', ca) }),
    ...(cert === undefined ? {} : { cert: pem('sslcert', cert) }),
  };
  if (key === undefined) return options;
  // Not enumerable, so that whoever prints the options prints no key.
  return Object.defineProperty(options, 'key', { value: pem('sslkey', key), enumerable: false });
}

function pem(parameter: string, file: string): string {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // The reason names the file; said below without.
  }
  if (text.includes('-----BEGIN ')) return text;
  throw new DatabaseUrlError('tls', `The file that ${parameter} names cannot be read, or is not in PEM form.`);
}
