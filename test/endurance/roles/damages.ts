import { DATABASE } from '../../support/roles.js';

/** What somebody did by hand, and how it is told of. */
type Damage = readonly [sql: string, ...says: string[]];

/** Rights and attributes that are too many. */
const TOO_MUCH: readonly Damage[] = [
  ['ALTER ROLE app SUPERUSER', 'role app SUPERUSER is there, should not be'],
  [
    'ALTER ROLE app BYPASSRLS CREATEDB',
    'role app CREATEDB is there, should not be',
    'role app BYPASSRLS is there, should not be',
  ],
  ['ALTER ROLE reader CREATEROLE', 'role reader CREATEROLE is there, should not be'],
  ['ALTER ROLE retention REPLICATION', 'role retention REPLICATION is there, should not be'],
  ['ALTER ROLE owner LOGIN', 'role owner LOGIN is there, should not be'],
  ['ALTER ROLE app NOLOGIN', 'role app LOGIN is missing'],
  ['ALTER ROLE migrator INHERIT', 'role migrator INHERIT is there, should not be'],
  ['GRANT pg_execute_server_program TO app', 'role app IN ROLE pg_execute_server_program is there, should not be'],
  ['GRANT retention TO app', 'role app IN ROLE retention is there, should not be'],
  ['GRANT owner TO stranger', 'role stranger IN ROLE owner is there, should not be'],
  ['GRANT migrator TO reader WITH ADMIN OPTION', 'role reader IN ROLE migrator is there, should not be'],
  [
    'GRANT owner TO migrator WITH ADMIN OPTION',
    'role migrator IN ROLE owner WITH ADMIN OPTION is there, should not be',
  ],
  ['GRANT SELECT ON authors TO reader', 'grant SELECT ON TABLE authors TO reader is there, should not be'],
  [
    'GRANT SELECT (handle) ON authors TO reader',
    'grant SELECT (handle) ON TABLE authors TO reader is there, should not be',
  ],
  [
    'GRANT SELECT ON posts TO app WITH GRANT OPTION',
    'grant SELECT ON TABLE posts TO app: grant option is yes, should be no',
  ],
  ['GRANT SELECT ON posts TO PUBLIC', 'grant SELECT ON TABLE posts TO PUBLIC is there, should not be'],
  ['GRANT USAGE ON SCHEMA public TO PUBLIC', 'grant USAGE ON SCHEMA public TO PUBLIC is there, should not be'],
  ['GRANT CREATE ON SCHEMA public TO app', 'grant CREATE ON SCHEMA public TO app is there, should not be'],
  [
    `GRANT TEMPORARY ON DATABASE ${DATABASE} TO PUBLIC`,
    `right TEMPORARY ON DATABASE ${DATABASE} FROM PUBLIC is not revoked, should be`,
  ],
  [`REVOKE CONNECT ON DATABASE ${DATABASE} FROM reader`, `grant CONNECT ON DATABASE ${DATABASE} TO reader is missing`],
  [
    'GRANT EXECUTE ON FUNCTION refuse_audit_log_change() TO PUBLIC',
    'right EXECUTE ON ROUTINE refuse_audit_log_change() FROM PUBLIC is not revoked, should be',
  ],
  ['GRANT USAGE ON TYPE platform TO PUBLIC', 'right USAGE ON TYPE platform FROM PUBLIC is not revoked, should be'],
  [
    'ALTER DEFAULT PRIVILEGES FOR ROLE owner GRANT EXECUTE ON FUNCTIONS TO PUBLIC',
    'default privilege FOR ROLE owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC is missing',
  ],
  [
    'ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA public GRANT SELECT ON TABLES TO reader',
    'default privilege FOR ROLE owner IN SCHEMA public GRANT SELECT ON TABLES TO reader is there, should not be',
  ],
  [
    'ALTER ROLE app SET session_replication_role = replica',
    'setting session_replication_role of ROLE app is there, should not be',
  ],
  [
    `ALTER ROLE migrator IN DATABASE ${DATABASE} RESET role`,
    `setting role of ROLE migrator IN DATABASE ${DATABASE} is missing`,
  ],
];

/** Those that are missing, and a table that is another's. */
const TOO_LITTLE: readonly Damage[] = [
  ['REVOKE owner FROM migrator', 'role migrator IN ROLE owner is missing'],
  ['REVOKE SELECT ON posts FROM app', 'grant SELECT ON TABLE posts TO app is missing'],
  ['REVOKE SELECT (platform) ON authors FROM reader', 'grant SELECT (platform) ON TABLE authors TO reader is missing'],
  [
    'GRANT UPDATE, TRUNCATE ON audit_logs TO app',
    'grant TRUNCATE ON TABLE audit_logs TO app is there, should not be',
    'grant UPDATE ON TABLE audit_logs TO app is there, should not be',
  ],
  ['ALTER TABLE kpi_metrics OWNER TO stranger', 'table kpi_metrics: owner is stranger, should be owner'],
  [
    `ALTER ROLE app IN DATABASE ${DATABASE} SET statement_timeout = '99s'`,
    `setting statement_timeout of ROLE app IN DATABASE ${DATABASE}: value is 99s, should be 10s`,
  ],
];

/** Each can be done all at once. */
export const DAMAGES = { TOO_MUCH, TOO_LITTLE };
