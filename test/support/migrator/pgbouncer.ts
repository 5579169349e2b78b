import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

export interface PgBouncer {
  /** Returns the URL of a database through the pooler, given its URL on the server. */
  through(url: string): string;
  stop(): Promise<void>;
}

/** Debian installs PgBouncer in /usr/sbin, which only root has in its PATH. */
const ENVIRONMENT = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin` };

/** Explains why PgBouncer is unavailable on this machine; undefined: it is available. */
export function noPgBouncer(): string | undefined {
  const { error } = spawnSync('pgbouncer', ['--version'], { env: ENVIRONMENT });
  return error ? 'pgbouncer is not installed (apt-get install pgbouncer)' : undefined;
}

/**
 * Starts PgBouncer in transaction mode in front of a server: a client has a server process only during a transaction.
 *
 * @param serverUrl any database of the server
 * @param tolerant true: ignores the settings in the connection options, as operators configure it; false: rejects them
 */
export async function startPgBouncer(serverUrl: string, tolerant = true): Promise<PgBouncer> {
  const folder = await mkdtemp(join(tmpdir(), 'shared-db-pgbouncer-'));
  const port = await freePort();
  const { hostname, port: serverPort, username, password } = new URL(serverUrl);
  const ini = join(folder, 'pgbouncer.ini');
  const user = decodeURIComponent(username);
  // PgBouncer uses this password to log in to the server.
  await writeFile(join(folder, 'users.txt'), `"${user}" "${decodeURIComponent(password)}"\n`);
  await writeFile(
    ini,
    `[databases]
* = host=${hostname} port=${serverPort || '5432'} user=${user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${join(folder, 'users.txt')}
pool_mode = transaction
default_pool_size = 4
max_client_conn = 200
${tolerant ? 'ignore_startup_parameters = extra_float_digits,options,statement_timeout,lock_timeout,idle_in_transaction_session_timeout' : ''}
`,
  );
  // PgBouncer refuses to run as root.
  const asRoot = process.getuid?.() === 0;
  for (const file of [folder, ini, join(folder, 'users.txt')]) await chmod(file, 0o755);
  const child = spawn('pgbouncer', [...(asRoot ? ['-u', 'nobody'] : []), ini], { stdio: 'ignore', env: ENVIRONMENT });
  const through = (url: string): string => {
    const changed = new URL(url);
    changed.host = `127.0.0.1:${port}`;
    return changed.href;
  };
  await waitUntilReady(through(serverUrl));
  return {
    through,
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function waitUntilReady(url: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.query('SELECT 1');
      await client.end();
      return;
    } catch (error) {
      if (attempt === 100) throw new Error(`PgBouncer does not answer (as ${userInfo().username})`, { cause: error });
      await sleep(50);
    }
  }
}
