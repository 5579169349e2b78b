import type { Rule } from './catalog.js';

/**
 * What PUBLIC has on everything by itself (CONNECT and TEMPORARY on a database, USAGE of types and languages) is no grant of ours,
 * and migrations do not own the database. EXECUTE on functions is: it comes with each CREATE FUNCTION.
 */
export const publicGrants: Rule = {
  id: 'public-grants',
  reason: 'PUBLIC is every role that will ever be made on the server: rights are given to roles, one by one',
  check: ({ publicRights, functions }) => [
    ...publicRights.map((right) => ({
      object: `grant ${right} TO PUBLIC`,
      problem: 'gives everybody a right',
      remedy: revoke(right),
    })),
    ...functions
      .filter(({ publicMayExecute, isTrigger }) => publicMayExecute && !isTrigger)
      .map(({ path }) => ({
        object: `grant EXECUTE ON ROUTINE ${path} TO PUBLIC`,
        problem: 'comes with every new function',
        remedy: `REVOKE EXECUTE ON ROUTINE ${path} FROM PUBLIC`,
      })),
  ],
};

export const functionSecurity: Rule = {
  id: 'function-security',
  reason: 'a SECURITY DEFINER function lends the rights of its owner to whoever calls it',
  check: ({ functions }) =>
    functions
      .filter(({ definer }) => definer)
      .map(({ path }) => ({
        object: `function ${path}`,
        problem: 'is SECURITY DEFINER',
        remedy: `ALTER ROUTINE ${path} SECURITY INVOKER, and grant the right that it lent`,
      })),
};

export const functionSearchPath: Rule = {
  id: 'function-search-path',
  reason: 'without a search_path of its own a function finds what its caller put in the way',
  check: ({ functions }) =>
    functions
      .filter(({ looksUpNames, searchPath }) => looksUpNames && (searchPath === null || searchPath.includes('$user')))
      .map(({ path, searchPath }) => ({
        object: `function ${path}`,
        problem:
          searchPath === null ? 'has no search_path' : `has the search_path ${searchPath}, another one for each role`,
        remedy: `ALTER ROUTINE ${path} SET search_path = pg_catalog, pg_temp; one that reads tables takes SET search_path FROM CURRENT in its migration`,
      })),
};

export const enabledTriggers: Rule = {
  id: 'enabled-triggers',
  reason: 'a trigger that does not fire guards nothing, and looks as if it did',
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
