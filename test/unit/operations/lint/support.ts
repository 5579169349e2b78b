import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { lintMigrations, type LintOptions, type LintReport } from '../../../../src/operations/lint/lint.js';

/** A migration to lint: a query, several queries, or a migration as TypeORM has it. */
export type Planted = string | { queries: readonly string[]; transaction?: boolean } | MigrationInterface;

/** Generates the SQL of TypeORM's methods. It is never connected. */
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

/** Lints migrations in order, as `migration:lint -- --all` does. */
export function lint(planted: readonly Planted[], options: Partial<LintOptions> = {}): Promise<LintReport> {
  return lintMigrations({ migrations: planted.map(plant), dataSource: OFFLINE, ...options });
}

/** Lints migrations that do not depend on each other, and returns the findings of each. */
export async function lintEach(planted: readonly Planted[]): Promise<Pick<LintReport, 'findings' | 'accepted'>[]> {
  const names = planted.map((_, place) => `Planted${place}`);
  const migrations = planted.map((migration, place) => ({ ...plant(migration), name: names[place] ?? '' }));
  const { findings, accepted } = await lint(migrations);
  return names.map((name) => ({
    findings: findings.filter(({ migration }) => migration === name),
    accepted: accepted.filter(({ migration }) => migration === name),
  }));
}
