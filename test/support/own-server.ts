import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { type Binaries, prepareBinaries } from '../../src/embedded/binaries.js';
import { ensureCluster, readPassword, ROLE } from '../../src/embedded/cluster.js';
import { chooseLocation } from '../../src/embedded/cluster.js';
import { readPostmaster, startServer, stopServer } from '../../src/embedded/server-process.js';

/** A server that a test has to itself: its roles, its pg_hba.conf, its settings, its log. */
export interface OwnServer {
  readonly port: number;
  /** Where postgresql.conf and pg_hba.conf are. */
  readonly folder: string;
  /** Connection string of a database on it, as its superuser or as somebody else. */
  url(database?: string, user?: string, password?: string): string;
  /** Runs SQL as its superuser. */
  run<Row extends pg.QueryResultRow>(sql: string, database?: string): Promise<Row[]>;
  /** Replaces pg_hba.conf; returns when it applies to new connections. */
  setHba(lines: string): Promise<void>;
  /** Everything it has logged. */
  log(): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts one: the embedded PostgreSQL, or that of TEST_POSTGRES_BIN (a folder with initdb, postgres and pg_ctl).
 *
 * @param settings of the server, name → value
 */
export async function startOwnServer(settings: Readonly<Record<string, string>> = {}): Promise<OwnServer> {
  const parent = await mkdtemp(join(tmpdir(), 'shared-db-own-'));
  await chmod(parent, 0o755);
  const notice = (): void => undefined;
  const place = await chooseLocation(join(parent, 'data'), false, notice);
  const binaries = await serverPrograms(place.runAs);
  await ensureCluster(place, binaries, { durable: false, notice });
  const password = await readPassword(place.folder);
  const pid = await startServer(place, binaries, { durable: false, settings });
  const running = await readPostmaster(place.folder);
  if (pid === undefined || running?.status !== 'ready') throw new Error('The server of the test did not start.');
  const { port } = running;
  const url: OwnServer['url'] = (database = 'postgres', user = ROLE, secret = password) =>
    `postgres://${user}:${encodeURIComponent(secret)}@127.0.0.1:${port}/${database}`;
  const run: OwnServer['run'] = (sql, database) => runOn(url(database), sql);
  return {
    port,
    folder: place.folder,
    url,
    run,
    async setHba(lines) {
      await writeFile(join(place.folder, 'pg_hba.conf'), lines);
      await run('SELECT pg_reload_conf()');
      // Judged by the postmaster, a moment after it was told.
      const [wrong] = await run<{ error: string }>(
        `SELECT error FROM pg_hba_file_rules WHERE error NOT LIKE 'hostssl record cannot match%'`,
      );
      if (wrong) throw new Error(`PostgreSQL does not understand pg_hba.conf: ${wrong.error}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    },
    log: () => readFile(join(place.folder, 'server.log'), 'utf8'),
    async stop() {
      await stopServer(place, binaries, pid);
      await rm(place.folder, { recursive: true, force: true });
      await rm(parent, { recursive: true, force: true });
    },
  };
}

/** Runs SQL on a connection of its own. */
export async function runOn<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** The programs of such a server, for that user. */
export async function serverPrograms(runAs: Parameters<typeof prepareBinaries>[0]): Promise<Binaries> {
  const folder = process.env.TEST_POSTGRES_BIN;
  if (folder === undefined || folder === '') return prepareBinaries(runAs);
  const [initdb, postgres, pgCtl] = ['initdb', 'postgres', 'pg_ctl'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const { stdout } = await promisify(execFile)(postgres, ['--version']);
  return { initdb, postgres, pgCtl, version: /\(PostgreSQL\) (\S+)/.exec(stdout)?.[1] ?? '' };
}
