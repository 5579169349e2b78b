import type { DryRunMigration, DryRunStatement, DryRunTable } from '../migrator/dry-run.js';

/** `migration:run --dry-run` in plain text. */
export function dryRunLines(migrations: readonly DryRunMigration[]): string[] {
  if (migrations.length === 0) return ['Nothing to do: every migration is applied.'];
  const listed = migrations.filter(({ onlyListed }) => onlyListed !== null).length;
  const ran = migrations.length - listed;
  return [
    ...migrations.flatMap((migration) => [...linesOf(migration), '']),
    `${ran} run and rolled back, ${listed} only listed. Nothing was changed.`,
  ];
}

function linesOf({ name, ms, onlyListed, statements, tables }: DryRunMigration): string[] {
  return [
    onlyListed === null ? `${name}: ${ms ?? 0} ms` : `${name}: not run, ${onlyListed}`,
    ...statements.flatMap(statementLines),
    ...tables.map(tableLine),
  ];
}

function statementLines({ sql, ms, locks, rewrites }: DryRunStatement): string[] {
  const remarks = [
    ...(ms === null ? [] : [`${ms} ms`]),
    ...locks.map(({ table, mode }) => `locks ${table}: ${mode}`),
    ...rewrites.map((table) => `rewrites ${table}`),
  ];
  const text = `${trimmed(sql)};`.split('\n').map((line) => `    ${line}`);
  return remarks.length === 0 ? text : [...text, `      -- ${remarks.join('; ')}`];
}

function tableLine({ table, lock, bytes, rows, rewritten }: DryRunTable): string {
  const size =
    bytes === null ? 'new' : `${sized(bytes)}${rows === null ? '' : `, about ${rows.toLocaleString('en')} rows`}`;
  return `  table ${table}: ${lock}, ${size}${rewritten ? ', rewritten' : ''}`;
}

/** Without the indentation of the source. */
function trimmed(sql: string): string {
  const lines = sql
    .replace(/^\s*\n/, '')
    .trimEnd()
    .split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const indent = Math.min(...indents);
  return lines.map((line) => line.slice(Number.isFinite(indent) ? indent : 0)).join('\n');
}

function sized(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes === 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${Math.round(bytes / 1024 ** power)} ${units[power] ?? ''}`;
}
