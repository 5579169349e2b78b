import type { Difference } from '../../schema/diff.js';
import { output } from '../output.js';

/** What was compared: the live database with what it should be, the migrations with the entities, the package with its migrations. */
export type Where = 'database' | 'migrations' | 'package';

export interface Finding extends Difference {
  readonly where: Where;
}

export interface Report {
  /** Host, port and name; no user. */
  readonly database: string;
  readonly full: boolean;
  readonly same: boolean;
  readonly findings: readonly Finding[];
  /** What this role may not see, and so was not compared. */
  readonly unseen: readonly string[];
}

const TITLES: Readonly<Record<Where, string>> = {
  database: 'The database is not what this version of the package was made for:',
  migrations: 'The migrations do not make what the entities say:',
  package: 'src/schema/shipped-snapshot.ts is out of date, run docs:snapshot:',
};

export function found(where: Where, differences: readonly Difference[]): Finding[] {
  return differences.map((difference) => ({ where, ...difference }));
}

/** One line per difference, and the SQL that repairs it below. */
export function printReport(report: Report, json: boolean): void {
  if (json) {
    output.json(report);
    return;
  }
  for (const where of ['database', 'migrations', 'package'] as const) {
    const findings = report.findings.filter((finding) => finding.where === where);
    if (findings.length === 0) continue;
    output.line(TITLES[where]);
    for (const line of linesOf(findings)) output.line(line);
  }
  for (const line of report.unseen) output.line(`not seen: ${line}`);
  output.line(summary(report));
}

function linesOf(findings: readonly Finding[]): string[] {
  const said = new Set<string>();
  return shortened(findings).flatMap(({ sentence, repair }) => {
    if (repair === undefined || said.has(repair)) return [`  ${sentence}`];
    said.add(repair);
    return [`  ${sentence}`, `    repair: ${repair};`];
  });
}

/** What TypeORM thinks of a database that differs anyway follows from that, and is long: --json has it. */
function shortened(findings: readonly Finding[]): readonly Pick<Finding, 'sentence' | 'repair'>[] {
  const [typeorm, others] = [
    findings.filter(({ object }) => object === 'entities'),
    findings.filter(({ object }) => object !== 'entities'),
  ];
  if (others.length === 0 || typeorm.length < 2) return findings;
  return [
    ...others,
    { sentence: `entities: TypeORM would run ${typeorm.length} statements, perhaps for the above (--json lists them)` },
  ];
}

function summary({ database, full, same, findings }: Report): string {
  if (!same) return `${findings.length} ${findings.length === 1 ? 'difference' : 'differences'}; ${database}.`;
  return full
    ? `Nothing differs: entities, migrations, shipped schema and ${database} agree.`
    : `Nothing differs: ${database} is what this version was made for.`;
}
