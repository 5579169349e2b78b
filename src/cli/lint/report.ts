import type { LintReport } from '../../lint/lint.js';
import { output } from '../output.js';

type Finding = LintReport['findings'][number];

/** What was linted: all migrations, or the pending ones of a database (host, port and name). */
export type Scope = { readonly all: true } | { readonly all: false; readonly database: string };

/** The findings, each with the way out; what a rule says in general is said once. */
export function printReport(report: LintReport, scope: Scope, json: boolean): void {
  if (json) {
    output.json({ ...scope, ...report });
    return;
  }
  const said = new Set<string>();
  for (const finding of report.findings) {
    for (const line of linesOf(finding, !said.has(finding.rule))) output.line(line);
    said.add(finding.rule);
  }
  for (const { migration, statement, rule, what, reason } of report.accepted) {
    output.line(`accepted: ${placeOf(migration, statement)}: ${rule} (${what.join(', ')}): ${reason}`);
  }
  output.line(summaryOf(report, scope));
}

function linesOf(finding: Finding, isFirst: boolean): string[] {
  const { migration, statement, sql, rule, what, problem, blocks, instead, recipe, accept } = finding;
  const lines = [`${placeOf(migration, statement)}: ${rule} (${what.join(', ')})`];
  if (sql !== null) lines.push(`  ${sql}`);
  if (!isFirst) return lines;
  lines.push(`  what     ${problem}`, `  blocks   ${blocks}`, `  instead  ${instead}`);
  for (const [place, text] of recipe.entries()) {
    if (recipe.length > 1) lines.push(`           -- migration ${place + 1}`);
    lines.push(...text.split('\n').map((line) => `           ${line}`));
  }
  if (accept !== null) lines.push(`  accept   ${accept}`);
  return lines;
}

function placeOf(migration: string, statement: number | null): string {
  return statement === null ? migration : `${migration}, statement ${statement}`;
}

function summaryOf({ migrations, clean, findings, accepted }: LintReport, scope: Scope): string {
  const which = scope.all ? counted(migrations.length, 'migration') : pending(migrations.length, scope.database);
  const but = accepted.length === 0 ? '' : `; ${accepted.length} accepted`;
  return clean ? `Nothing found in ${which}${but}.` : `${counted(findings.length, 'finding')} in ${which}${but}.`;
}

function pending(count: number, database: string): string {
  return `${counted(count, 'pending migration')} of ${database}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
