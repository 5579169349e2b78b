import { isDeepStrictEqual } from 'node:util';
import type { DataSource, QueryRunner } from 'typeorm';
import { rawQueryRunner } from '../../../src/connection/query-runner.js';
import { shown, type Attack, type Attempt, type Case, type Refusal, type Statement } from './case.js';
import { guardsOf, keyOf } from './guards.js';
import { planted } from './rows.js';

/** Something that is not as the cases say. */
export interface Finding {
  /** The guard: `check decisions ck_decisions__sss_score_range`. */
  readonly guard: string;
  /** What was tried. Absent where nothing was. */
  readonly said?: string;
  readonly issue: string;
}

/** How many statements were tried for each guard, by its key. */
export type Tally = Map<string, number>;

/**
 * Tries every attack, every attack without its guard, and every twin; says what did not go as it should. All in one
 * transaction that is rolled back; after each attempt the database is as before it.
 */
export async function attackAll(
  dataSource: DataSource,
  cases: readonly Case[],
  tally: Tally = new Map(),
): Promise<Finding[]> {
  // PostgreSQL's own words on who refused.
  const runner = rawQueryRunner(dataSource);
  const findings: Finding[] = [];
  await runner.startTransaction();
  try {
    for (const statement of planted()) await run(runner, statement);
    await runner.query('SAVEPOINT planted');
    const trial = new Trial(runner, await versionOf(runner));
    for (const one of cases) {
      const guard = keyOf(one.guard);
      findings.push(...(await trial.faultsOf(one)).map((issue) => ({ guard, ...issue })));
      tally.set(guard, one.attacks.length + one.validCounterparts.length);
    }
  } finally {
    await runner.rollbackTransaction();
    await runner.release();
  }
  return findings;
}

/** Guards without a case, cases without a guard, cases that prove nothing. */
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
      'has a case without attack or without twin',
    ),
  ];
}

class Trial {
  constructor(
    private readonly runner: QueryRunner,
    private readonly serverVersion: number,
  ) {}

  async faultsOf({ attacks, validCounterparts, removal }: Case): Promise<Omit<Finding, 'guard'>[]> {
    const issues: { said: string; issue: string | undefined }[] = [];
    for (const attack of attacks) issues.push({ said: attack.said, issue: await this.attackFault(attack, removal) });
    for (const validCounterpart of validCounterparts) {
      const answer = await this.answerTo(validCounterpart);
      issues.push({ said: validCounterpart.said, issue: answer && `is good, but ${answer.issue}` });
    }
    return issues.flatMap(({ said, issue }) => (issue === undefined ? [] : [{ said, issue }]));
  }

  private async attackFault(attack: Attack, removal?: string): Promise<string | undefined> {
    const answer = await this.answerTo(attack);
    if (!answer) return 'was not refused';
    if (!this.isWanted(attack.refusal, answer.refusal)) return answer.issue;
    if (removal === undefined) return undefined;
    const others = await this.answerTo({ ...attack, dropFirst: [...(attack.dropFirst ?? []), removal] });
    return others && `is not refused by its guard alone: without it, it ${others.issue}`;
  }

  /** Undefined: accepted. */
  private async answerTo({ dropFirst = [], before = [], statement, leaves }: Attempt): Promise<Answer | undefined> {
    try {
      if (dropFirst.length > 0) await this.runner.query(dropFirst.join(';'));
      for (const first of before) await run(this.runner, first);
      const refusal = await refusalOf(this.runner, statement);
      if (refusal) return { refusal, issue: `was refused as ${shown(refusal)}` };
      const left = leaves && (await run(this.runner, leaves.question));
      return isDeepStrictEqual(left, leaves?.rows) ? undefined : { issue: `left ${shown(left)}` };
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

/** Who refused, or what else went wrong. */
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
