import { withClient } from '../connection/client.js';
import { sqlStateOf } from '../connection/errors.js';
import { libpqEnvironment } from '../connection/libpq.js';
import { dumpWithoutUnknownOptions } from '../schema/options.js';
import type { BackupContext } from './server.js';
import { runTool, type Tool } from './tool.js';

/** An archive of pg_dump and the empty database that it is restored into. */
export interface Restoring {
  readonly context: BackupContext;
  /** pg_restore */
  readonly tool: Tool;
  readonly name: string;
  readonly file: string;
  /** On another server, whose owner of the tables is the role that restores. */
  readonly elsewhere: boolean;
}

type Section = 'pre-data' | 'data' | 'post-data';

/**
 * Restores an archive. Options that a server keeps for itself, and that pg_dump wrote down as if somebody had set them, are left
 * out: PostgreSQL would refuse the whole table because of them.
 *
 * @returns what went wrong, without values of rows; undefined when all went well
 */
export async function restoreArchive(
  restoring: Restoring,
  onLine: (line: string) => void,
): Promise<string | undefined> {
  const [before, after] = [await sqlOf(restoring, 'pre-data'), await sqlOf(restoring, 'post-data')];
  const isPlain = [before, after].every((sql) => dumpWithoutUnknownOptions(sql) === sql);
  if (isPlain) return restoreSections(restoring, [], onLine);
  return (
    (await execute(restoring, before)) ??
    (await restoreSections(restoring, ['--section=data'], onLine)) ??
    (await execute(restoring, after))
  );
}

function restoreSections(
  { context, tool, name, file, elsewhere }: Restoring,
  sections: readonly string[],
  onLine: (line: string) => void,
): Promise<string | undefined> {
  return runTool(tool, {
    args: [
      '--verbose',
      '--no-password',
      ...sections,
      ...ownership(elsewhere),
      `--dbname=dbname='${name.replaceAll(/['\\]/g, '\\$&')}'`,
      file,
    ],
    env: libpqEnvironment(context.url, name),
    signal: context.signal,
    onLine,
  });
}

/** The statements of a section. What pg_restore cannot read it says again when it restores. */
async function sqlOf({ context, tool, name, file, elsewhere }: Restoring, section: Section): Promise<string> {
  let sql = '';
  await runTool(tool, {
    args: [`--section=${section}`, '--file=-', ...ownership(elsewhere), file],
    env: libpqEnvironment(context.url, name),
    signal: context.signal,
    onLine: () => undefined,
    onOutput: (text) => (sql += text),
  });
  return sql;
}

async function execute({ context, name }: Restoring, sql: string): Promise<string | undefined> {
  // \restrict and \unrestrict are for psql.
  const statements = dumpWithoutUnknownOptions(sql).replaceAll(/^\\(?:un)?restrict .*$/gm, '');
  try {
    const options = { database: name, signal: context.signal, applicationName: 'shared-db backup' };
    await withClient(context.url, options, (client) => client.query(statements));
    return undefined;
  } catch (error) {
    const state = sqlStateOf(error);
    if (state === undefined) throw error;
    return `a statement of its schema fails with SQLSTATE ${state}`;
  }
}

function ownership(elsewhere: boolean): string[] {
  return elsewhere ? ['--no-owner'] : [];
}
