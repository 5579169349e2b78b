/**
 * The documented options of tables, columns, indexes and views, and the known settings of databases and roles. Some builds of PostgreSQL
 * store further options, such as a version in every column, which no statement sets and other servers do not have. They are no part
 * of the schema.
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

/** The options of PostgreSQL 15 to 18, by the kind of object. */
export const DOCUMENTED_OPTIONS = {
  column: ['n_distinct', 'n_distinct_inherited'],
  table: ['fillfactor', 'toast_tuple_target', 'parallel_workers', 'user_catalog_table', ...AUTOVACUUM],
  view: ['security_barrier', 'security_invoker', 'check_option'],
  /** Options of btree, hash, gist, spgist, gin and brin. */
  index: [
    ...['fillfactor', 'deduplicate_items', 'buffering', 'fastupdate', 'gin_pending_list_limit'],
    ...['pages_per_range', 'autosummarize'],
  ],
} as const;

/** The access methods whose options are listed above. Options of other methods are kept. */
const LISTED_METHODS = ['btree', 'hash', 'gist', 'spgist', 'gin', 'brin'];

const ALL: readonly string[] = Object.values(DOCUMENTED_OPTIONS).flat();

/** Returns SQL for the documented options in an array such as `pg_class.reloptions`, as sorted text; null when there are none. */
export function createOptionsSql(array: string, of: keyof typeof DOCUMENTED_OPTIONS): string {
  const names = DOCUMENTED_OPTIONS[of].map((name) => `'${name}'`).join(', ');
  return `(SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(${array}) o WHERE split_part(o, '=', 1) IN (${names}))`;
}

/** Settings of roles and databases that pg_settings does not show, or not to every role. */
const HIDDEN_SETTINGS = [
  ...['role', 'session_authorization', 'seed'],
  ...['dynamic_library_path', 'session_preload_libraries', 'extension_control_path'],
];

/** Returns SQL that is true for the name of a setting that the server knows or that an application defines (`app.tenant`). */
export function isDocumentedSetting(name: string): string {
  const hidden = HIDDEN_SETTINGS.map((setting) => `'${setting}'`).join(', ');
  return `(${name} LIKE '%.%' OR lower(${name}) IN (SELECT lower(s.name) FROM pg_settings s) OR lower(${name}) IN (${hidden}))`;
}

/** An option as PostgreSQL and pg_dump write it: `fillfactor='70'`. */
const ENTRY = String.raw`(?:toast\.)?[a-z_][\w$]*=(?:E?'(?:[^']|'')*'|[\w.+-]+)`;

/** `WITH (…)` of an index, constraint, table or view, and `SET (…)` of a column; not the options of operator classes. */
const LIST = new RegExp(String.raw`( |^)(WITH|SET) \((${ENTRY}(?:, ${ENTRY})*)\)`, 'g');

/** Removes undocumented options from the SQL of an index or a constraint. */
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

/** The lines of a dump that can contain options. */
const DUMPED =
  /^(?:WITH \(|CREATE (?:UNIQUE )?INDEX |CREATE (?:MATERIALIZED )?VIEW |ALTER TABLE ONLY .+ ALTER COLUMN .+ SET \(| {4}ADD CONSTRAINT )/;

/** Removes undocumented options from the SQL that pg_restore writes. */
export function removeUnknownOptionsFromDump(sql: string): string {
  return sql
    .split('\n')
    .map((line) => (DUMPED.test(line) ? removeUnknownOptions(line) : line))
    .filter((line) => !/^ALTER TABLE ONLY .+ ALTER COLUMN \S+;$/.test(line))
    .join('\n');
}
