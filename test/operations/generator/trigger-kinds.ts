import type { Kind, Refused } from './kinds.js';

const CLOSED = `status IN ('RESOLVED', 'DISMISSED')`;

/** Changes of columns and tables that have a trigger which only migrations make: its condition reads the column. */
export const TRIGGER_KINDS: readonly Kind[] = [
  {
    kind: 'a number of another type that a trigger reads',
    entities: 'ALTER TABLE randomized_experiments ALTER COLUMN actual_outcome TYPE numeric',
    lint: ['change-column-type'],
    loses: ['randomized_experiments.actual_outcome becomes numeric'],
    has: [
      'DROP TRIGGER "tg_randomized_experiments__measured_once" ON "randomized_experiments";\n      ALTER TABLE',
      `::numeric;\n      CREATE TRIGGER tg_randomized_experiments__measured_once BEFORE UPDATE ON randomized_experiments FOR EACH ROW WHEN (((old.actual_outcome IS NOT NULL)`,
    ],
    hasNot: ['tg_randomized_experiments__written_once'],
  },
  {
    kind: 'two columns of other types, read by two triggers, and one of them by both',
    entities: `ALTER TABLE replies ALTER COLUMN content TYPE varchar(20000), ALTER COLUMN platform_post_id TYPE varchar(300),
      ALTER COLUMN deleted_at TYPE timestamp(3)`,
    lint: ['change-column-type'],
    loses: ['replies.content becomes', 'replies.deleted_at becomes', 'replies.platform_post_id becomes'],
  },
  {
    kind: 'a text that a trigger reads, which becomes an enum',
    entities: `ALTER TABLE competitive_mentions DROP CONSTRAINT ck_competitive_mentions__sentiment_choice;
      CREATE TYPE sentiment AS ENUM ('POSITIVE', 'NEUTRAL', 'NEGATIVE');
      ALTER TABLE competitive_mentions ALTER COLUMN sentiment TYPE sentiment USING sentiment::sentiment`,
    lint: ['change-column-type'],
    loses: ['competitive_mentions.sentiment becomes sentiment'],
  },
  {
    kind: 'an enum that a trigger and rules compare with, which becomes a text',
    entities: `DROP INDEX ix_escalations__priority_created_at__open; ALTER TABLE escalations DROP CONSTRAINT ck_escalations__closed_has_resolver,
      DROP CONSTRAINT ck_escalations__closed_has_time, ALTER status DROP DEFAULT, ALTER status TYPE text,
      ALTER status SET DEFAULT 'PENDING', ADD CONSTRAINT ck_escalations__closed_has_resolver CHECK ((${CLOSED}) = (resolved_by IS NOT NULL)),
      ADD CONSTRAINT ck_escalations__closed_has_time CHECK ((${CLOSED}) = (resolved_at IS NOT NULL)); DROP TYPE escalation_status;
      CREATE INDEX ix_escalations__priority_created_at__open ON escalations (priority, created_at) WHERE status IN ('PENDING', 'IN_REVIEW')`,
    lint: ['change-column-type'],
    has: [`old.status = ANY (ARRAY['RESOLVED'::text, 'DISMISSED'::text])`],
  },
  {
    kind: 'two enums of one table under other names, which its triggers, rules and indexes compare with',
    entities: 'ALTER TYPE approval_status RENAME TO "Approval"; ALTER TYPE platform RENAME TO network',
    lint: ['change-column-type'],
    loses: [
      'authors.platform',
      'kpi_metrics.platform',
      'posts.platform',
      'replies.approval_status',
      'replies.platform',
    ],
    has: [`old.approval_status <> 'PENDING'::"Approval"`],
  },
  {
    kind: 'an enum under another name, and a new value of another enum that the same trigger reads',
    entities: `ALTER TYPE approval_status RENAME TO approval; ALTER TYPE platform ADD VALUE 'MASTODON' AFTER 'TWITTER'`,
    lint: ['change-column-type'],
    loses: ['replies.approval_status becomes approval'],
  },
  {
    kind: 'a column of another type in a table whose trigger compares whole rows',
    entities: 'ALTER TABLE weight_adjustment_logs ALTER COLUMN created_at TYPE timestamptz(6)',
    lint: ['change-column-type'],
    loses: ['weight_adjustment_logs.created_at becomes'],
    hasNot: ['TRIGGER'],
  },
  {
    kind: 'a column less of a table whose trigger compares whole rows',
    entities: 'ALTER TABLE weight_adjustment_logs DROP COLUMN created_at CASCADE',
    lint: ['drop-column'],
    loses: ['DROP COLUMN "created_at" of table "weight_adjustment_logs"'],
  },
  {
    kind: 'a column renamed that a trigger reads',
    entities: 'ALTER TABLE randomized_experiments RENAME COLUMN actual_outcome TO outcome',
    renames: ['randomized_experiments.actual_outcome:outcome'],
    lint: ['rename-column'],
    hasNot: ['TRIGGER'],
  },
];

export const TRIGGER_REFUSED: readonly Refused[] = [
  {
    kind: 'a column less that a trigger reads',
    entities: 'ALTER TABLE learning_events DROP COLUMN evaluated_at CASCADE',
    says: /^No migration was written: learning_events\.evaluated_at is gone from its entity, but the trigger tg_learning_events__measured_once still reads it: drop or replace the trigger in a migration of its own/,
  },
];
