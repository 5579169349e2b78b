import type { Rule } from './catalog.js';

/**
 * PUBLIC has no privileges beyond PostgreSQL's defaults (CONNECT and TEMPORARY on the database, USAGE of types and languages), and not
 * the default EXECUTE on functions, which migrations can revoke.
 */
export const publicGrants: Rule = {
  id: 'public-grants',
  reason: 'PUBLIC is every role of the server, including future ones, so that privileges are granted to single roles',
  check: ({ publicRights, functions }) => [
    ...publicRights.map((right) => ({
      object: `grant ${right} TO PUBLIC`,
      problem: 'gives every role a privilege',
      remedy: revoke(right),
    })),
    ...functions
      .filter(({ publicMayExecute, isTrigger }) => publicMayExecute && !isTrigger)
      .map(({ path }) => ({
        object: `grant EXECUTE ON ROUTINE ${path} TO PUBLIC`,
        problem: 'is the default of a new function',
        remedy: `REVOKE EXECUTE ON ROUTINE ${path} FROM PUBLIC`,
      })),
  ],
};

export const functionSecurity: Rule = {
  id: 'function-security',
  reason: 'a SECURITY DEFINER function runs with the rights of its owner, whoever the caller is',
  check: ({ functions }) =>
    functions
      .filter(({ definer }) => definer)
      .map(({ path }) => ({
        object: `function ${path}`,
        problem: 'is SECURITY DEFINER',
        remedy: `ALTER ROUTINE ${path} SECURITY INVOKER, and grant its callers the privileges that they need`,
      })),
};

export const functionSearchPath: Rule = {
  id: 'function-search-path',
  reason: 'without a search_path of its own, a function uses objects that its caller has created',
  check: ({ functions }) =>
    functions
      .filter(({ looksUpNames, searchPath }) => looksUpNames && (searchPath === null || searchPath.includes('$user')))
      .map(({ path, searchPath }) => ({
        object: `function ${path}`,
        problem:
          searchPath === null ? 'has no search_path' : `has the search_path ${searchPath}, which differs for each role`,
        remedy: `ALTER ROUTINE ${path} SET search_path = pg_catalog, pg_temp; if it reads tables, use SET search_path FROM CURRENT in its migration`,
      })),
};

export const enabledTriggers: Rule = {
  id: 'enabled-triggers',
  reason: 'a disabled trigger refuses nothing',
  check: ({ triggers }) =>
    triggers
      .filter(({ firing }) => firing === 'D' || firing === 'R')
      .map(({ table, name, sql, firing }) => ({
        object: `trigger ${name} on ${table}`,
        problem: firing === 'D' ? 'is disabled' : 'fires in replication only',
        remedy: `ALTER TABLE ${table} ENABLE TRIGGER ${sql}`,
      })),
};

function revoke(right: string): string {
  const [, scope, rest] = /^(FOR ROLE .*?) GRANT (.*)$/.exec(right) ?? [];
  if (scope === undefined || rest === undefined) return `REVOKE ${right} FROM PUBLIC`;
  return `ALTER DEFAULT PRIVILEGES ${scope} REVOKE ${rest} FROM PUBLIC`;
}
