import type { Row } from '../../support/rows.js';
import { insert, shown, type Attempt, type Case, type Statement } from './case.js';
import { idOf, rowOf } from './rows.js';

const NOON = '2026-01-31T12:00:00.000Z';
const LATER = '2026-01-31T12:00:00.001Z';
const SIGNATURE = '—Antone (Vita)';
const weights = { sss: 0.25, ars: 0.25, evs: 0.25, trs: 0.25 };

const approved = { approval_status: 'APPROVED', approved_by: 'operator-1', approved_at: NOON };
const rejected = { approval_status: 'REJECTED', approved_by: null, approved_at: null };
const posted = { ...approved, posted_at: NOON, platform_post_id: '42' };
const deleted = { ...posted, deleted_at: NOON, delete_reason: 'It missed the tone.' };
const resolved = { status: 'RESOLVED', resolved_by: 'operator-1', resolved_at: NOON };
const completed = { status: 'COMPLETED', start_date: NOON, end_date: LATER };
const measured = { actual_improvement: 0.1, accuracy: 0.95, evaluated_at: NOON };

/** Updates of one stored row. Other statements and roles are tested in test/integration/finals. */
const FINAL: readonly Case[] = [
  finalCase(
    'posts',
    'stays_processed',
    { processed_at: NOON },
    [{ processed_at: null }],
    [{ processed_at: LATER }, {}],
  ),
  finalCase(
    'experiments',
    'end_final',
    completed,
    ['DRAFT', 'RUNNING', 'CANCELLED'].map((status) => ({ status })),
    [{ winner: 'A', results_json: '{}' }, { end_date: NOON }, { status: 'COMPLETED' }],
  ),
  finalCase(
    'decisions',
    'written_once',
    {},
    [
      ...[
        { mode: 'ENGAGEMENT' },
        { mode: 'DISENGAGED', archetype_id: null },
        { sss_score: 0.1 },
        { safety_flags: ['OVERRIDE'] },
      ],
      ...[{ post_id: idOf('posts', 2) }, { archetype_id: null }, { archetype_id: idOf('archetypes', 2) }],
      ...[{ experiment_id: null }, { signals_json: '{}' }, { created_at: NOON }, { id: idOf('decisions', 4) }],
    ],
    [{ mode: 'HELPFUL' }, { archetype_id: idOf('archetypes', 1), safety_flags: [] }],
  ),
  finalCase(
    'replies',
    'approval_final',
    approved,
    [rejected, { ...rejected, approval_status: 'PENDING' }, { approved_by: 'operator-2' }, { approved_at: LATER }],
    [approved, { help_count: 7 }],
  ),
  finalCase(
    'replies',
    'content_final',
    approved,
    [{ content: `Drink. ${SIGNATURE}` }, { platform: 'REDDIT' }],
    [{ utm_code: 'r_1', metrics_json: '{}' }],
  ),
  finalCase(
    'replies',
    'posting_final',
    posted,
    [{ posted_at: LATER }, { platform_post_id: '43' }, { posted_at: null, platform_post_id: null }],
    [
      { ...posted, metrics_json: '{}' },
      { deleted_at: NOON, delete_reason: 'It missed the tone.' },
    ],
  ),
  finalCase(
    'replies',
    'deletion_final',
    deleted,
    [{ deleted_at: null, delete_reason: null }, { deleted_at: LATER }],
    [{ delete_reason: 'It was hostile.' }],
  ),
  finalCase(
    'competitive_mentions',
    'written_once',
    {},
    [
      ...[{ sentiment: 'POSITIVE' }, { satisfaction: 'SATISFIED' }, { opportunity_score: 0.1 }, { created_at: NOON }],
      ...[{ post_id: idOf('posts', 2) }, { competitor_id: idOf('competitors', 2) }],
      { replied: true, sentiment: 'POSITIVE' },
    ],
    [{ replied: true }, { replied: false, sentiment: 'NEGATIVE' }],
  ),
  finalCase(
    'weight_adjustment_logs',
    'written_once',
    {},
    [{ reason: 'SUCCESSFUL' }, { new_weights: weights }, { date: NOON }, { predicted_improvement: 0.5 }],
    [{ action: 'ADJUSTED', reason: null }],
  ),
  finalCase(
    'learning_events',
    'written_once',
    {},
    [
      ...[{ date: NOON }, { adjustment_type: 'KEYWORD' }, { adjustment: '{"a": 1}' }, { predicted_improvement: 0.5 }],
      ...[{ baseline_performance: 0.5 }, { created_at: NOON }, { ...measured, predicted_improvement: 0.1 }],
    ],
    [measured, { predicted_improvement: 0.15 }],
  ),
  finalCase(
    'learning_events',
    'measured_once',
    measured,
    [
      ...[{ actual_improvement: 0.2 }, { accuracy: 0.9 }, { evaluated_at: LATER }],
      { actual_improvement: null, accuracy: null, evaluated_at: null },
    ],
    [measured],
  ),
  finalCase(
    'randomized_experiments',
    'written_once',
    {},
    [
      ...[{ predicted_mode: 'HYBRID' }, { actual_mode: 'HELPFUL' }, { predicted_outcome: 0.5 }, { created_at: NOON }],
      ...[{ decision_id: idOf('decisions', 2) }, { actual_outcome: 0.1, predicted_outcome: 0.5 }],
    ],
    [{ actual_outcome: 0.1 }, { predicted_mode: 'HELPFUL' }],
  ),
  finalCase(
    'randomized_experiments',
    'measured_once',
    { actual_outcome: 0.1 },
    [{ actual_outcome: 0.2 }, { actual_outcome: null }],
    [{ actual_outcome: 0.1 }],
  ),
  finalCase(
    'kpi_metrics',
    'created_once',
    {},
    [{ created_at: NOON }, { value: 0.5, created_at: NOON }],
    [{ value: 0.5 }],
  ),
  finalCase(
    'escalations',
    'closing_final',
    resolved,
    [
      ...[{ status: 'DISMISSED' }, { resolved_by: 'operator-2' }, { resolved_at: LATER }],
      ...['PENDING', 'IN_REVIEW'].map((status) => ({ status, resolved_by: null, resolved_at: null })),
    ],
    [{ resolution_notes: 'Nothing was wrong.' }, { ...resolved, reply_id: null }],
  ),
];

const log = 'audit_logs';
const stored = insert(log, rowOf(log, 3));
const oneRow = [idOf(log, 3)];

/** The audit log is append-only. Other statements and roles are tested in test/integration/audit. */
const APPEND_ONLY: readonly Case[] = [
  appendOnly('tg_audit_logs__append_only', 'UPDATE', {
    sql: `UPDATE ${log} SET actor = 'somebody-else' WHERE id = $1`,
    parameters: oneRow,
  }),
  appendOnly('tg_audit_logs__append_only', 'DELETE', { sql: `DELETE FROM ${log} WHERE id = $1`, parameters: oneRow }),
  appendOnly('tg_audit_logs__no_truncate', 'TRUNCATE', { sql: `TRUNCATE ${log}`, parameters: [] }),
];

export const TRIGGER_CASES: readonly Case[] = [...APPEND_ONLY, ...FINAL];

function appendOnly(trigger: string, event: string, statement: Statement): Case {
  return {
    guard: { kind: 'trigger', table: log, name: `${trigger} ${event}` },
    attacks: [
      {
        label: statement.sql,
        before: [stored],
        statement,
        refusal: { code: '42501', table: log, constraint: trigger },
      },
    ],
    validCounterparts: [{ label: 'one more entry', before: [stored], statement: insert(log, rowOf(log, 4)) }],
    removal: `ALTER TABLE ${log} DISABLE TRIGGER ${trigger}`,
  };
}

/** Returns the case of a trigger: a stored row, changes that it must refuse, and changes that it must accept. */
function finalCase(table: string, meaning: string, row: Row, refused: readonly Row[], accepted: readonly Row[]): Case {
  const constraint = `tg_${table}__${meaning}`;
  const change = (changes: Row): Attempt => ({
    label: `${shown(row)} becomes ${shown(changes)}`,
    before: [insert(table, rowOf(table, 3, row))],
    statement: update(table, changes),
  });
  return {
    guard: { kind: 'trigger', table, name: `${constraint} UPDATE` },
    attacks: refused.map((one) => ({ ...change(one), refusal: { code: '23000', table, constraint } })),
    validCounterparts: accepted.map(change),
    removal: `ALTER TABLE ${table} DISABLE TRIGGER ${constraint}`,
  };
}

function update(table: string, changes: Row): Statement {
  const columns = Object.keys(changes);
  const sets = columns.map((column, index) => `${column} = $${index + 2}`);
  // Without changes, the update sets the id to itself.
  return {
    sql: `UPDATE ${table} SET ${sets.length > 0 ? sets.join(', ') : 'id = id'} WHERE id = $1`,
    parameters: [idOf(table, 3), ...Object.values(changes)],
  };
}
