/** A role as SQL names it; 0 is everybody. */
export function createRoleSql(oid: string): string {
  return `CASE ${oid} WHEN 0 THEN 'PUBLIC' WHEN (SELECT owner FROM me) THEN '$owner' ELSE quote_ident(pg_get_userbyid(${oid})) END`;
}

/** An owner who is not the usual one; null otherwise. */
export function createOwnerSql(oid: string): string {
  return `nullif(${createRoleSql(oid)}, '$owner')`;
}

/** Is the object ours? Not an extension's, and not part of another object, as the constructors of a range are. */
export function createOwnSchemaSql(catalog: string, oid: string): string {
  return `NOT EXISTS (SELECT FROM pg_depend WHERE classid = '${catalog}'::regclass AND objid = ${oid} AND deptype IN ('e', 'i'))`;
}

/** A list of texts (settings of a function, options of a foreign table) as one sorted text; null when there are none. */
export function createJoinSql(array: string): string {
  return `(SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(${array}) o)`;
}

/** When a trigger, rule or event trigger fires; null: always but in replication, as PostgreSQL has it by itself. */
export function createEnabledSql(flag: string): string {
  return `CASE ${flag} WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'in replication only' WHEN 'A' THEN 'in replication too' END`;
}

/** The expression when the condition holds, null otherwise. */
export function createCaseSql(condition: string, value: string): string {
  return `CASE WHEN ${condition} THEN ${value} END`;
}

/** The comment on an object, or on one of its columns. Three times as fast as PostgreSQL's own obj_description. */
export function createCommentSql(catalog: string, oid: string, column = '0'): string {
  return `(SELECT description FROM pg_description WHERE objoid = ${oid} AND classoid = '${catalog}'::regclass AND objsubid = ${column})`;
}
