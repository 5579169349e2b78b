import type { Drift } from '../planting.js';

/** Grants, default privileges, settings and roles. */
export const RIGHT_DRIFTS: readonly Drift[] = [
  ['REVOKE SELECT ON zoo.animals FROM $reader', ['grant SELECT ON TABLE zoo.animals TO $reader is missing']],
  ['GRANT DELETE ON posts TO $reader', ['grant DELETE ON TABLE posts TO $reader is there, should not be']],
  ['GRANT SELECT ON posts TO PUBLIC', ['grant SELECT ON TABLE posts TO PUBLIC is there, should not be']],
  [
    'GRANT SELECT ON zoo.animals TO $reader WITH GRANT OPTION',
    ['grant SELECT ON TABLE zoo.animals TO $reader: grant option is yes, should be no'],
  ],
  [
    'REVOKE TRUNCATE ON posts FROM CURRENT_USER',
    ['right TRUNCATE ON TABLE posts FROM $owner is revoked, should not be'],
  ],
  [
    'GRANT SELECT (content) ON posts TO $reader',
    ['grant SELECT (content) ON TABLE posts TO $reader is there, should not be'],
  ],
  [
    'REVOKE UPDATE (legs) ON zoo.animals FROM $reader',
    ['grant UPDATE (legs) ON TABLE zoo.animals TO $reader is missing'],
  ],
  ['GRANT CREATE ON SCHEMA public TO PUBLIC', ['grant CREATE ON SCHEMA public TO PUBLIC is there, should not be']],
  ['REVOKE USAGE ON SCHEMA public FROM PUBLIC', ['grant USAGE ON SCHEMA public TO PUBLIC is missing']],
  ['REVOKE USAGE ON SCHEMA zoo FROM $reader', ['grant USAGE ON SCHEMA zoo TO $reader is missing']],
  [
    'GRANT USAGE ON SEQUENCE migrations_id_seq TO $reader',
    ['grant USAGE ON SEQUENCE migrations_id_seq TO $reader is there, should not be'],
  ],
  ['REVOKE USAGE ON SEQUENCE zoo.tickets FROM $reader', ['grant USAGE ON SEQUENCE zoo.tickets TO $reader is missing']],
  [
    'REVOKE EXECUTE ON FUNCTION refuse_audit_log_change() FROM PUBLIC',
    ['right EXECUTE ON ROUTINE refuse_audit_log_change() FROM PUBLIC is revoked, should not be'],
  ],
  [
    'GRANT EXECUTE ON FUNCTION zoo.twice(int) TO PUBLIC',
    ['right EXECUTE ON ROUTINE zoo.twice(n integer) FROM PUBLIC is not revoked, should be'],
  ],
  [
    'GRANT EXECUTE ON FUNCTION zoo.twice(int) TO $reader',
    ['grant EXECUTE ON ROUTINE zoo.twice(n integer) TO $reader is there, should not be'],
  ],
  ['REVOKE USAGE ON TYPE platform FROM PUBLIC', ['right USAGE ON TYPE platform FROM PUBLIC is revoked, should not be']],
  [
    'GRANT USAGE ON DOMAIN zoo.weight TO $reader',
    ['grant USAGE ON TYPE zoo.weight TO $reader is there, should not be'],
  ],
  [
    'REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC',
    ['right USAGE ON LANGUAGE plpgsql FROM PUBLIC is revoked, should not be'],
  ],
  [
    'GRANT CREATE ON DATABASE $database TO $reader',
    ['grant CREATE ON DATABASE $database TO $reader is there, should not be'],
  ],
  [
    'REVOKE CONNECT ON DATABASE $database FROM PUBLIC',
    ['right CONNECT ON DATABASE $database FROM PUBLIC is revoked, should not be'],
  ],
  [
    'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO $reader',
    ['default privilege FOR ROLE $owner GRANT SELECT ON TABLES TO $reader is there, should not be'],
  ],
  [
    'ALTER DEFAULT PRIVILEGES IN SCHEMA zoo REVOKE SELECT ON TABLES FROM $reader',
    ['default privilege FOR ROLE $owner IN SCHEMA zoo GRANT SELECT ON TABLES TO $reader is missing'],
  ],
  [
    'ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC',
    ['default privilege FOR ROLE $owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC is there, should not be'],
  ],
  [
    'ALTER DEFAULT PRIVILEGES FOR ROLE $writer IN SCHEMA zoo GRANT USAGE ON SEQUENCES TO PUBLIC',
    ['default privilege FOR ROLE $writer IN SCHEMA zoo GRANT USAGE ON SEQUENCES TO PUBLIC is there, should not be'],
  ],
  [
    'ALTER DATABASE $database SET default_transaction_isolation TO serializable',
    ['setting default_transaction_isolation of DATABASE $database is there, should not be'],
  ],
  [
    'ALTER DATABASE $database SET search_path TO zoo, "$user", public',
    ['setting search_path of DATABASE $database is there, should not be'],
  ],
  [
    "ALTER ROLE $reader IN DATABASE $database SET work_mem TO '1GB'",
    ['setting work_mem of ROLE $reader IN DATABASE $database is there, should not be'],
  ],
  [
    'ALTER ROLE $writer IN DATABASE $database SET shared_db.audit_purge TO on',
    ['setting shared_db.audit_purge of ROLE $writer IN DATABASE $database is there, should not be'],
  ],
  [
    "ALTER ROLE $reader SET statement_timeout = '9s'",
    ['setting statement_timeout of ROLE $reader: value is 9s, should be 5s'],
  ],
  ['ALTER ROLE $reader RESET statement_timeout', ['setting statement_timeout of ROLE $reader is missing']],
  [
    'ALTER ROLE ALL SET log_min_duration_statement = 0',
    ['setting log_min_duration_statement of ROLE ALL is there, should not be'],
  ],
  ['ALTER ROLE $reader SUPERUSER', ['role $reader SUPERUSER is there, should not be']],
  ['ALTER ROLE $reader BYPASSRLS', ['role $reader BYPASSRLS is there, should not be']],
  ['GRANT pg_write_all_data TO $reader', ['role $reader IN ROLE pg_write_all_data is there, should not be']],
];
