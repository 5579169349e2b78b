import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CouldNotLint, INSTALL } from './sql.js';

/** What squawk says of a line of SQL. */
export interface SquawkFinding {
  /** `0.sql` for the first of the texts. */
  readonly file: string;
  readonly rule: string;
  /** From 0. */
  readonly line: number;
  readonly message: string;
  readonly help: string | undefined;
}

/** Its rules that are not asked, each with the reason. */
export const NOT_ASKED: Readonly<Record<string, string>> = {
  'require-lock-timeout': 'The runner sets one for every migration.',
  'require-statement-timeout': 'The runner sets one for every migration.',
  'prefer-robust-stmts':
    'IF NOT EXISTS keeps whatever is there, an invalid index too; transactions and the runner clean up.',
  'prefer-bigint-over-int': 'Types of columns are chosen in src/columns/, with their bounds.',
  'prefer-bigint-over-smallint': 'Types of columns are chosen in src/columns/, with their bounds.',
  'prefer-text-field': 'Types of columns are chosen in src/columns/.',
  'prefer-timestamp-tz': 'Types of columns are chosen in src/columns/.',
  'prefer-identity':
    'Types of columns are chosen in src/columns/; add-column-rewrite finds what a serial does to a full table.',
  'ban-char-field': 'Types of columns are chosen in src/columns/.',
};

/** Where the binary is. @throws CouldNotLint when squawk-cli is not installed, or not for this platform. */
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
 * Runs squawk on the SQL of migrations, all at once.
 *
 * @param inTransaction whether each of them runs in one
 * @returns what it says of each text, in their order
 * @throws CouldNotLint when it cannot be started, fails, or prints what is not a list of findings
 */
export async function runSquawk(
  texts: readonly string[],
  inTransaction: boolean,
  binary: string,
): Promise<SquawkFinding[][]> {
  if (texts.length === 0) return [];
  // Readable for nobody else. In files, since on standard input each text would need a process of its own.
  const folder = await mkdtemp(join(tmpdir(), 'shared-db-lint-'));
  try {
    const files = texts.map((_, place) => `${place}.sql`);
    for (const [place, file] of files.entries())
      await writeFile(join(folder, file), texts[place] ?? '', { mode: 0o600 });
    const findings = await run(binary, folder, [
      // The configuration file of the folder that somebody happens to be in is not ours.
      ...['--config', devNull, '--reporter', 'json', `--exclude=${Object.keys(NOT_ASKED).join(',')}`],
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
  // 1 is what it says of findings, and of errors that it does not survive.
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
