import { isDeepStrictEqual } from 'node:util';
import type { DataSource, QueryRunner } from 'typeorm';
import { rawQueryRunner } from '../../../src/connection/query-runner.js';
import { shown, type Attack, type Attempt, type Case, type Refusal, type Statement } from './case.js';
import { guardsOf, keyOf } from './guards.js';
import { planted } from './rows.js';

/** An unexpected result of an attempt, or a gap in the cases. */
export interface Finding {
  /** The key of the guard: `check decisions ck_decisions__sss_score_range`. */
  readonly guard: string;
  /** The attempt; absent for a gap in the cases. */
  readonly label?: string;
  readonly issue: string;
}

/** The number of attempts for each guard, by its key. */
export type Tally = Map<string, number>;

/**
 * Tries every attack, every attack without its guard, and every valid counterpart, and returns the unexpected results. All attempts are
 * in one transaction that is rolled back, and each attempt is rolled back by itself.
 */
export async function attackAll(
  dataSource: DataSource,
  cases: readonly Case[],
  tally: Tally = new Map(),
): Promise<Finding[]> {
  // The raw query runner returns PostgreSQL's own error.
  const runner = rawQueryRunner(dataSource);
  const findings: Finding[] = [];
  await runner.startTransaction();
  try {
    for (const statement of planted()) await run(runner, statement);
    await runner.query('SAVEPOINT planted');
    const trial = new Trial(runner, await versionOf(runner));
    for (const guardCase of cases) {
      const guard = keyOf(guardCase.guard);
      findings.push(...(await trial.issuesOf(guardCase)).map((issue) => ({ guard, ...issue })));
      tally.set(guard, guardCase.attacks.length + guardCase.validCounterparts.length);
    }
  } finally {
    await runner.rollbackTransaction();
    await runner.release();
  }
  return findings;
}

/** Returns the guards without a case, the cases without a guard, and the cases without an attack or a valid counterpart. */
export async function gapsOf(dataSource: DataSource, cases: readonly Case[]): Promise<Finding[]> {
  const guards = (await guardsOf(dataSource)).map(keyOf);
  const keys = cases.map(({ guard }) => keyOf(guard));
  const empty = cases.filter(
    ({ attacks, validCounterparts }) => attacks.length === 0 || validCounterparts.length === 0,
  );
  const findings = (found: readonly string[], issue: string) => found.map((guard) => ({ guard, issue }));
  return [
    ...findings(
      guards.filter((key) => !keys.includes(key)),
      'has no case',
    ),
    ...findings(
      keys.filter((key) => !guards.includes(key)),
      'is not in the catalog',
    ),
    ...findings(
      keys.filter((key, i) => keys.indexOf(key) !== i),
      'has two cases',
    ),
    ...findings(
      empty.map(({ guard }) => keyOf(guard)),
      'has a case without an attack or without a valid counterpart',
    ),
  ];
}

class Trial {
  constructor(
    private readonly runner: QueryRunner,
    private readonly serverVersion: number,
  ) {}

  async issuesOf({ attacks, validCounterparts, removal }: Case): Promise<Omit<Finding, 'guard'>[]> {
    const issues: { label: string; issue: string | undefined }[] = [];
    for (const attack of attacks)
      issues.push({ label: attack.label, issue: await this.issueOfAttack(attack, removal) });
    for (const validCounterpart of validCounterparts) {
      const answer = await this.answerTo(validCounterpart);
      issues.push({ label: validCounterpart.label, issue: answer && `is valid, but ${answer.issue}` });
    }
    return issues.flatMap(({ label, issue }) => (issue === undefined ? [] : [{ label, issue }]));
  }

  private async issueOfAttack(attack: Attack, removal?: string): Promise<string | undefined> {
    const answer = await this.answerTo(attack);
    if (!answer) return 'was not refused';
    if (!this.isWanted(attack.refusal, answer.refusal)) return answer.issue;
    if (removal === undefined) return undefined;
    const others = await this.answerTo({ ...attack, dropFirst: [...(attack.dropFirst ?? []), removal] });
    return others && `is not refused by its guard alone: without it, it ${others.issue}`;
  }

  /** Returns undefined when the statement is accepted. */
  private async answerTo({ dropFirst = [], before = [], statement, leaves }: Attempt): Promise<Answer | undefined> {
    try {
      if (dropFirst.length > 0) await this.runner.query(dropFirst.join(';'));
      for (const first of before) await run(this.runner, first);
      const refusal = await refusalOf(this.runner, statement);
      if (refusal) return { refusal, issue: `was refused as ${shown(refusal)}` };
      const remaining = leaves && (await run(this.runner, leaves.question));
      return isDeepStrictEqual(remaining, leaves?.rows) ? undefined : { issue: `left ${shown(remaining)}` };
    } catch (error) {
      return { issue: `could not be tried: ${error instanceof Error ? error.message : 'unknown'}` };
    } finally {
      await this.runner.query('ROLLBACK TO planted');
    }
  }

  private isWanted({ codeBefore18, ...wanted }: Refusal, found: Refusal | undefined): boolean {
    const code = this.serverVersion < 180_000 ? (codeBefore18 ?? wanted.code) : wanted.code;
    return Object.entries({ ...wanted, code }).every(([field, value]) => found?.[field as keyof Refusal] === value);
  }
}

/** The refusal, or another problem with the attempt. */
interface Answer {
  readonly refusal?: Refusal;
  readonly issue: string;
}

async function refusalOf(runner: QueryRunner, statement: Statement): Promise<Refusal | undefined> {
  try {
    await run(runner, statement);
    return undefined;
  } catch (error) {
    const { driverError } = error as { driverError?: Refusal };
    if (driverError === undefined) throw error;
    const { code, constraint, table, column, routine } = driverError;
    const fields = Object.entries({ code, constraint, table, column, routine });
    return Object.fromEntries(fields.filter(([, field]) => field !== undefined)) as unknown as Refusal;
  }
}

async function run(runner: QueryRunner, { sql, parameters }: Statement): Promise<unknown> {
  return (await runner.query(sql, [...parameters])) as unknown;
}

async function versionOf(runner: QueryRunner): Promise<number> {
  const sql = `SELECT current_setting('server_version_num')::int AS version`;
  const [row] = (await run(runner, { sql, parameters: [] })) as { version: number }[];
  return row?.version ?? 0;
}
