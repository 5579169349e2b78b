import { describe } from '@jest/globals';
import { execFile, execFileSync } from 'node:child_process';
import { chmod, chown, copyFile, mkdtemp, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { OwnServer } from './own-server.js';

/** A certificate authority made for a test, as a folder of files in PEM form. */
export interface Authority {
  readonly folder: string;
  /** Its own certificate: what clients are to trust. */
  readonly ca: string;
}

const openssl = (folder: string, args: string[]): Promise<unknown> =>
  promisify(execFile)('openssl', args, { cwd: folder });

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Skipped without openssl: there is nothing to make certificates with. */
export const describeTls = hasOpenssl() ? describe : describe.skip;

/** Needs openssl. The caller removes the folder. */
export async function makeAuthority(): Promise<Authority> {
  const folder = await mkdtemp(join(tmpdir(), 'shared-db-ca-'));
  await openssl(folder, [
    'req',
    '-x509',
    ...KEY,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-subj',
    '/CN=Test CA',
    '-days',
    '2',
  ]);
  return { folder, ca: join(folder, 'ca.pem') };
}

/** Gives a server a certificate of that authority, for that name (`DNS:…` or `IP:…`), and turns TLS on. */
export async function giveCertificate(server: OwnServer, { folder }: Authority, subject: string): Promise<void> {
  await writeFile(join(folder, 'names'), `subjectAltName=${subject}`);
  await openssl(folder, ['req', ...KEY, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=server']);
  await openssl(folder, [
    ...['x509', '-req', '-in', 'server.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
    ...['-extfile', 'names', '-out', 'server.crt', '-days', '2'],
  ]);
  const { uid, gid } = await stat(server.folder);
  for (const name of ['server.key', 'server.crt']) {
    const target = join(server.folder, name);
    await copyFile(join(folder, name), target);
    await chmod(target, 0o600);
    // PostgreSQL takes no key that others may read, and may run as another user.
    await chown(target, uid, gid);
  }
  await server.run(`ALTER SYSTEM SET ssl = 'on'`);
  await server.run('SELECT pg_reload_conf()');
  for (;;) {
    const [row] = await server.run<{ ssl: string }>(`SELECT current_setting('ssl') AS ssl`);
    if (row?.ssl === 'on') return;
  }
}
