import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { lintMigrations, type LintOptions, type LintReport } from '../../../../src/operations/lint/lint.js';

/** A migration: its queries, one by one; or all that it has. */
export type Planted = string | { queries: readonly string[]; transaction?: boolean } | MigrationInterface;

/** Makes SQL of TypeORM's methods; never connected. */
const OFFLINE = new DataSource({ type: 'postgres', uuidExtension: 'pgcrypto', installExtensions: false });

function plant(planted: Planted): MigrationInterface {
  if (typeof planted === 'object' && 'up' in planted) return planted;
  const { queries, transaction = true } = typeof planted === 'string' ? { queries: [planted] } : planted;
  return {
    name: 'Planted1',
    transaction,
    async up(queryRunner: QueryRunner) {
      for (const query of queries) await queryRunner.query(query);
    },
    down: () => Promise.resolve(),
  };
}

/** Lints a history of planted migrations, as `migration:lint -- --all` does. */
export function lint(planted: readonly Planted[], options: Partial<LintOptions> = {}): Promise<LintReport> {
  return lintMigrations({ migrations: planted.map(plant), dataSource: OFFLINE, ...options });
}

/** Lints each by itself, as far as findings go, at once. */
export async function lintEach(planted: readonly Planted[]): Promise<Pick<LintReport, 'findings' | 'accepted'>[]> {
  const names = planted.map((_, place) => `Planted${place}`);
  const migrations = planted.map((one, place) => ({ ...plant(one), name: names[place] ?? '' }));
  const { findings, accepted } = await lint(migrations);
  return names.map((name) => ({
    findings: findings.filter(({ migration }) => migration === name),
    accepted: accepted.filter(({ migration }) => migration === name),
  }));
}
