import { columnChecks, given, rowCheck } from '../checks.js';
import { day, formatted, jsonObject, LOWER_SNAKE, moment, quantity, text } from '../values.js';

const NOON = '2026-01-31T12:00:00Z';
const OPEN = ['PENDING', 'IN_REVIEW'];
const CLOSED = ['RESOLVED', 'DISMISSED'];

const numbers = columnChecks('kpi_metrics', {
  date: day,
  metric_name: formatted(LOWER_SNAKE, 64),
  value: quantity,
  created_at: moment,
});

const closed = { status: 'RESOLVED', resolved_by: 'operator-1', resolved_at: NOON };

const escalations = [
  ...columnChecks('escalations', {
    assigned_to: text(100),
    resolved_by: given(closed, text(100)),
    resolution_notes: text(5000),
    created_at: moment,
    resolved_at: given(closed, moment),
  }),
  rowCheck('escalations', 'closed_has_time', {
    refused: [
      ...CLOSED.map((status) => ({ ...closed, status, resolved_at: null })),
      ...OPEN.map((status) => ({ status, resolved_at: NOON })),
    ],
    accepted: [...CLOSED.map((status) => ({ ...closed, status })), ...OPEN.map((status) => ({ status }))],
  }),
  rowCheck('escalations', 'closed_has_resolver', {
    refused: [
      ...CLOSED.map((status) => ({ ...closed, status, resolved_by: null })),
      ...OPEN.map((status) => ({ status, resolved_by: 'operator-1' })),
    ],
    accepted: [...CLOSED.map((status) => ({ ...closed, status })), ...OPEN.map((status) => ({ status }))],
  }),
];

const audit = columnChecks('audit_logs', {
  entity_type: formatted(LOWER_SNAKE, 50),
  entity_id: text(100),
  action: formatted(LOWER_SNAKE, 50),
  actor: text(100),
  details_json: jsonObject,
  created_at: moment,
});

export const OVERSIGHT_CHECKS = [...numbers, ...escalations, ...audit];
