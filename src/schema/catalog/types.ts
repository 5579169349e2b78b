import { comment, otherOwner, ours, when } from './common.js';

const about = `
  'owner', ${otherOwner('typowner')},
  'comment', ${comment('pg_type', 't.oid')}`;

const enums = `
SELECT sort, path, NULL, 'schema ' || schema, jsonb_build_object(
  'values', (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid),
  ${about}) FROM kind t WHERE typtype = 'e'`;

const domains = `
SELECT sort, path, NULL, 'schema ' || schema, jsonb_build_object(
  'type', format_type(typbasetype, typtypmod),
  'null', ${when('typnotnull', `'not allowed'`)},
  'default', typdefault,
  'collation', (SELECT typcollation::regcollation::text FROM pg_type b WHERE b.oid = t.typbasetype AND b.typcollation <> t.typcollation),
  'checks', (SELECT string_agg(quote_ident(conname) || ' ' || pg_get_constraintdef(oid), ', ' ORDER BY conname)
             FROM pg_constraint WHERE contypid = t.oid AND contype = 'c'),
  ${about}) FROM kind t WHERE typtype = 'd'`;

// Arrays, the row types of tables and the multiranges of ranges are part of other types, and so not among ours.
const others = `
SELECT sort, path, NULL, 'schema ' || schema, jsonb_build_object(
  'definition', CASE typtype
    WHEN 'c' THEN '(' || (SELECT string_agg(quote_ident(attname) || ' ' || format_type(atttypid, atttypmod) ||
      CASE WHEN attcollation IN (0, 100) THEN '' ELSE ' COLLATE ' || attcollation::regcollation END, ', ' ORDER BY attnum)
      FROM pg_attribute WHERE attrelid = typrelid AND attnum > 0 AND NOT attisdropped) || ')'
    WHEN 'r' THEN (SELECT format('RANGE (SUBTYPE = %s, SUBTYPE_OPCLASS = %s, CANONICAL = %s, SUBTYPE_DIFF = %s)',
      format_type(rngsubtype, NULL), (SELECT opcname FROM pg_opclass WHERE oid = rngsubopc), rngcanonical, rngsubdiff)
      FROM pg_range WHERE rngtypid = t.oid)
    ELSE format('(INPUT = %s, OUTPUT = %s)', typinput, typoutput) END,
  ${about}) FROM kind t WHERE typtype IN ('b', 'c', 'p', 'r')`;

// The locale is in a column that was renamed in 17.
const collations = `
SELECT 'collation', schema || '.' || quote_ident(collname), NULL, 'schema ' || schema, jsonb_build_object(
  'definition', concat_ws(', ', 'PROVIDER = ' || collprovider::text, 'LOCALE = ' || coalesce(
      to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale', collcollate),
    'LC_CTYPE = ' || collctype, CASE WHEN NOT collisdeterministic THEN 'DETERMINISTIC = false' END),
  'owner', ${otherOwner('collowner')},
  'comment', ${comment('pg_collation', 'c.oid')})
FROM pg_collation c JOIN space s ON s.oid = collnamespace WHERE ${ours('pg_collation', 'c.oid')}`;

/** What values there are. */
export const TYPES = [enums, domains, others, collations];
