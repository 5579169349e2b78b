import type { MigrationReport, Rehearsal, RowChange } from '../../rehearsal/report.js';

/** The report for people: a table, what each migration did, and the verdict. */
export function reportLines(report: Rehearsal): string[] {
  if (report.copy === undefined) {
    return [`Nothing to rehearse: ${report.database} has every migration. Nothing was proved.`];
  }
  const { database, engine, kept } = report.copy;
  return [
    ...table([
      ['migration', 'up ms', 'back ms', 'again ms', 'rewritten', 'rows changed in'],
      ...report.migrations.map(cells),
    ]),
    ...report.migrations.flatMap(details),
    ...report.problems.map((problem) => `problem: ${problem}`),
    ...(report.notReverted === null
      ? []
      : [`not taken back, so that the way back is not proved: ${report.notReverted}`]),
    verdict(report),
    `${kept ? 'kept: the database' : 'dropped: the copy'} ${database}, made by ${engine === 'dump' ? 'pg_dump' : 'the server'}`,
  ];
}

function verdict({ passed, pending, problems, notReverted, database }: Rehearsal): string {
  const what = `${pending.length} ${pending.length === 1 ? 'migration' : 'migrations'}`;
  if (!passed)
    return `FAILED: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}, ${what} of ${database}`;
  return notReverted === null
    ? `passed: ${what} of ${database} applied, taken back with catalog and rows as before, applied again`
    : `passed: ${what} of ${database} applied`;
}

function cells({ name, up, down, again, rewritten, rows }: MigrationReport): string[] {
  const tables = rows.length === 0 ? '-' : `${rows.length} ${rows.length === 1 ? 'table' : 'tables'}`;
  return [name, ms(up), ms(down), ms(again), rewritten.length === 0 ? '-' : rewritten.join(', '), tables];
}

function details({ name, locks, rows }: MigrationReport): string[] {
  const held =
    locks === null
      ? ['its statements let go of their locks one by one']
      : locks.length > 0
        ? [`held ${locks.map(({ table: on, mode }) => `${mode} on ${on}`).join(', ')}`]
        : [];
  return [...held, ...rows.map(rowLine)].map((line) => `  ${name}: ${line}`);
}

function rowLine({ table: name, before, after, columns }: RowChange): string {
  const values = columns.length === 0 ? 'other values' : `other values in ${columns.join(', ')}`;
  return before === after ? `${name}: ${after} rows, ${values}` : `${name}: ${before} rows before, ${after} after`;
}

function ms(value: number | null): string {
  return value === null ? '-' : value.toFixed(0);
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        /^\d|ms$/.test(cell) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}
