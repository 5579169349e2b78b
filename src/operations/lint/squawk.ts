import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CouldNotLint, INSTALL } from './sql.js';
import { packageRequire } from '../../package.js';

/** A finding of squawk. */
export interface SquawkFinding {
  /** `0.sql` for the first of the texts. */
  readonly file: string;
  readonly rule: string;
  /** From 0. */
  readonly line: number;
  readonly message: string;
  readonly help: string | undefined;
}

const COLUMN_TYPES = 'The decorators in src/columns/ choose the types of columns and their bounds.';

/** The rules of squawk that are turned off, each with the reason. */
export const TURNED_OFF: Readonly<Record<string, string>> = {
  'require-lock-timeout': 'The migrator sets a lock timeout for every migration.',
  'require-statement-timeout': 'The migrator sets a statement timeout for every migration.',
  'prefer-robust-stmts': 'IF NOT EXISTS keeps whatever object has that name, even an invalid index.',
  'prefer-bigint-over-int': COLUMN_TYPES,
  'prefer-bigint-over-smallint': COLUMN_TYPES,
  'prefer-text-field': COLUMN_TYPES,
  'prefer-timestamp-tz': COLUMN_TYPES,
  'ban-char-field': COLUMN_TYPES,
  'adding-required-field': 'See add-required-column: squawk also reports serial columns, which have a default.',
  'adding-not-nullable-field': 'See set-not-null: squawk accepts any CHECK that mentions the column.',
  'adding-foreign-key-constraint': 'See add-foreign-key: squawk also reports new columns that are null in every row.',
  'constraint-missing-not-valid': 'See add-check: squawk does not report a CHECK that is added with its column.',
  'ban-concurrent-index-creation-in-transaction': 'See concurrently-in-transaction: squawk misses other commands.',
  'require-concurrent-reindex': 'See rewrite-table: squawk does not report CLUSTER, VACUUM FULL and REFRESH.',
  'ban-drop-column': 'See drop-column and replace-column: squawk does not tell one from the other.',
  'ban-drop-table': 'See drop-table: squawk does not report foreign tables.',
  'ban-drop-database': 'See drop-schema: squawk does not report schemas.',
  'ban-truncate-cascade': 'See truncate: squawk does not report TRUNCATE without CASCADE.',
  'renaming-table': 'See rename-object: squawk does not report views, types and schemas.',
  'renaming-column': 'See rename-column: squawk does not report columns of views and attributes of types.',
  'transaction-nesting': 'See transaction-control.',
  'ban-uncommitted-transaction': 'See transaction-control: squawk does not report a transaction that is committed.',
};

/**
 * Returns the path of the binary.
 *
 * @throws CouldNotLint when squawk-cli is not installed, or not for this platform
 */
export function findSquawk(): string {
  try {
    const { getBinaryPath } = packageRequire('squawk-cli/js/index.js') as {
      getBinaryPath: () => string;
    };
    return getBinaryPath();
  } catch {
    throw new CouldNotLint(`squawk is not installed for ${process.platform}-${process.arch}: ${INSTALL}`);
  }
}

/**
 * Runs squawk once on the SQL of several migrations.
 *
 * @param inTransaction whether each migration runs in a transaction
 * @returns the findings for each text, in the order of the texts
 * @throws CouldNotLint when squawk cannot be started, fails, or prints something other than a list of findings
 */
export async function runSquawk(
  texts: readonly string[],
  inTransaction: boolean,
  binary: string,
): Promise<SquawkFinding[][]> {
  if (texts.length === 0) return [];
  // The texts are in files that only this user can read: on standard input, each text would need a process of its own.
  const folder = await mkdtemp(join(tmpdir(), 'shared-db-lint-'));
  try {
    const files = texts.map((_, place) => `${place}.sql`);
    for (const [place, file] of files.entries())
      await writeFile(join(folder, file), texts[place] ?? '', { mode: 0o600 });
    const findings = await run(binary, folder, [
      // Without --config, squawk would read the configuration file of the working directory.
      ...['--config', devNull, '--reporter', 'json', `--exclude=${Object.keys(TURNED_OFF).join(',')}`],
      ...(inTransaction ? ['--assume-in-transaction'] : []),
      ...files,
    ]);
    return files.map((file) => findings.filter((finding) => finding.file === file));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(binary: string, folder: string, args: string[]): Promise<SquawkFinding[]> {
  const { status, printed } = await start(binary, folder, args);
  // squawk ends with 1 when it has findings, and also after some errors.
  if (status !== 0 && status !== 1) throw new CouldNotLint(`squawk ended with ${status}; it must end with 0 or 1.`);
  const findings = toFindings(printed);
  if (findings === undefined || (status === 1) !== findings.length > 0) {
    throw new CouldNotLint(`squawk printed something other than its findings: install the tested version, ${INSTALL}`);
  }
  return findings;
}

function start(binary: string, cwd: string, args: string[]): Promise<{ status: number | string; printed: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, { cwd, stdio: ['ignore', 'pipe', 'ignore'] });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (printed += part));
    child.once('error', ({ code = 'an error' }: NodeJS.ErrnoException) => {
      reject(new CouldNotLint(`squawk cannot be started (${code}): ${INSTALL}`));
    });
    child.once('close', (status, signal) => {
      resolve({ status: status ?? signal ?? 'nothing', printed });
    });
  });
}

function toFindings(printed: string): SquawkFinding[] | undefined {
  let list: unknown;
  try {
    list = JSON.parse(printed);
  } catch {
    return undefined;
  }
  if (!Array.isArray(list)) return undefined;
  const findings = list.map((item: Readonly<Record<string, unknown>> | null) => {
    const { file, rule_name: rule, line, message, help } = item ?? {};
    if (typeof file !== 'string' || typeof rule !== 'string' || typeof line !== 'number' || typeof message !== 'string')
      return undefined;
    return { file, rule, line, message, help: typeof help === 'string' ? help : undefined };
  });
  return findings.every((finding) => finding !== undefined) ? findings : undefined;
}
