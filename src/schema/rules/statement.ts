import { comment, when } from '../catalog/common.js';
import { RIGHTS } from '../catalog/rights.js';
import { prologue } from '../statement.js';

const TABLES = `SELECT *, relname AS table_name FROM rel WHERE relkind IN ('r', 'p') AND NOT relispartition`;

const tables = `
SELECT 'tables' AS part, jsonb_build_object('path', path, 'name', table_name, 'comment', ${comment('pg_class', 'oid')}) AS facts
FROM ours ORDER BY path`;

const columns = `
SELECT 'columns', jsonb_build_object(
  'table', path, 'name', attname, 'sql', quote_ident(attname),
  'type', CASE typtype WHEN 'd' THEN format_type(typbasetype, typtypmod) ELSE format_type(atttypid, atttypmod) END,
  'notNull', attnotnull,
  'default', ${when(`attgenerated = ''`, 'pg_get_expr(adbin, adrelid)')},
  'comment', ${comment('pg_class', 'attrelid', 'attnum')})
FROM ours t JOIN pg_attribute ON attrelid = t.oid AND attnum > 0 AND NOT attisdropped
JOIN pg_type y ON y.oid = atttypid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
ORDER BY path, attnum`;

// Constraint triggers (t) are triggers.
const constraints = `
SELECT 'constraints', jsonb_build_object(
  'table', path, 'tableName', table_name, 'name', conname, 'sql', quote_ident(conname), 'kind', contype,
  'columns', ARRAY(SELECT attname FROM unnest(conkey) WITH ORDINALITY k (number, place)
                   JOIN pg_attribute ON attrelid = conrelid AND attnum = number ORDER BY place),
  -- No rule asks for others, and to write them all takes as long as all the rest. From 16384 on types are somebody's own: domains.
  'expression', ${when(
    `contype = 'c' AND cardinality(conkey) = 1 AND EXISTS (
     SELECT FROM pg_attribute WHERE attrelid = conrelid AND attnum = conkey[1]
       AND (atttypid IN ('float4'::regtype, 'float8'::regtype, 'numeric'::regtype) OR atttypid >= 16384))`,
    'pg_get_expr(conbin, conrelid)',
  )},
  'onDelete', ${when(`contype = 'f'`, 'confdeltype')},
  'validated', convalidated,
  'enforced', contype <> 'f' OR NOT EXISTS (SELECT FROM pg_trigger WHERE tgconstraint = c.oid AND tgisinternal AND tgenabled IN ('D', 'R')))
FROM ours t JOIN pg_constraint c ON conrelid = t.oid WHERE contype <> 't' ORDER BY path, conname`;

const indexes = `
SELECT 'indexes', jsonb_build_object(
  'table', path, 'tableName', table_name, 'name', i.relname, 'sql', quote_ident(i.relname),
  'columns', ARRAY(SELECT (SELECT attname FROM pg_attribute WHERE attrelid = indrelid AND attnum = indkey[k - 1] AND attnum > 0)
                   FROM generate_series(1, indnkeyatts) k),
  'keys', ARRAY(SELECT concat_ws(' ', pg_get_indexdef(indexrelid, k, false), indclass[k - 1], indcollation[k - 1])
                FROM generate_series(1, indnkeyatts) k),
  'directions', ARRAY(SELECT indoption[k - 1] FROM generate_series(1, indnkeyatts) k),
  'included', ARRAY(SELECT pg_get_indexdef(indexrelid, k, false) FROM generate_series(indnkeyatts + 1, indnatts) k),
  'unique', indisunique, 'nullsNotDistinct', indnullsnotdistinct, 'method', amname,
  'predicate', pg_get_expr(indpred, indrelid),
  'valid', indisvalid AND indisready AND indislive,
  'ofConstraint', EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x')))
FROM ours t JOIN pg_index ON indrelid = t.oid JOIN pg_class i ON i.oid = indexrelid JOIN pg_am a ON a.oid = i.relam
ORDER BY path, i.relname`;

const triggers = `
SELECT 'triggers', jsonb_build_object(
  'table', path, 'tableName', table_name, 'name', tgname, 'sql', quote_ident(tgname), 'firing', tgenabled)
FROM ours t JOIN pg_trigger ON tgrelid = t.oid WHERE NOT tgisinternal ORDER BY path, tgname`;

// Of aggregates and of functions in C the body is code of the server; what BEGIN ATOMIC holds was looked up when it was made.
const functions = `
SELECT 'functions', jsonb_build_object(
  'path', path,
  'isTrigger', prorettype IN ('trigger'::regtype, 'event_trigger'::regtype),
  'definer', prosecdef,
  'looksUpNames', prokind <> 'a' AND lanname NOT IN ('c', 'internal') AND prosqlbody IS NULL,
  'searchPath', (SELECT substr(s, 13) FROM unnest(proconfig) s WHERE starts_with(s, 'search_path=')),
  'publicMayExecute', EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE grantee = 0))
FROM routine JOIN pg_language l ON l.oid = prolang ORDER BY path`;

// A role of that name is written in quotation marks.
const publicRights = `
SELECT 'publicRights', to_jsonb(replace(replace(left(name, -length(' TO PUBLIC')),
  '$owner', (SELECT quote_ident(pg_get_userbyid(owner)) FROM me)), '$database', quote_ident(current_database())))
FROM (${RIGHTS.join('\nUNION ALL\n')}) rights (kind, name, "on", parent, facts)
WHERE kind <> 'revoked' AND name LIKE '% TO PUBLIC' ORDER BY name`;

/** All of it in one statement: rows of (part, facts), each part in order. */
export function catalogStatement(schema: string): string {
  return `${prologue(schema, 'schema')},
ours AS MATERIALIZED (${TABLES})
${[tables, columns, constraints, indexes, triggers, functions, publicRights].map((part) => `(${part})`).join('\nUNION ALL\n')}`;
}
