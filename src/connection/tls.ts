import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext, type TlsOptions } from 'node:tls';
import { DatabaseUrlError } from './database-url.js';

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
type TlsMode = (typeof TLS_MODES)[number];

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
type Verification = Pick<TlsOptions, 'rejectUnauthorized' | 'ca' | 'secureContext'>;

/**
 * As node-postgres takes it. Never undefined: that would let PGSSLMODE decide.
 *
 * @throws DatabaseUrlError when a file cannot be read, or certificate and key do not belong together.
 */
export function createTlsOptions({ mode, ca, cert, key }: TlsRequest): Verification | false {
  if (mode === undefined || mode === 'disable') return false;
  const trusted = ca === undefined ? {} : { ca: readPem('sslrootcert', ca) };
  // Said aloud, since NODE_TLS_REJECT_UNAUTHORIZED=0 would change the default.
  const options = { rejectUnauthorized: true, ...trusted };
  if (cert === undefined || key === undefined) return options;
  return { ...options, secureContext: loadSecureContext(trusted, readPem('sslcert', cert), readPem('sslkey', key)) };
}

/** What OpenSSL has made of the files: as an option, the key would be printed with the socket that it was given to. */
function loadSecureContext(trusted: { ca?: string }, cert: string, key: string): SecureContext {
  try {
    return createSecureContext({ ...trusted, cert, key });
  } catch {
    // OpenSSL's reason may quote what it read.
    throw new DatabaseUrlError(
      'tls',
      'The files that sslcert and sslkey name are no certificate with its private key.',
    );
  }
}

function readPem(parameter: string, file: string): string {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // The reason names the file; said below without.
  }
  if (text.includes('-----BEGIN ')) return text;
  throw new DatabaseUrlError('tls', `The file that ${parameter} names cannot be read, or is not in PEM form.`);
}
