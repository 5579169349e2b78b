import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext, type TlsOptions } from 'node:tls';
import { DatabaseUrlError } from './database-url.js';

/**
 * The TLS settings of a connection. Encryption always includes verification: `require` and `verify-ca` check certificate and host name, as
 * `verify-full` does.
 */
export interface TlsRequest {
  /** Undefined when the URL has no mode. */
  readonly mode: TlsMode | undefined;
  /** Files in PEM form. Without a CA file, the CAs of Node.js are trusted. */
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

const TLS_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
type TlsMode = (typeof TLS_MODES)[number];

/** Values of `ssl`, the older parameter of node-postgres. */
const SSL_MODES: Readonly<Record<string, TlsMode>> = {
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

/** @throws DatabaseUrlError when the mode is unknown, given twice, or does not verify the server */
export function readTls({ sslmode, ssl, sslrootcert, sslcert, sslkey }: TlsParameters): TlsRequest {
  const mode = ssl === undefined ? TLS_MODES.find((known) => known === sslmode) : SSL_MODES[ssl];
  if (
    (ssl !== undefined || sslmode !== undefined) &&
    (mode === undefined || (ssl !== undefined && sslmode !== undefined))
  ) {
    throw new DatabaseUrlError(
      'tls',
      `The database URL has an invalid TLS mode: give sslmode once, as one of ${TLS_MODES.join(', ')}. Modes that can fall back to plain text (allow, prefer) or do not verify the server (no-verify) are not supported.`,
    );
  }
  if ((sslcert === undefined) !== (sslkey === undefined)) {
    throw new DatabaseUrlError('tls', 'The database URL needs both sslcert and sslkey, or neither.');
  }
  const files = { ca: sslrootcert === 'system' ? undefined : sslrootcert, cert: sslcert, key: sslkey };
  const given = [sslrootcert, sslcert].some((file) => file !== undefined);
  if (given && (mode ?? 'disable') === 'disable') {
    throw new DatabaseUrlError('tls', 'The database URL has certificates, but no TLS mode: add sslmode=verify-full.');
  }
  return { mode, ...files };
}

/** Returns whether every client verifies the server with these settings. With `require`, psql verifies only when a CA file is given. */
export function isVerified({ mode, ca }: TlsRequest): boolean {
  return mode === 'verify-full' || (mode !== undefined && mode !== 'disable' && ca !== undefined);
}

/** The TLS options that TypeORM and node-postgres both accept. */
type Verification = Pick<TlsOptions, 'rejectUnauthorized' | 'ca' | 'secureContext'>;

/**
 * Returns the TLS options for node-postgres. Never undefined, because PGSSLMODE would then decide.
 *
 * @throws DatabaseUrlError when a file cannot be read, or certificate and key do not belong together
 */
export function createTlsOptions({ mode, ca, cert, key }: TlsRequest): Verification | false {
  if (mode === undefined || mode === 'disable') return false;
  const trusted = ca === undefined ? {} : { ca: readPem('sslrootcert', ca) };
  // Explicit, because NODE_TLS_REJECT_UNAUTHORIZED=0 would change the default.
  const options = { rejectUnauthorized: true, ...trusted };
  if (cert === undefined || key === undefined) return options;
  return { ...options, secureContext: loadSecureContext(trusted, readPem('sslcert', cert), readPem('sslkey', key)) };
}

/** Loads the files into a context. As plain options, the key would appear when the socket is printed. */
function loadSecureContext(trusted: { ca?: string }, cert: string, key: string): SecureContext {
  try {
    return createSecureContext({ ...trusted, cert, key });
  } catch {
    // The error of OpenSSL can contain the text of the files.
    throw new DatabaseUrlError(
      'tls',
      'The files of sslcert and sslkey are not a certificate and its private key: correct them.',
    );
  }
}

function readPem(parameter: string, file: string): string {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // Reported below, without the path of the file.
  }
  if (text.includes('-----BEGIN ')) return text;
  throw new DatabaseUrlError('tls', `The file of ${parameter} cannot be read, or is not in PEM form: correct it.`);
}
