import type { CasesByRule } from '../case.js';

const PATH = 'SET search_path = pg_catalog, pg_temp';

/** A function that only its owner may call. */
function twice(options: string, body = "AS 'SELECT n * 2'"): string {
  return `CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql ${options} ${body}; REVOKE EXECUTE ON FUNCTION twice FROM PUBLIC`;
}

const here = (sql: string): string => `DO $$ BEGIN EXECUTE format('${sql}', current_database()); END $$`;

export const RIGHT_CASES: CasesByRule = {
  'public-grants': {
    broken: [
      ['GRANT SELECT ON posts TO PUBLIC', ['public-grants grant SELECT ON TABLE posts TO PUBLIC']],
      ['GRANT SELECT (content) ON posts TO PUBLIC', ['public-grants grant SELECT (content) ON TABLE posts TO PUBLIC']],
      // No rule asks about the tables of migrations, but for this one.
      ['GRANT INSERT ON migrations TO PUBLIC', ['public-grants grant INSERT ON TABLE migrations TO PUBLIC']],
      [
        'GRANT USAGE ON SEQUENCE migrations_id_seq TO PUBLIC',
        ['public-grants grant USAGE ON SEQUENCE migrations_id_seq TO PUBLIC'],
      ],
      ['GRANT CREATE ON SCHEMA public TO PUBLIC', ['public-grants grant CREATE ON SCHEMA public TO PUBLIC']],
      [here('GRANT CREATE ON DATABASE %I TO PUBLIC'), ['public-grants grant CREATE ON DATABASE $database TO PUBLIC']],
      [
        'ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC',
        ['public-grants grant FOR ROLE $owner IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC'],
      ],
      [
        `CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql ${PATH} AS 'SELECT n * 2'`,
        ['public-grants grant EXECUTE ON ROUTINE twice(n integer) TO PUBLIC'],
      ],
      [
        'CREATE VIEW open_posts AS SELECT id FROM posts; GRANT SELECT ON open_posts TO PUBLIC',
        ['public-grants grant SELECT ON TABLE open_posts TO PUBLIC'],
      ],
    ],
    fine: [
      'GRANT SELECT ON posts TO pg_monitor',
      'REVOKE USAGE ON SCHEMA public FROM PUBLIC',
      here('REVOKE ALL ON DATABASE %I FROM PUBLIC'),
      twice(PATH),
      `CREATE ROLE "PUBLIC"; GRANT SELECT ON posts TO "PUBLIC"`,
      'ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC',
      // Nobody can call a trigger function.
      `CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql ${PATH} AS 'BEGIN RETURN NEW; END'`,
    ],
  },
  'function-security': {
    broken: [
      [twice(`SECURITY DEFINER ${PATH}`), ['function-security function twice(n integer)']],
      [
        'ALTER FUNCTION refuse_audit_log_change SECURITY DEFINER',
        ['function-security function refuse_audit_log_change()'],
      ],
    ],
    fine: [twice(`SECURITY INVOKER ${PATH}`)],
  },
  'function-search-path': {
    broken: [
      [twice(''), ['function-search-path function twice(n integer)']],
      [twice('SET search_path = "$user", public'), ['function-search-path function twice(n integer)']],
      [
        'ALTER FUNCTION refuse_audit_log_change RESET search_path',
        ['function-search-path function refuse_audit_log_change()'],
      ],
      [
        `CREATE PROCEDURE feed() LANGUAGE plpgsql AS 'BEGIN END'; REVOKE EXECUTE ON PROCEDURE feed FROM PUBLIC`,
        ['function-search-path function feed()'],
      ],
    ],
    fine: [
      twice("SET search_path = ''"),
      // Looked up when it is made.
      twice('', 'RETURN n * 2'),
      `CREATE AGGREGATE product(float8) (SFUNC = float8mul, STYPE = float8, INITCOND = '1'); REVOKE EXECUTE ON FUNCTION product FROM PUBLIC`,
    ],
  },
  'enabled-triggers': {
    broken: [
      [
        'ALTER TABLE audit_logs DISABLE TRIGGER tg_audit_logs__append_only',
        ['enabled-triggers trigger tg_audit_logs__append_only on audit_logs'],
      ],
      [
        'ALTER TABLE audit_logs ENABLE REPLICA TRIGGER tg_audit_logs__no_truncate',
        ['enabled-triggers trigger tg_audit_logs__no_truncate on audit_logs'],
      ],
    ],
    fine: ['ALTER TABLE audit_logs ENABLE ALWAYS TRIGGER tg_audit_logs__append_only'],
  },
};
