/** File format and period of the archive of deleted rows: compressed JSON lines or CSV, one file per period. */
export interface ArchiveFormat {
  readonly format: 'jsonl.gz' | 'csv.gz';
  readonly per: 'month' | 'quarter' | 'year';
}

/** How long a table keeps its rows. */
export type RetentionPolicy = KeptForever | KeptForDays;

interface KeptForever {
  readonly table: string;
  readonly days: 'forever';
  /** Why the rows are kept for ever, and what deletes them nevertheless. */
  readonly reason: string;
}

interface KeptForDays {
  readonly table: string;
  readonly days: number;
  /** Column from which the age of a row is counted. */
  readonly by: string;
  /** Parent table whose purge deletes the rows (ON DELETE CASCADE). They are archived with it and have no purge of their own. */
  readonly goesWith?: string;
  readonly archive: ArchiveFormat;
  readonly reason: string;
}

// Days. The longest possible reading of "2 years", "12 months" and "6 months", so that a leap day deletes nothing a day early.
const TWO_YEARS = 731;
const THREE_YEARS = 1096;
const TWELVE_MONTHS = 366;
const SIX_MONTHS = 184;
const POSTS_DAYS = 90;

const MONTHLY: ArchiveFormat = { format: 'jsonl.gz', per: 'month' };

const keepForever = (table: string, reason: string): KeptForever => ({ table, days: 'forever', reason });

/** Retention of every table. The purge and the generated documents read it. */
export const RETENTION_POLICIES: readonly RetentionPolicy[] = [
  keepForever('archetypes', 'Reference data; retired by is_active.'),
  keepForever('power_tiers', 'Reference data; retired by is_active.'),
  keepForever('competitor_categories', 'Reference data; retired by is_active.'),
  keepForever('kpi_types', 'Reference data; retired by is_active.'),
  keepForever('escalation_reasons', 'Reference data; retired by is_active.'),
  keepForever('champion_tiers', 'Reference data; retired by is_active.'),
  keepForever('authors', 'Relationship memory; deleted when the person asks for it.'),
  {
    table: 'posts',
    days: POSTS_DAYS,
    by: 'detected_at',
    archive: MONTHLY,
    reason: '90 days, archived as compressed JSON, one file a month.',
  },
  {
    table: 'decisions',
    days: POSTS_DAYS,
    by: 'created_at',
    goesWith: 'posts',
    archive: MONTHLY,
    reason: '90 days, deleted with the post they evaluate.',
  },
  keepForever('replies', 'Permanent record; a reply outlives its decision.'),
  keepForever('experiments', 'Knowledge of what worked.'),
  keepForever('competitors', 'Edited by operators; retired by is_active.'),
  {
    table: 'competitive_mentions',
    days: POSTS_DAYS,
    by: 'created_at',
    goesWith: 'posts',
    archive: MONTHLY,
    reason: '90 days by our choice; deleted with the post that mentions the competitor.',
  },
  keepForever('community_champions', 'By our choice as long as the author.'),
  {
    table: 'kpi_metrics',
    days: TWO_YEARS,
    by: 'date',
    archive: { format: 'csv.gz', per: 'quarter' },
    reason: '2 years, archived as CSV, one file a quarter.',
  },
  keepForever('escalations', 'For ever by our choice: the record of human review outlives the reviewed row.'),
  {
    table: 'audit_logs',
    days: THREE_YEARS,
    by: 'created_at',
    archive: { format: 'jsonl.gz', per: 'year' },
    reason: '3 years, archived as compressed JSON, one file a year.',
  },
  {
    table: 'weight_adjustment_logs',
    days: TWELVE_MONTHS,
    by: 'date',
    archive: MONTHLY,
    reason: '12 months; the archive format is our choice.',
  },
  {
    table: 'learning_events',
    days: SIX_MONTHS,
    by: 'date',
    archive: MONTHLY,
    reason: '6 months; the archive format is our choice.',
  },
  {
    table: 'randomized_experiments',
    days: POSTS_DAYS,
    by: 'created_at',
    goesWith: 'decisions',
    archive: MONTHLY,
    reason: '3 months, deleted with their decision.',
  },
  keepForever('segmented_weights', 'Current weights; weight_adjustment_logs has their history.'),
];
