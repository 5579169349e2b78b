import { differencesOf } from '../backup/differences.js';
import { leavingOut, type Fingerprint } from '../backup/fingerprint.js';
import type { BackupContext } from '../backup/server.js';
import { addressOf } from '../connection/client-options.js';
import { connectionFailure } from '../connection/connection-failure.js';
import { describeAddress, parseDatabaseUrl } from '../connection/database-url.js';
import { migrationStatus } from '../migrator/status.js';
import { SchemaMissing } from '../connection/schema-name.js';
import { createDataSource } from '../data-source.js';
import { BOOKKEEPING_TABLES } from '../schema/bookkeeping.js';
import { diff } from '../schema/diff.js';
import { expectedIn } from '../schema/expected.js';
import { SCHEMA } from '../schema/schema-placeholder.js';
import type { Snapshot } from '../schema/snapshot.js';
import { withCopy, type Copy } from './copy.js';
import type { Rehearsal } from './report.js';
import type { MigrationClass } from './observe.js';
import { nameOf, Stage, type Problem } from './stage.js';

export interface RehearsalOptions {
  /** The database whose pending migrations are rehearsed. It is only read. */
  readonly source: BackupContext;
  /** Another server for the copy; its URL names any database there. Absent: the copy is next to the source. */
  readonly server?: string | undefined;
  /** Leave the copy. Default: it is dropped. */
  readonly keep?: boolean;
  /** What the catalog must be when all are applied. */
  readonly expected: Snapshot;
}

/**
 * Applies the pending migrations to a copy, compares the catalog with what it must be, takes them back, compares catalog and rows
 * with those before, and applies them again.
 *
 * @throws BackupError, ConnectionFailure when it cannot be rehearsed; migrations that fail are in the report.
 */
export async function rehearse(options: RehearsalOptions): Promise<Rehearsal> {
  const { source, server, keep = false } = options;
  const database = describeAddress(parseDatabaseUrl(source.url));
  const { pending, classes } = await pendingIn(source);
  const nothing = { database, pending, passed: true, problems: [], notReverted: null, migrations: [] };
  if (pending.length === 0) return nothing;
  const target = server === undefined ? source : { ...source, url: server };
  return withCopy(source, target, keep, async (copy) => {
    const stage = new Stage(target, copy, classes);
    const found = await performed(stage, copy, pending, options);
    const { name, engine } = copy;
    return {
      ...nothing,
      ...found,
      passed: found.problems.length === 0,
      copy: { database: name, engine, kept: keep },
      migrations: stage.reports,
    };
  });
}

interface Found {
  readonly problems: readonly string[];
  readonly notReverted: string | null;
}

async function performed(
  stage: Stage,
  copy: Copy,
  pending: readonly string[],
  options: RehearsalOptions,
): Promise<Found> {
  const { note } = options.source;
  note(`applying ${pending.length} ${pending.length === 1 ? 'migration' : 'migrations'}, one by one`);
  const failed = await stage.applyEach(pending);
  if (failed !== undefined) return { problems: [failed], notReverted: null };
  const after = stage.state;
  const now = await stage.snapshot();
  const problems = diff(expectedIn(options.expected, now), now).map(({ sentence }) => `after applying: ${sentence}`);
  const notReverted = stage.irreversible(pending);
  if (notReverted !== null) return { problems, notReverted };

  note('taking them back');
  if (add(problems, await stage.revertAll(pending))) return { problems, notReverted };
  problems.push(...told('after taking back', copy.fingerprint, await stage.fingerprint()));

  note('applying them again');
  if (add(problems, await stage.applyAll(pending))) return { problems, notReverted };
  const second = (await stage.fingerprint()).catalog;
  problems.push(...diff(after.catalog, second).map(({ sentence }) => `after applying again: ${sentence}`));
  return { problems, notReverted };
}

function add(problems: string[], problem: Problem): boolean {
  if (problem !== undefined) problems.push(problem);
  return problem !== undefined;
}

function told(when: string, was: Fingerprint, is: Fingerprint): string[] {
  // Written by the runner, not by migrations: it remembers what was tried, and so is not what it was.
  const bookkeeping = BOOKKEEPING_TABLES.map((table) => `${was.catalog.schema}.${table}`);
  const [before, after] = [leavingOut(was, bookkeeping), leavingOut(withoutNewSchema(is, was), bookkeeping)];
  // A sequence does not go back when what it numbered does.
  return differencesOf(before, after, { ignoreSequences: true }).map((sentence) => `${when}: ${sentence}`);
}

/** Where the runner made the schema, it leaves it when every migration is taken back. */
function withoutNewSchema(fingerprint: Fingerprint, before: Fingerprint): Fingerprint {
  const key = `schema ${SCHEMA}`;
  if (before.catalog.objects[key] !== undefined) return fingerprint;
  const objects = Object.entries(fingerprint.catalog.objects).filter(([name]) => name !== key);
  return { ...fingerprint, catalog: { ...fingerprint.catalog, objects: Object.fromEntries(objects) } };
}

/** Where there is no schema yet, all of them. */
async function pendingIn({
  url,
  schema,
}: BackupContext): Promise<{ pending: readonly string[]; classes: readonly MigrationClass[] }> {
  const dataSource = createDataSource({
    ...{ url, schema, purpose: 'migrate', connectRetryMs: 0 },
    ...{ poolSize: 1, applicationName: 'shared-db rehearsal' },
  });
  // Ours are always a list of classes.
  const classes = dataSource.options.migrations as MigrationClass[];
  try {
    await dataSource.initialize();
  } catch (error) {
    if (error instanceof SchemaMissing) return { pending: classes.map(nameOf), classes };
    throw connectionFailure(error, addressOf(dataSource));
  }
  try {
    return { pending: (await migrationStatus(dataSource)).pending, classes };
  } finally {
    await dataSource.destroy();
  }
}
