import { comment, enabled, joined, otherOwner, ours, when } from './common.js';

const routines = `
SELECT sort, path, NULL, 'schema ' || schema, jsonb_build_object(
  'arguments', nullif(pg_get_function_arguments(p.oid), ''),
  'result', pg_get_function_result(p.oid),
  'language', lanname,
  'body', ${when(`prokind <> 'a'`, `coalesce(pg_get_function_sqlbody(p.oid), nullif(probin, '') || ' ' || prosrc, prosrc)`)},
  'security', ${when('prosecdef', `'DEFINER'`)},
  'volatility', CASE provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' END,
  'strictness', ${when('proisstrict', `'STRICT'`)},
  'leakproof', ${when('proleakproof', `'yes'`)},
  'parallel', CASE proparallel WHEN 's' THEN 'SAFE' WHEN 'r' THEN 'RESTRICTED' END,
  'cost', ${when(`procost <> CASE WHEN lanname IN ('c', 'internal') THEN 1 ELSE 100 END`, 'procost::text')},
  'rows', ${when('proretset AND prorows <> 1000', 'prorows::text')},
  'settings', ${joined('proconfig')},
  'aggregate', (SELECT concat_ws(', ', 'SFUNC = ' || aggtransfn, 'STYPE = ' || format_type(aggtranstype, NULL),
     'FINALFUNC = ' || nullif(aggfinalfn::text, '-'), 'INITCOND = ' || quote_literal(agginitval),
     'COMBINEFUNC = ' || nullif(aggcombinefn::text, '-'), 'SORTOP = ' || nullif(aggsortop, 0)::regoperator)
     FROM pg_aggregate WHERE aggfnoid = p.oid),
  'definition', ${when(`prokind <> 'a'`, 'pg_get_functiondef(p.oid)')},
  'owner', ${otherOwner('proowner')},
  'comment', ${comment('pg_proc', 'p.oid')})
FROM routine p JOIN pg_language l ON l.oid = prolang`;

const triggers = `
SELECT 'trigger', quote_ident(tgname), path, key, jsonb_build_object(
  'definition', pg_get_triggerdef(t.oid),
  'firing', ${enabled('tgenabled')},
  'comment', ${comment('pg_trigger', 't.oid')})
FROM rel JOIN pg_trigger t ON tgrelid = rel.oid WHERE NOT tgisinternal`;

// The rule behind a view is the view.
const rules = `
SELECT 'rule', quote_ident(rulename), path, key, jsonb_build_object(
  'definition', pg_get_ruledef(r.oid),
  'firing', ${enabled('ev_enabled')},
  'comment', ${comment('pg_rewrite', 'r.oid')})
FROM rel JOIN pg_rewrite r ON ev_class = rel.oid WHERE rulename <> '_RETURN'`;

const eventTriggers = `
SELECT 'event trigger', quote_ident(evtname), NULL, NULL, jsonb_build_object(
  'definition', format('CREATE EVENT TRIGGER %I ON %s%s EXECUTE FUNCTION %s()', evtname, evtevent,
    ' WHEN TAG IN (' || (SELECT string_agg(quote_literal(g), ', ' ORDER BY g) FROM unnest(evttags) g) || ')', evtfoid::regproc),
  'firing', ${enabled('evtenabled')},
  'owner', ${otherOwner('evtowner')},
  'comment', ${comment('pg_event_trigger', 'e.oid')})
FROM pg_event_trigger e WHERE ${ours('pg_event_trigger', 'e.oid')}`;

/** What runs in the database. */
export const ROUTINES = [routines, triggers, rules, eventTriggers];
