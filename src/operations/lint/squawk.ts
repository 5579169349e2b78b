import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CouldNotLint, INSTALL } from './sql.js';

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
  'prefer-robust-stmts':
    'IF NOT EXISTS keeps an object that exists already, even an invalid index; the transaction and the migrator clean up.',
  'prefer-bigint-over-int': COLUMN_TYPES,
  'prefer-bigint-over-smallint': COLUMN_TYPES,
  'prefer-text-field': COLUMN_TYPES,
  'prefer-timestamp-tz': COLUMN_TYPES,
  'ban-char-field': COLUMN_TYPES,
  'adding-required-field': 'add-required-column detects it; squawk also reports serial columns, which have a default.',
  'adding-not-nullable-field': 'set-not-null detects it; squawk accepts any CHECK that mentions the column.',
  'adding-foreign-key-constraint':
    'add-foreign-key detects it; squawk also reports new nullable columns, for which PostgreSQL checks no row.',
  'constraint-missing-not-valid':
    'add-foreign-key, add-check, add-exclusion, set-not-null and validate-with-add detect it, and say which constraint it is.',
  'ban-concurrent-index-creation-in-transaction':
    'concurrently-in-transaction detects it; squawk is silent when the transaction is assumed.',
  'require-concurrent-reindex': 'rewrite-table detects it, and CLUSTER, VACUUM FULL and REFRESH as well.',
  'ban-drop-column': 'drop-column and replace-column detect it, and tell a dropped column from a replaced one.',
  'ban-drop-table': 'drop-table detects it, and foreign tables as well.',
  'ban-drop-database': 'drop-schema detects it, and schemas as well.',
  'ban-truncate-cascade': 'truncate detects it, and TRUNCATE without CASCADE as well.',
  'renaming-table': 'rename-object detects it, and views, types and schemas as well.',
  'renaming-column': 'rename-column detects it, and columns of views and attributes of types as well.',
  'transaction-nesting': 'transaction-control detects it.',
  'ban-uncommitted-transaction': 'transaction-control detects it, and transactions that are committed as well.',
};

/**
 * Returns the path of the binary.
 *
 * @throws CouldNotLint when squawk-cli is not installed, or not for this platform
 */
export function findSquawk(): string {
  try {
    const { getBinaryPath } = createRequire(import.meta.url)('squawk-cli/js/index.js') as {
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
