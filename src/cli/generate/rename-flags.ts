import { isRenamable, renameCandidates, tablesWithRename, type ColumnRename } from '../../generator/renames.js';
import type { Snapshot } from '../../schema/snapshot.js';
import { ask, isInteractive } from '../confirmation.js';
import { output } from '../output.js';
import { GenerateError } from './generate-error.js';

/**
 * The columns that are renamed: those of `--rename`, and at a terminal those that its user says are. All others are dropped and
 * added, which is said.
 *
 * @param flags `posts.content:body`, or `content:body` where only one table fits
 * @throws GenerateError when a flag names what is not dropped and added
 */
export async function chooseRenames(
  flags: readonly string[],
  is: Snapshot,
  shouldBe: Snapshot,
): Promise<ColumnRename[]> {
  const renames = flags.map((flag) => renameOf(flag, is, shouldBe));
  const double = renames.find((a, place) => renames.slice(0, place).some((b) => shares(a, b)));
  if (double) throw new GenerateError(`--rename ${textOf(double)}: one of its columns is in another --rename too.`);
  for (const candidate of renameCandidates(is, shouldBe)) {
    if (renames.some((rename) => shares(rename, candidate))) continue;
    if (await isConfirmed(candidate)) renames.push(candidate);
  }
  return renames;
}

function renameOf(flag: string, is: Snapshot, shouldBe: Snapshot): ColumnRename {
  const [, table, from = '', to = ''] = /^(?:([^.:]+)\.)?([^.:]+):(?:\1\.)?([^.:]+)$/.exec(flag) ?? [];
  if (from === '') throw new GenerateError(`--rename ${flag}: write it as table.old:new, with names of columns.`);
  const fitting = tablesWithRename(from, to, is, shouldBe);
  if (table === undefined && fitting.length > 1) {
    throw new GenerateError(
      `--rename ${flag} fits several tables: write ${fitting.map((name) => `${name}.${flag}`).join(' or ')}.`,
    );
  }
  const rename = { table: table ?? fitting[0] ?? '', from, to };
  if (isRenamable(rename, is, shouldBe)) return rename;
  throw new GenerateError(
    `--rename ${flag}: there is no table that has ${from} and whose entity has ${to} in its place; give names of columns, not of properties.`,
  );
}

async function isConfirmed(candidate: ColumnRename): Promise<boolean> {
  const { table, from, to } = candidate;
  if (!isInteractive()) {
    output.note(
      `${table}.${from} is dropped and ${to} added. If that is one column renamed, say so: --rename ${textOf(candidate)}`,
    );
    return false;
  }
  const answer = await ask(
    `Table ${table}: is ${to} the column ${from} under a new name? Otherwise ${from} is dropped. [y/N] `,
  );
  if (answer === undefined) throw new GenerateError('Nothing is written: the question was not answered.');
  return /^y(es)?$/i.test(answer.trim());
}

function shares(a: ColumnRename, b: ColumnRename): boolean {
  return a.table === b.table && (a.from === b.from || a.to === b.to);
}

function textOf({ table, from, to }: ColumnRename): string {
  return `${table}.${from}:${to}`;
}
