import { describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../../src/data-source.js';
import { useDatabase } from '../../support/database.js';
import { CASES, casesOf } from './cases.js';
import { attackAll, gapsOf, type Finding } from './runner.js';

const ALL_PLATFORMS = 'uq_kpi_metrics__date_kpi_type_id_metric_name__all_platforms';

/** Tests the tests: the attacks must find a guard that is wrong, missing or new. */
describe('attackAll and gapsOf', () => {
  const db = useDatabase();

  /** Returns the findings in a new database that `sql` has changed. */
  async function findingsAfter(sql: string, find: (dataSource: DataSource) => Promise<Finding[]>): Promise<Finding[]> {
    const dataSource = await createDataSource({ url: await db.create() }).initialize();
    try {
      await dataSource.query(sql);
      return await find(dataSource);
    } finally {
      await dataSource.destroy();
    }
  }

  const attacksOn = (name: string) => (dataSource: DataSource) =>
    attackAll(
      dataSource,
      CASES.filter(({ guard }) => guard.name === name),
    );
  const gaps = (dataSource: DataSource) => gapsOf(dataSource, CASES);

  it('report a score range that accepts 1.5, and nothing else', async () => {
    const changed = replaceCheck('decisions', 'sss_score_range', 'sss_score >= 0 AND sss_score <= 1.5');
    const guard = 'check decisions ck_decisions__sss_score_range';
    expect(await findingsAfter(changed, (dataSource) => attackAll(dataSource, casesOf('decisions')))).toEqual([
      { guard, label: 'sss_score = 1.0000000000000002', issue: 'was not refused' },
      { guard, label: 'sss_score = 1.5', issue: 'was not refused' },
    ]);
  }, 30_000);

  it('report a constraint without a case', async () => {
    const changed = 'ALTER TABLE decisions ADD CONSTRAINT ck_decisions__new CHECK (sss_score <> 0.5)';
    expect(await findingsAfter(changed, gaps)).toEqual([
      { guard: 'check decisions ck_decisions__new', issue: 'has no case' },
    ]);
  });

  it('both report a dropped constraint', async () => {
    const changed = 'ALTER TABLE replies DROP CONSTRAINT ck_replies__posted_is_approved';
    const guard = 'check replies ck_replies__posted_is_approved';
    expect(await findingsAfter(changed, gaps)).toEqual([{ guard, issue: 'is not in the catalog' }]);
    const found = await findingsAfter(changed, attacksOn('ck_replies__posted_is_approved'));
    expect(found).toContainEqual(expect.objectContaining({ guard, issue: 'was not refused' }));
  });

  it.each([
    [
      'a bound that is too narrow',
      'ck_authors__handle_length',
      replaceCheck('authors', 'handle_length', 'char_length(handle) < 50'),
    ],
    ['NaN in a ratio', 'ck_decisions__evs_score_range', replaceCheck('decisions', 'evs_score_range', 'evs_score >= 0')],
    [
      'a rule that applies in one of two states only',
      'ck_escalations__closed_has_resolver',
      replaceCheck('escalations', 'closed_has_resolver', `status <> 'RESOLVED' OR resolved_by IS NOT NULL`),
    ],
    [
      'a rule that another constraint repeats',
      'ck_posts__error_count_range',
      'ALTER TABLE posts ADD CHECK (error_count >= 0)',
    ],
    [
      'a unique index over all rows',
      ALL_PLATFORMS,
      `DROP INDEX ${ALL_PLATFORMS}; CREATE UNIQUE INDEX ${ALL_PLATFORMS} ON kpi_metrics (date, kpi_type_id, metric_name)`,
    ],
    [
      'a unique key without one of its columns',
      'uq_authors__platform_platform_id',
      replace('authors', 'uq_authors__platform_platform_id', 'UNIQUE (platform_id)'),
    ],
    [
      'a foreign key that is checked later',
      'fk_posts__author_id',
      'ALTER TABLE posts ALTER CONSTRAINT fk_posts__author_id DEFERRABLE INITIALLY DEFERRED',
    ],
    [
      'another delete rule',
      'fk_kpi_metrics__kpi_type_id',
      replace(
        'kpi_metrics',
        'fk_kpi_metrics__kpi_type_id',
        'FOREIGN KEY (kpi_type_id) REFERENCES kpi_types ON DELETE CASCADE',
      ),
    ],
    [
      'an approval that can be revoked',
      'tg_replies__approval_final UPDATE',
      `DROP TRIGGER tg_replies__approval_final ON replies;
       CREATE TRIGGER tg_replies__approval_final BEFORE UPDATE ON replies FOR EACH ROW
       WHEN (OLD.approved_at IS NOT NULL AND NEW.approval_status = 'REJECTED') EXECUTE FUNCTION refuse_final_change('x', '', '')`,
    ],
    [
      'a disabled trigger',
      'tg_audit_logs__no_truncate TRUNCATE',
      'ALTER TABLE audit_logs DISABLE TRIGGER tg_audit_logs__no_truncate',
    ],
    [
      'an enum without one of its values',
      'reply_type reply_type',
      `ALTER TYPE reply_type RENAME VALUE 'MANUAL' TO 'BY_HAND'`,
    ],
  ])('report %s by an attack', async (_change, guard, sql) => {
    expect(await findingsAfter(sql, attacksOn(guard))).not.toEqual([]);
  });

  it.each([
    ['a column that became nullable', 'ALTER TABLE posts ALTER COLUMN detected_at DROP NOT NULL'],
    ['a new unique index', 'CREATE UNIQUE INDEX uq_posts__content ON posts (content)'],
    ['an enum turned into text', 'ALTER TABLE replies ALTER reply_type DROP DEFAULT, ALTER reply_type TYPE text'],
    [
      'a new trigger',
      'CREATE TRIGGER tg_posts__new BEFORE UPDATE ON posts FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
    ],
    ['a kind of constraint without cases', 'ALTER TABLE posts ADD EXCLUDE USING btree (content WITH =)'],
    ['a domain with a CHECK', 'CREATE DOMAIN score AS double precision CHECK (VALUE <= 1)'],
  ])('report %s by the catalog', async (_change, sql) => {
    expect(await findingsAfter(sql, gaps)).not.toEqual([]);
  });

  it('report a case without a valid counterpart', async () => {
    const [first] = CASES;
    if (!first) throw new Error('There are no cases.');
    const empty = { ...first, validCounterparts: [] };
    expect(await gapsOf(db.dataSource, [empty, ...CASES])).toEqual([
      { guard: 'primary key archetypes pk_archetypes', issue: 'has two cases' },
      {
        guard: 'primary key archetypes pk_archetypes',
        issue: 'has a case without an attack or without a valid counterpart',
      },
    ]);
  });
});

function replaceCheck(table: string, meaning: string, expression: string): string {
  return replace(table, `ck_${table}__${meaning}`, `CHECK (${expression})`);
}

function replace(table: string, constraint: string, definition: string): string {
  return `ALTER TABLE ${table} DROP CONSTRAINT ${constraint}, ADD CONSTRAINT ${constraint} ${definition}`;
}
