import { documentedOptions } from '../options.js';
import { comment, enabled, role, when } from './common.js';

// NOT NULL (contype n) is a fact of its column: only 18 has it here. Constraint triggers (t) are triggers.
const constraints = `
SELECT 'constraint', quote_ident(conname), path, key, jsonb_build_object(
  'definition', pg_get_constraintdef(c.oid),
  -- Whether the triggers behind a foreign key fire: switched off, rows of nobody get in.
  'enforcement', (SELECT ${enabled('min(tgenabled)')} FROM pg_trigger WHERE tgconstraint = c.oid AND tgisinternal
                  AND tgenabled <> 'O'),
  'index', ${when('NOT indisvalid', `'invalid'`)},
  'options', (SELECT ${documentedOptions('i.reloptions', 'index')} FROM pg_class i WHERE i.oid = indexrelid),
  'comment on the index', ${comment('pg_class', 'indexrelid')},
  'clustered', ${when('indisclustered', `'yes'`)},
  'comment', ${comment('pg_constraint', 'c.oid')})
FROM rel JOIN pg_constraint c ON conrelid = rel.oid
LEFT JOIN pg_index ON indexrelid = conindid AND contype IN ('p', 'u', 'x')
WHERE contype NOT IN ('n', 't')`;

// The index of a constraint is the constraint's.
const indexes = `
SELECT 'index', i.path, NULL, t.key, jsonb_build_object(
  'definition', pg_get_indexdef(i.oid),
  'validity', CASE WHEN NOT indisvalid THEN 'invalid' WHEN NOT indisready THEN 'not ready' END,
  'clustered', ${when('indisclustered', `'yes'`)},
  'part of', (SELECT inhparent::regclass::text FROM pg_inherits WHERE inhrelid = i.oid),
  'comment', ${comment('pg_class', 'i.oid')})
FROM rel i JOIN pg_index ON indexrelid = i.oid JOIN rel t ON t.oid = indrelid
WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.oid AND contype IN ('p', 'u', 'x'))`;

const policies = `
SELECT 'policy', quote_ident(polname), path, key, jsonb_build_object(
  'definition', format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', polname, path,
    CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
    CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
    (SELECT string_agg(r, ', ' ORDER BY r) FROM (SELECT ${role('o')} FROM unnest(polroles) o) roles (r)),
    ' USING (' || pg_get_expr(polqual, polrelid) || ')', ' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')'),
  'comment', ${comment('pg_policy', 'p.oid')})
FROM rel JOIN pg_policy p ON polrelid = rel.oid`;

/** What a table refuses, and how it finds its rows. */
export const CONSTRAINTS = [constraints, indexes, policies];
