/**
 * The options of tables, columns, indexes and views that PostgreSQL's documentation names, and settings of databases and roles that
 * the server knows. Others are facts that a server keeps for itself (some builds store a version in every column): nobody wrote
 * them, nobody can take them back, and another server has others. They are no part of the schema.
 */

const AUTOVACUUM = [
  ...['autovacuum_enabled', 'vacuum_index_cleanup', 'vacuum_truncate', 'log_autovacuum_min_duration'],
  ...['autovacuum_vacuum_threshold', 'autovacuum_vacuum_max_threshold', 'autovacuum_vacuum_scale_factor'],
  ...['autovacuum_vacuum_insert_threshold', 'autovacuum_vacuum_insert_scale_factor'],
  ...['autovacuum_analyze_threshold', 'autovacuum_analyze_scale_factor'],
  ...['autovacuum_vacuum_cost_delay', 'autovacuum_vacuum_cost_limit', 'vacuum_max_eager_freeze_failure_rate'],
  ...['autovacuum_freeze_min_age', 'autovacuum_freeze_max_age', 'autovacuum_freeze_table_age'],
  ...['autovacuum_multixact_freeze_min_age', 'autovacuum_multixact_freeze_max_age'],
  ...['autovacuum_multixact_freeze_table_age', 'log_autoanalyze_min_duration'],
];

/** By what they are options of; PostgreSQL 15 to 18. */
export const DOCUMENTED_OPTIONS = {
  column: ['n_distinct', 'n_distinct_inherited'],
  table: ['fillfactor', 'toast_tuple_target', 'parallel_workers', 'user_catalog_table', ...AUTOVACUUM],
  view: ['security_barrier', 'security_invoker', 'check_option'],
  /** Of btree, hash, gist, spgist, gin and brin. */
  index: [
    ...['fillfactor', 'deduplicate_items', 'buffering', 'fastupdate', 'gin_pending_list_limit'],
    ...['pages_per_range', 'autosummarize'],
  ],
} as const;

/** Access methods whose options are listed above; those of others are left as they are. */
const LISTED_METHODS = ['btree', 'hash', 'gist', 'spgist', 'gin', 'brin'];

const ALL: readonly string[] = Object.values(DOCUMENTED_OPTIONS).flat();

/** SQL: the documented ones of `pg_class.reloptions` or its like, as sorted text; null when there are none. */
export function createOptionsSql(array: string, of: keyof typeof DOCUMENTED_OPTIONS): string {
  const names = DOCUMENTED_OPTIONS[of].map((name) => `'${name}'`).join(', ');
  return `(SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(${array}) o WHERE split_part(o, '=', 1) IN (${names}))`;
}

/** Settings that pg_settings does not show, or not to every role, and that may be set for a role or a database. */
const HIDDEN_SETTINGS = [
  ...['role', 'session_authorization', 'seed'],
  ...['dynamic_library_path', 'session_preload_libraries', 'extension_control_path'],
];

/** SQL: is it the name of a setting that the server knows, or one that an application made up (`app.tenant`)? */
export function isDocumentedSetting(name: string): string {
  const hidden = HIDDEN_SETTINGS.map((setting) => `'${setting}'`).join(', ');
  return `(${name} LIKE '%.%' OR lower(${name}) IN (SELECT lower(s.name) FROM pg_settings s) OR lower(${name}) IN (${hidden}))`;
}

/** `fillfactor='70'`, `pg_trgm`: as PostgreSQL and pg_dump write an option. */
const ENTRY = String.raw`(?:toast\.)?[a-z_][\w$]*=(?:E?'(?:[^']|'')*'|[\w.+-]+)`;

/** `WITH (…)` of an index, constraint, table or view; `SET (…)` of a column. The keys of an index have options of their own. */
const LIST = new RegExp(String.raw`( |^)(WITH|SET) \((${ENTRY}(?:, ${ENTRY})*)\)`, 'g');

/** Takes options that are not documented out of the SQL of an index or a constraint. */
export function removeUnknownOptions(sql: string): string {
  const method = /^CREATE (?:UNIQUE )?INDEX .+? USING (\w+) \(/.exec(sql)?.[1];
  if (method !== undefined && !LISTED_METHODS.includes(method)) return sql;
  return sql.replaceAll(LIST, (text, space: string, word: string, list: string) => {
    const entries = list.match(new RegExp(ENTRY, 'g')) ?? [];
    const kept = entries.filter((entry) => ALL.includes(entry.replace(/^toast\./, '').split('=', 1)[0] ?? ''));
    if (kept.length === entries.length) return text;
    return kept.length === 0 ? '' : `${space}${word} (${kept.join(', ')})`;
  });
}

/** Lines of a dump in which options stand. */
const DUMPED =
  /^(?:WITH \(|CREATE (?:UNIQUE )?INDEX |CREATE (?:MATERIALIZED )?VIEW |ALTER TABLE ONLY .+ ALTER COLUMN .+ SET \(| {4}ADD CONSTRAINT )/;

/** The same for the SQL that pg_restore writes. */
export function removeUnknownOptionsFromDump(sql: string): string {
  return sql
    .split('\n')
    .map((line) => (DUMPED.test(line) ? removeUnknownOptions(line) : line))
    .filter((line) => !/^ALTER TABLE ONLY .+ ALTER COLUMN \S+;$/.test(line))
    .join('\n');
}
