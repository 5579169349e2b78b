import { readFileSync, statSync, type Stats } from 'node:fs';
import { SharedDbError } from './shared-db-error.js';

/** A secret cannot be had from where the environment says it is. One line that names the variable, and no value. */
export class SecretUnavailable extends SharedDbError {
  override readonly name = 'SecretUnavailable';
}

/** No password and no connection string is longer. */
const MOST_BYTES = 65_536;

/** Where Docker and Kubernetes mount secrets, readable for everybody in the container and for nobody outside. */
const MOUNTED = /^(?:\/var)?\/run\/secrets\//;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'that does not exist',
  EACCES: 'that this user may not read',
  EPERM: 'that this user may not read',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'that is not UTF-8 text',
};

const strictly = new TextDecoder('utf-8', { fatal: true });

/**
 * The text of a file with a secret in it, without the line break at its end.
 *
 * The path is not shown: who confuses DATABASE_URL_FILE with DATABASE_URL has put the secret there.
 *
 * @param variable names the file
 * @throws SecretUnavailable when it is missing, unreadable, empty, larger than 64 KiB, or no text.
 */
export function readSecretFile(variable: string, path: string): string {
  const complain = (what: string): SecretUnavailable => new SecretUnavailable(`${variable} names a file ${what}.`);
  let text: string;
  try {
    const stats = statSync(path);
    if (!stats.isFile()) throw complain('that is none: a folder, a pipe or a device');
    if (stats.size > MOST_BYTES) throw complain('that is too large to be a secret (64 KiB at most)');
    warnOfReaders(variable, path, stats);
    text = strictly.decode(readFileSync(path));
  } catch (error) {
    if (error instanceof SecretUnavailable) throw error;
    throw complain(REASONS[(error as { code?: string }).code ?? ''] ?? 'that cannot be read');
  }
  const secret = text.replace(/^\uFEFF/, '').replace(/(?:\r?\n)+$/, '');
  if (secret.trim() === '') throw complain('that is empty');
  if (secret.includes('\0')) throw complain('that is not UTF-8 text');
  return secret;
}

/** The same, for a secret of one line. */
export function readSecretLine(variable: string, path: string): string {
  const secret = readSecretFile(variable, path);
  if (!/[\r\n]/.test(secret)) return secret;
  throw new SecretUnavailable(`${variable} names a file of several lines: it must hold the secret and nothing else.`);
}

const warned = new Set<string>();

function warnOfReaders(variable: string, path: string, { mode }: Stats): void {
  // Windows has no such bits.
  if ((mode & 0o026) === 0) return;
  if (process.platform === 'win32' || MOUNTED.test(path) || warned.has(variable)) return;
  warned.add(variable);
  process.emitWarning(`${variable} names a file that others may read or change: chmod 600 it.`, 'SharedDbWarning');
}
