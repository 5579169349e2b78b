import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Client, escapeIdentifier, escapeLiteral } from 'pg';
import { withClient } from '../../connection/client.js';
import { parseDatabaseUrl } from '../../connection/database-url.js';
import { DEFAULT_SCHEMA } from '../../connection/session-settings.js';
import { getSqlState } from '../../errors/translate.js';
import { diff } from '../catalog/diff.js';
import { removeUnknownOptionsFromDump } from '../catalog/documented-options.js';
import { SCHEMA } from '../catalog/schema-placeholder.js';
import { readSnapshot } from '../catalog/snapshot.js';
import { type Fingerprint, readFingerprint } from './fingerprint.js';
import {
  assertDumpIntact,
  BackupError,
  computeChecksum,
  type DumpFile,
  type Manifest,
  writeSynced,
} from './manifest.js';
import {
  assertSpaceIn,
  type BackupContext,
  formatMegabytes,
  BEGIN_SNAPSHOT,
  onServer,
  createQuery,
  translateMissingPrivilege,
} from './server.js';
import { findTool, createLibpqEnvironment, getMajorVersion, runTool, type Tool } from './tool.js';

/** Settings of the database and of roles in it, and rights on it. Neither pg_dump nor CREATE DATABASE … TEMPLATE copies them. */
const KEPT_BY_SERVER = /^(setting .* of (DATABASE|ROLE .* IN DATABASE) |(grant|revoked) \S+ ON DATABASE )/;

/** Returns SQL for an empty database with the encoding and locale of the fingerprint. Uses template0, so it has nothing of template1. */
function createStatement(name: string, { catalog, database }: Fingerprint): string {
  const [provider, collate = 'C', ctype = 'C', locale] = (database.locale ?? '').split('|');
  const encoding = catalog.objects['database $database']?.facts.encoding ?? 'UTF8';
  const by = provider === 'i' ? 'icu' : provider === 'b' ? 'builtin' : 'libc';
  return [
    `CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE template0 ENCODING ${escapeLiteral(encoding)}`,
    `LC_COLLATE ${escapeLiteral(collate)} LC_CTYPE ${escapeLiteral(ctype)} LOCALE_PROVIDER ${by}`,
    ...(by === 'libc' || locale === undefined ? [] : [`${by.toUpperCase()}_LOCALE ${escapeLiteral(locale)}`]),
  ].join(' ');
}

/**
 * Restores what neither a dump nor a copy contains: settings of the database, rights on it, its comment, connection limit and owner.
 * Skips what this role is not allowed to set; the comparison that follows reports it.
 */
export async function restoreDatabaseLevel(
  context: BackupContext,
  name: string,
  fingerprint: Fingerprint,
): Promise<void> {
  await withClient(context.url, { database: name, applicationName: 'shared-db backup' }, async (client) => {
    await client.query('BEGIN');
    const differences = diff(
      fingerprint.catalog,
      await readSnapshot(createQuery(client), fingerprint.catalog.schema, 'database'),
    );
    await client.query('COMMIT');
    const repairs = differences.flatMap(({ object, repair }) =>
      repair !== undefined && KEPT_BY_SERVER.test(object) ? [repair] : [],
    );
    for (const sql of [...listDatabaseStatements(escapeIdentifier(name), fingerprint), ...repairs]) {
      await client.query(sql).catch(ignoreForbidden);
    }
  });
}

function listDatabaseStatements(name: string, { database }: Fingerprint): string[] {
  const { owner, comment, 'connection limit': limit } = database;
  return [
    ...(limit === undefined ? [] : [`ALTER DATABASE ${name} CONNECTION LIMIT ${Number(limit)}`]),
    ...(comment === undefined ? [] : [`COMMENT ON DATABASE ${name} IS ${escapeLiteral(comment)}`]),
    ...(owner === undefined ? [] : [`ALTER DATABASE ${name} OWNER TO ${escapeIdentifier(owner)}`]),
  ];
}

/** Rethrows all errors but two: the role has no privilege, or the server lacks a role. */
function ignoreForbidden(error: unknown): void {
  if (!['42501', '42704'].includes((error as { code: string }).code)) throw error;
}

/** An archive of pg_dump, and the empty database that receives its content. */
interface RestoreTask {
  readonly context: BackupContext;
  /** pg_restore */
  readonly tool: Tool;
  readonly name: string;
  readonly file: string;
  /** The target is another server, where the restoring role becomes owner of the tables. */
  readonly elsewhere: boolean;
}

type Section = 'pre-data' | 'data' | 'post-data';

/**
 * Restores an archive. Leaves out undocumented options, which some builds of PostgreSQL store and pg_dump writes: other servers
 * refuse to create the table because of them.
 *
 * @returns the error, without values of rows; undefined after success
 */
async function restoreArchive(task: RestoreTask, onLine: (line: string) => void): Promise<string | undefined> {
  const [before, after] = [await readArchiveSql(task, 'pre-data'), await readArchiveSql(task, 'post-data')];
  const isPlain = [before, after].every((sql) => removeUnknownOptionsFromDump(sql) === sql);
  if (isPlain) return restoreSections(task, [], onLine);
  return (
    (await execute(task, before)) ??
    (await restoreSections(task, ['--section=data'], onLine)) ??
    (await execute(task, after))
  );
}

function restoreSections(
  { context, tool, name, file, elsewhere }: RestoreTask,
  sections: readonly string[],
  onLine: (line: string) => void,
): Promise<string | undefined> {
  return runTool(tool, {
    args: [
      '--verbose',
      '--no-password',
      ...sections,
      ...readOwnership(elsewhere),
      `--dbname=dbname='${name.replaceAll(/['\\]/g, '\\$&')}'`,
      file,
    ],
    env: createLibpqEnvironment(context.url, name),
    signal: context.signal,
    onLine,
  });
}

/** Returns the statements of a section. Ignores errors of pg_restore, because the restore itself reports them again. */
async function readArchiveSql(
  { context, tool, name, file, elsewhere }: RestoreTask,
  section: Section,
): Promise<string> {
  let sql = '';
  await runTool(tool, {
    args: [`--section=${section}`, '--file=-', ...readOwnership(elsewhere), file],
    env: createLibpqEnvironment(context.url, name),
    signal: context.signal,
    onLine: () => undefined,
    onOutput: (text) => (sql += text),
  });
  return sql;
}

async function execute({ context, name }: RestoreTask, sql: string): Promise<string | undefined> {
  // The server does not know \restrict and \unrestrict: they are commands of psql.
  const statements = removeUnknownOptionsFromDump(sql).replaceAll(/^\\(?:un)?restrict .*$/gm, '');
  try {
    const options = { database: name, signal: context.signal, applicationName: 'shared-db backup' };
    await withClient(context.url, options, (client) => client.query(statements));
    return undefined;
  } catch (error) {
    const state = getSqlState(error);
    if (state === undefined) throw error;
    return `a statement of its schema fails with SQLSTATE ${state}`;
  }
}

function readOwnership(elsewhere: boolean): string[] {
  return elsewhere ? ['--no-owner'] : [];
}

const FILE = 'database.dump';

/** Milliseconds between two lines of progress. */
const PROGRESS_INTERVAL_MS = 5_000;

/** How long pg_dump waits for the lock of a migration or another ALTER TABLE. */
const LOCK_WAIT = '--lock-wait-timeout=60s';

// The size of the rows without indexes. An upper limit: the archive is compressed.
const DUMP_SIZE_SQL = `
SELECT coalesce(sum(pg_table_size(oid)), 0)::text AS bytes, count(*)::int AS tables,
  (SELECT string_agg(indexrelid::regclass::text, ', ') FROM pg_index WHERE NOT indisvalid AND indrelid >= 16384) AS invalid
FROM pg_class WHERE relkind = 'r' AND oid >= 16384`;

/**
 * Dumps the database of the context with pg_dump, in custom format, into `database.dump` of a folder, and reads the fingerprint of
 * the same database snapshot, while other sessions can write. Snapshots do not cover sequences: a sequence that advances meanwhile
 * makes `verifyBackup` fail.
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
    await client.query(BEGIN_SNAPSHOT);
    const tables = await assertDumpable(client, folder);
    note(`backing up with pg_dump ${tool.version}, ${tables} tables`);
    const { rows } = await client.query<{ snapshot: string }>('SELECT pg_export_snapshot() AS snapshot');
    const stop = new AbortController();
    const dumping = runDump(
      { ...context, signal: waitForEither(signal, stop.signal) },
      tool,
      folder,
      rows[0]?.snapshot ?? '',
      tables,
    );
    try {
      const [fingerprint, dump] = await Promise.all([
        translateMissingPrivilege(() => readFingerprint(createQuery(client), context.schema)),
        dumping,
      ]);
      return { fingerprint, dump };
    } catch (error) {
      // Stops pg_dump when the fingerprint failed.
      stop.abort(error);
      await dumping.catch(() => undefined);
      throw error;
    }
  });
}

/**
 * Creates a database from a dump. What a dump does not contain is left to `restoreDatabaseLevel`.
 *
 * @param elsewhere true on another server, where the restoring role owns the tables
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
  const tool = await findTool(
    'pg_restore',
    getMajorVersion(dump.tool) > getMajorVersion(server) ? dump.tool : server,
    context.pgBin,
  );
  context.note(`restoring into the new database ${name} with pg_restore ${tool.version}`);
  await createEmpty(context, name, fingerprint);
  const task: RestoreTask = { context, tool, name, file: join(folder, dump.file), elsewhere };
  const onLine = reportProgress(
    context,
    'pg_restore',
    /processing data for table/,
    Object.keys(fingerprint.tables).length,
  );
  const reason = await restoreArchive(task, onLine);
  if (reason !== undefined) throw new BackupError(`The backup in ${folder} cannot be restored: ${reason}.`);
}

async function assertDumpable(client: Client, folder: string): Promise<number> {
  const { rows } = await client.query<{ bytes: string; tables: number; invalid: string | null }>(DUMP_SIZE_SQL);
  const { bytes = '0', tables = 0, invalid = null } = rows[0] ?? {};
  if (invalid !== null) {
    throw new BackupError(
      `The database has invalid indexes, which pg_dump leaves out: ${invalid}. Repair them with REINDEX INDEX CONCURRENTLY, or drop them.`,
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
  // Creates the file first, because a file created by pg_dump can be readable by other users.
  await (await open(path, 'wx', 0o600)).close();
  const reason = await runTool(tool, {
    args: ['--format=custom', '--verbose', '--no-password', LOCK_WAIT, `--snapshot=${snapshot}`, `--file=${path}`],
    env: createLibpqEnvironment(context.url),
    signal: context.signal,
    onLine: reportProgress(context, 'pg_dump', /dumping contents of table/, tables),
  });
  if (reason !== undefined) {
    const { database } = parseDatabaseUrl(context.url);
    throw new BackupError(
      reason.includes('No space left on device')
        ? `The disk of ${folder} is full. The incomplete backup of ${database} was removed. Free disk space, or give another --backup-dir.`
        : `pg_dump ${tool.version} could not back up ${database}: ${reason}.`,
    );
  }
  await writeSynced(path);
  const { size } = await stat(path);
  context.note(`pg_dump wrote ${formatMegabytes(size)}`);
  return { file: FILE, bytes: size, sha256: await computeChecksum(path), tool: tool.version };
}

/** Creates an empty database, without the schema `public` when the original had none. */
async function createEmpty(context: BackupContext, name: string, fingerprint: Fingerprint): Promise<void> {
  await onServer(context, (client) => client.query(createStatement(name, fingerprint)));
  const { objects, schema } = fingerprint.catalog;
  if (objects[`schema ${schema === DEFAULT_SCHEMA ? SCHEMA : DEFAULT_SCHEMA}`] !== undefined) return;
  await withClient(context.url, { database: name, applicationName: 'shared-db backup' }, (client) =>
    client.query(`DROP SCHEMA ${DEFAULT_SCHEMA}`),
  );
}

function reportProgress({ note }: BackupContext, name: string, sign: RegExp, total: number): (line: string) => void {
  let [count, lastNote] = [0, Date.now()];
  return (line) => {
    if (!sign.test(line)) return;
    count += 1;
    if (Date.now() - lastNote < PROGRESS_INTERVAL_MS) return;
    lastNote = Date.now();
    note(`${name}: table ${count} of ${total}`);
  };
}

function waitForEither(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((signal) => signal !== undefined));
}
