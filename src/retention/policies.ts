/** How purged rows are kept outside the database: compressed JSON lines or CSV, one file per period. */
export interface ArchiveFormat {
  readonly format: 'jsonl.gz' | 'csv.gz';
  readonly per: 'month' | 'quarter' | 'year';
}

/** How long the rows of a table stay. */
export type RetentionPolicy = KeptForever | KeptForDays;

interface KeptForever {
  readonly table: string;
  readonly days: 'forever';
  /** Whose decision that is, and what ends it all the same. */
  readonly reason: string;
}

interface KeptForDays {
  readonly table: string;
  readonly days: number;
  /** The column a row's age is counted by. */
  readonly by: string;
  /** The parent whose purge takes the rows along (ON DELETE CASCADE): archived with it, never purged on their own. */
  readonly goesWith?: string;
  readonly archive: ArchiveFormat;
  readonly reason: string;
}

// Longest reading of "2 years", "12 months" and "6 months": a leap day must not purge a day early.
const TWO_YEARS = 731;
const THREE_YEARS = 1096;
const TWELVE_MONTHS = 366;
const SIX_MONTHS = 184;
const POSTS_DAYS = 90;

const MONTHLY: ArchiveFormat = { format: 'jsonl.gz', per: 'month' };

const keepForever = (table: string, reason: string): KeptForever => ({ table, days: 'forever', reason });

/** How long each table keeps its rows: the one place that the purge and the documents read. Every table is listed. */
export const RETENTION_POLICIES: readonly RetentionPolicy[] = [
  keepForever('archetypes', 'Reference data; retired by is_active.'),
  keepForever('power_tiers', 'Reference data; retired by is_active.'),
  keepForever('competitor_categories', 'Reference data; retired by is_active.'),
  keepForever('kpi_types', 'Reference data; retired by is_active.'),
  keepForever('escalation_reasons', 'Reference data; retired by is_active.'),
  keepForever('champion_tiers', 'Reference data; retired by is_active.'),
  keepForever('authors', 'Relationship memory (architecture 5.5); erased on request.'),
  {
    table: 'posts',
    days: POSTS_DAYS,
    by: 'detected_at',
    archive: MONTHLY,
    reason: '90 days (architecture 5.5), archived as compressed JSON, one file a month (NFR14).',
  },
  {
    table: 'decisions',
    days: POSTS_DAYS,
    by: 'created_at',
    goesWith: 'posts',
    archive: MONTHLY,
    reason: '90 days (architecture 5.5), with the post they judge.',
  },
  keepForever('replies', 'Permanent audit trail (architecture 5.5); outlives its decision.'),
  keepForever('experiments', 'Knowledge of what worked (architecture 5.5).'),
  keepForever('competitors', 'A list kept by hand; retired by is_active.'),
  {
    table: 'competitive_mentions',
    days: POSTS_DAYS,
    by: 'created_at',
    goesWith: 'posts',
    archive: MONTHLY,
    reason: 'Not stated; they go with the post they stand in.',
  },
  keepForever('community_champions', 'Not stated; goes with the author, who stays.'),
  {
    table: 'kpi_metrics',
    days: TWO_YEARS,
    by: 'date',
    archive: { format: 'csv.gz', per: 'quarter' },
    reason: '2 years, CSV every quarter (architecture 5.5).',
  },
  keepForever('escalations', 'Not stated; the record of human judgement, which outlives what it was about.'),
  {
    table: 'audit_logs',
    days: THREE_YEARS,
    by: 'created_at',
    archive: { format: 'jsonl.gz', per: 'year' },
    reason: '3 years, compressed JSON every year (architecture 5.5).',
  },
  {
    table: 'weight_adjustment_logs',
    days: TWELVE_MONTHS,
    by: 'date',
    archive: MONTHLY,
    reason: '12 months (NFR15); the format is ours.',
  },
  {
    table: 'learning_events',
    days: SIX_MONTHS,
    by: 'date',
    archive: MONTHLY,
    reason: '6 months (NFR15); the format is ours.',
  },
  {
    table: 'randomized_experiments',
    days: POSTS_DAYS,
    by: 'created_at',
    goesWith: 'decisions',
    archive: MONTHLY,
    reason: '3 months (NFR15), which is when their decision goes.',
  },
  keepForever('segmented_weights', 'Weights in force (NFR15); their history is in weight_adjustment_logs.'),
];
