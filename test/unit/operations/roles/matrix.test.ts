import { describe, expect, it } from '@jest/globals';
import { listRights, TABLES, RESTRICTED_COLUMNS } from '../../../../src/schema/role-matrix.js';
import { SHIPPED_SNAPSHOT } from '../../../../src/schema/shipped-snapshot.js';

const objects = Object.values(SHIPPED_SNAPSHOT.objects);
const columnsOf = (table: string) => objects.filter(({ kind, on }) => kind === 'column' && on === `$schema.${table}`);

/**
 * Texts and JSON that `reader` may see, of the tables about persons. A column that is new in one of them belongs here, or in
 * src/schema/role-matrix.ts: somebody has to look at it.
 */
const HARMLESS = [
  'audit_logs.action',
  'audit_logs.entity_id',
  'audit_logs.entity_type',
  'decisions.competitor_detected',
  'decisions.experiment_variant',
  'decisions.safety_flags',
  'decisions.temporal_context',
  'posts.keyword_categories',
  'posts.keyword_matches',
  'replies.metrics_json',
];

describe('the matrix of rights', () => {
  it('names every table of the schema', () => {
    const tables = objects.filter(({ kind }) => kind === 'table').map(({ name }) => name.replace('$schema.', ''));
    expect([...TABLES].sort()).toEqual(tables.sort());
  });

  it('withholds columns that exist', () => {
    const unknown = Object.entries(RESTRICTED_COLUMNS).flatMap(([table, columns]) =>
      Object.keys(columns).filter((column) => !columnsOf(table).some(({ name }) => name === column)),
    );
    expect(unknown).toEqual([]);
  });

  it('has a verdict on every text and JSON of the tables about persons', () => {
    const seen = Object.entries(RESTRICTED_COLUMNS).flatMap(([table, restricted]) =>
      columnsOf(table)
        .filter(({ facts }) => /text|json|character/.test(facts.type ?? ''))
        .filter(({ name }) => !(name in restricted))
        .map(({ name }) => `${table}.${name}`),
    );
    expect(seen.sort()).toEqual(HARMLESS);
  });

  it('lets nobody change or delete entries of the audit log, but the purge, and nobody delete replies', () => {
    const may = (table: string) => listRights(table).map(({ role, privileges }) => [role, privileges.join(' ')]);
    expect(may('audit_logs')).toEqual([
      ['app', 'SELECT INSERT'],
      ['reader', 'SELECT'],
      ['retention', 'SELECT DELETE'],
    ]);
    expect(may('replies')).toEqual([
      ['app', 'SELECT INSERT UPDATE'],
      ['reader', 'SELECT'],
      ['retention', ''],
    ]);
  });

  it('gives retention what the policies purge', () => {
    const purged = TABLES.filter((table) =>
      listRights(table).some(({ role, privileges }) => role === 'retention' && privileges.includes('DELETE')),
    );
    expect(purged).toEqual(['posts', 'kpi_metrics', 'audit_logs', 'weight_adjustment_logs', 'learning_events']);
  });
});
