import { createRoleSql, createCaseSql } from './common.js';

/** The sources of privileges: the object in SQL, the letter of its kind for `acldefault`, and the catalog with the privileges. */
interface Holder {
  readonly target: string;
  readonly parent: string;
  readonly letter: string;
  readonly acl: string;
  readonly owner: string;
  readonly from: string;
}

const rel = { parent: 'key', acl: 'relacl', owner: 'relowner' };

const HOLDERS: readonly Holder[] = [
  { ...rel, target: `'TABLE ' || path`, letter: 'r', from: `rel WHERE relkind IN ('r', 'p', 'v', 'm', 'f')` },
  { ...rel, target: `'SEQUENCE ' || path`, letter: 's', from: `rel WHERE relkind = 'S'` },
  {
    target: `'SCHEMA ' || schema`,
    parent: `'schema ' || schema`,
    letter: 'n',
    acl: 'nspacl',
    owner: 'nspowner',
    from: 'space',
  },
  {
    target: `'ROUTINE ' || path`,
    parent: `sort || ' ' || path`,
    letter: 'f',
    acl: 'proacl',
    owner: 'proowner',
    from: 'routine',
  },
  {
    target: `'TYPE ' || path`,
    parent: `sort || ' ' || path`,
    letter: 'T',
    acl: 'typacl',
    owner: 'typowner',
    from: 'kind',
  },
  { target: `'DATABASE $database'`, parent: 'NULL', letter: 'd', acl: 'datacl', owner: 'datdba', from: 'here' },
  {
    target: `'LANGUAGE ' || quote_ident(lanname)`,
    parent: 'NULL',
    letter: 'l',
    acl: 'lanacl',
    owner: 'lanowner',
    from: 'pg_language',
  },
  {
    target: `'FOREIGN SERVER ' || quote_ident(srvname)`,
    parent: 'NULL',
    letter: 'S',
    acl: 'srvacl',
    owner: 'srvowner',
    from: 'pg_foreign_server',
  },
];

const createGrantsSql = ({ target, parent, letter, acl, owner, from }: Holder): string => `
SELECT 'grant', privilege_type || ' ON ' || target || ' TO ' || ${createRoleSql('grantee')}, NULL, parent, jsonb_build_object(
  'grant option', ${createCaseSql('bool_or(is_grantable)', `'yes'`)},
  'given by', string_agg(${createCaseSql('grantor <> owner', createRoleSql('grantor'))}, ', ' ORDER BY grantor))
FROM (SELECT ${target} AS target, ${parent} AS parent, ${acl} AS acl, ${owner} AS owner FROM ${from}) h,
  LATERAL (SELECT * FROM aclexplode(acl) EXCEPT SELECT * FROM aclexplode(acldefault('${letter}', owner))) a
GROUP BY target, parent, privilege_type, grantee`;

// Default privileges that were revoked. The list is null where no privilege was ever granted or revoked.
const createRevokesSql = ({ target, parent, letter, acl, owner, from }: Holder): string => `
SELECT 'revoked', privilege_type || ' ON ' || target || ' FROM ' || ${createRoleSql('grantee')}, NULL, parent, '{}'::jsonb
FROM (SELECT ${target} AS target, ${parent} AS parent, ${acl} AS acl, ${owner} AS owner FROM ${from}) h,
  LATERAL (SELECT grantee, privilege_type FROM aclexplode(acldefault('${letter}', owner))
           EXCEPT SELECT grantee, privilege_type FROM aclexplode(acl)) a
WHERE acl IS NOT NULL`;

// Columns have no default privileges.
const onColumns = `
SELECT 'grant', privilege_type || ' (' || quote_ident(attname) || ') ON TABLE ' || path || ' TO ' || ${createRoleSql('grantee')}, NULL,
  'column ' || path || '.' || quote_ident(attname), jsonb_build_object(
  'grant option', ${createCaseSql('bool_or(is_grantable)', `'yes'`)},
  'given by', string_agg(${createCaseSql('grantor <> relowner', createRoleSql('grantor'))}, ', ' ORDER BY grantor))
FROM rel JOIN pg_attribute ON attrelid = rel.oid AND NOT attisdropped, aclexplode(attacl)
GROUP BY path, attname, privilege_type, grantee`;

/** Global default privileges replace PostgreSQL's own, those of a schema are added to them. */
const DEFAULTS = `
FROM (SELECT defaclrole AS owner, defaclacl AS acl,
  CASE WHEN defaclnamespace = 0 THEN acldefault(CASE defaclobjtype WHEN 'S' THEN 's' ELSE defaclobjtype END, defaclrole)
    END AS usual,
  'FOR ROLE ' || ${createRoleSql('defaclrole')} || coalesce(' IN SCHEMA ' || schema, '') AS scope,
  CASE defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES'
    WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END AS things, 'schema ' || schema AS parent
  FROM pg_default_acl LEFT JOIN space s ON s.oid = defaclnamespace
  WHERE defaclnamespace NOT IN (SELECT oid FROM elsewhere)) d`;

const byDefault = `
SELECT 'default privilege', scope || ' GRANT ' || privilege_type || ' ON ' || things || ' TO ' || ${createRoleSql('grantee')}, NULL, parent,
  jsonb_build_object('grant option', ${createCaseSql('is_grantable', `'yes'`)})
${DEFAULTS}, LATERAL (SELECT * FROM aclexplode(acl) EXCEPT SELECT * FROM aclexplode(usual)) a`;

const notByDefault = `
SELECT 'default privilege', scope || ' REVOKE ' || privilege_type || ' ON ' || things || ' FROM ' || ${createRoleSql('grantee')}, NULL, parent,
  '{}'::jsonb
${DEFAULTS}, LATERAL (SELECT grantee, privilege_type FROM aclexplode(usual)
                      EXCEPT SELECT grantee, privilege_type FROM aclexplode(acl)) a`;

/** The privileges that differ from PostgreSQL's defaults for owners and PUBLIC. */
export const RIGHTS = [
  ...HOLDERS.flatMap((holder) => [createGrantsSql(holder), createRevokesSql(holder)]),
  onColumns,
  byDefault,
  notByDefault,
];
