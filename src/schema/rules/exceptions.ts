/** A violation that is meant. */
export interface Exception {
  /** The id of the rule. */
  readonly rule: string;
  /** As the violation names it. */
  readonly object: string;
  readonly reason: string;
}

const WRITTEN_ONCE = 'Rows are written once and never changed.';
const NOT_ASKED = 'Acceptance criterion 2 gives it none:';

/** Every violation that is meant, and why. One that a migrated database does not need fails a test. */
export const EXCEPTIONS: readonly Exception[] = [
  { rule: 'row-timestamps', object: 'audit_logs.updated_at', reason: WRITTEN_ONCE },
  { rule: 'row-timestamps', object: 'decisions.updated_at', reason: `${WRITTEN_ONCE} A second look is a second row.` },
  { rule: 'row-timestamps', object: 'weight_adjustment_logs.updated_at', reason: WRITTEN_ONCE },
  {
    rule: 'row-timestamps',
    object: 'competitive_mentions.updated_at',
    reason: `${NOT_ASKED} the only change is \`replied\`, and the reply has its own moments.`,
  },
  {
    rule: 'row-timestamps',
    object: 'escalations.updated_at',
    reason: `${NOT_ASKED} the change that counts is the resolution, at resolved_at.`,
  },
  {
    rule: 'row-timestamps',
    object: 'kpi_metrics.updated_at',
    reason: `${NOT_ASKED} a value is of a day, and measuring it again replaces it.`,
  },
  {
    rule: 'row-timestamps',
    object: 'learning_events.updated_at',
    reason: `${NOT_ASKED} the only change is the evaluation, at evaluated_at.`,
  },
  {
    rule: 'row-timestamps',
    object: 'randomized_experiments.updated_at',
    reason: `${NOT_ASKED} the only change is the outcome, measured once.`,
  },
  {
    rule: 'public-grants',
    object: 'grant USAGE ON SCHEMA public TO PUBLIC',
    reason: 'PostgreSQL makes the schema so; without a right on what is in it, it opens nothing.',
  },
];
