import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { withClient } from '../connection/client.js';
import { parseDatabaseUrl } from '../connection/database-url.js';
import { libpqEnvironment } from '../connection/libpq.js';
import { DEFAULT_SCHEMA } from '../connection/schema-name.js';
import { SCHEMA } from '../schema/schema-placeholder.js';
import { createStatement } from './database-level.js';
import { BackupError } from './errors.js';
import { readFingerprint, type Fingerprint } from './fingerprint.js';
import { assertDumpIntact, checksumOf, synced, type DumpFile, type Manifest } from './manifest.js';
import { onServer, ONE_MOMENT, queryOf, readable, type BackupContext } from './server.js';
import { assertSpaceIn, megabytes } from './space.js';
import { restoreArchive, type Restoring } from './restore-archive.js';
import { findTool, majorOf, runTool, type Tool } from './tool.js';

const FILE = 'database.dump';

/** Between two lines that say how far it is, in milliseconds. */
const PROGRESS_EVERY = 5_000;

/** How long pg_dump waits behind a migration or another ALTER TABLE. */
const LOCK_WAIT = '--lock-wait-timeout=60s';

// Heap and out-of-line values, without indexes: what is written is compressed, and so less.
const DUMPED = `
SELECT coalesce(sum(pg_table_size(oid)), 0)::text AS bytes, count(*)::int AS tables,
  (SELECT string_agg(indexrelid::regclass::text, ', ') FROM pg_index WHERE NOT indisvalid AND indrelid >= 16384) AS invalid
FROM pg_class WHERE relkind = 'r' AND oid >= 16384`;

/**
 * Dumps the database of the context with pg_dump, in custom format, into `database.dump` of a folder, and takes the
 * fingerprint of the very same moment: others may go on writing. Only where a sequence stands belongs to no moment; one that
 * moves meanwhile is found to differ when the backup is proved.
 *
 * @throws BackupToolError, BackupError
 */
export async function dumpDatabase(
  context: BackupContext,
  server: string,
  folder: string,
): Promise<{ dump: DumpFile; fingerprint: Fingerprint }> {
  const tool = await findTool('pg_dump', server, context.pgBin);
  const { url, signal, note } = context;
  return withClient(url, { signal, readOnly: true, applicationName: 'shared-db backup' }, async (client) => {
    await client.query(ONE_MOMENT);
    const tables = await assertDumpable(client, folder);
    note(`backing up with pg_dump ${tool.version}, ${tables} tables`);
    const { rows } = await client.query<{ snapshot: string }>('SELECT pg_export_snapshot() AS snapshot');
    const stop = new AbortController();
    const dumping = runDump(
      { ...context, signal: either(signal, stop.signal) },
      tool,
      folder,
      rows[0]?.snapshot ?? '',
      tables,
    );
    try {
      const [fingerprint, dump] = await Promise.all([
        readable(() => readFingerprint(queryOf(client), context.schema)),
        dumping,
      ]);
      return { fingerprint, dump };
    } catch (error) {
      // One of the two failed: pg_dump must not outlive us.
      stop.abort(error);
      await dumping.catch(() => undefined);
      throw error;
    }
  });
}

/**
 * Makes a new database of a dump, with everything but what the server keeps for it.
 *
 * @param elsewhere on another server, whose owner of the tables is whoever restores
 */
export async function restoreDump(
  context: BackupContext,
  folder: string,
  manifest: Pick<Manifest, 'fingerprint' | 'server'> & { readonly dump: DumpFile },
  name: string,
  { elsewhere = false } = {},
): Promise<void> {
  const { dump, fingerprint, server } = manifest;
  await assertDumpIntact(folder, dump);
  const tool = await findTool('pg_restore', majorOf(dump.tool) > majorOf(server) ? dump.tool : server, context.pgBin);
  context.note(`restoring into the new database ${name} with pg_restore ${tool.version}`);
  await createEmpty(context, name, fingerprint);
  const restoring: Restoring = { context, tool, name, file: join(folder, dump.file), elsewhere };
  const onLine = progress(context, 'pg_restore', /processing data for table/, Object.keys(fingerprint.tables).length);
  const complaint = await restoreArchive(restoring, onLine);
  if (complaint !== undefined) throw new BackupError(`The backup in ${folder} cannot be restored: ${complaint}.`);
}

async function assertDumpable(client: Client, folder: string): Promise<number> {
  const { rows } = await client.query<{ bytes: string; tables: number; invalid: string | null }>(DUMPED);
  const { bytes = '0', tables = 0, invalid = null } = rows[0] ?? {};
  if (invalid !== null) {
    throw new BackupError(
      `Invalid indexes, which pg_dump leaves out: ${invalid}. REINDEX INDEX CONCURRENTLY or drop them first, lest the restored database lack them.`,
    );
  }
  await assertSpaceIn(folder, Number(bytes));
  return tables;
}

async function runDump(
  context: BackupContext,
  tool: Tool,
  folder: string,
  snapshot: string,
  tables: number,
): Promise<DumpFile> {
  const path = join(folder, FILE);
  // Made before pg_dump would: it takes the usual rights of new files, which others may read.
  await (await open(path, 'wx', 0o600)).close();
  const complaint = await runTool(tool, {
    args: ['--format=custom', '--verbose', '--no-password', LOCK_WAIT, `--snapshot=${snapshot}`, `--file=${path}`],
    env: libpqEnvironment(context.url),
    signal: context.signal,
    onLine: progress(context, 'pg_dump', /dumping contents of table/, tables),
  });
  if (complaint !== undefined) {
    const { database } = parseDatabaseUrl(context.url);
    throw new BackupError(
      complaint.includes('No space left on device')
        ? `The disk of ${folder} is full: the backup of ${database} was not finished and is removed. Make room, or give another --backup-dir.`
        : `pg_dump ${tool.version} could not back up ${database}: ${complaint}.`,
    );
  }
  await synced(path);
  const { size } = await stat(path);
  context.note(`pg_dump wrote ${megabytes(size)}`);
  return { file: FILE, bytes: size, sha256: await checksumOf(path), tool: tool.version };
}

/** A database with what every new one has, and PostgreSQL's schema `public` only where the backed up one had it. */
async function createEmpty(context: BackupContext, name: string, fingerprint: Fingerprint): Promise<void> {
  await onServer(context, (client) => client.query(createStatement(name, fingerprint)));
  const { objects, schema } = fingerprint.catalog;
  if (objects[`schema ${schema === DEFAULT_SCHEMA ? SCHEMA : DEFAULT_SCHEMA}`] !== undefined) return;
  await withClient(context.url, { database: name, applicationName: 'shared-db backup' }, (client) =>
    client.query(`DROP SCHEMA ${DEFAULT_SCHEMA}`),
  );
}

function progress({ note }: BackupContext, name: string, sign: RegExp, total: number): (line: string) => void {
  let [count, said] = [0, Date.now()];
  return (line) => {
    if (!sign.test(line)) return;
    count += 1;
    if (Date.now() - said < PROGRESS_EVERY) return;
    said = Date.now();
    note(`${name}: table ${count} of ${total}`);
  };
}

function either(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((signal) => signal !== undefined));
}
