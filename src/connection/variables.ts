import { OPT_OUTS } from './url-policy.js';

/** A documented environment variable. `docs/reference/environment.md` is generated from these. */
interface Variable {
  readonly meaning: string;
  /** The behaviour without the variable, or with an empty one. */
  readonly fallback: string;
  /** An invented value, never a real secret. */
  readonly example: string;
  readonly readBy: keyof typeof READERS;
}

/** The programs and functions that read a variable. */
export const READERS = {
  commands: 'every command, `readConnectionEnvironment()`',
  everyone: 'every command, `createDataSource`',
  cli: 'every command',
  start: '`start`',
  tests: '`npm test`',
} as const;

/** All variables of the package. `environment.ts` reads no others. */
export const VARIABLES = {
  NODE_ENV: {
    meaning:
      'any name but `development` and `test` counts as production, `prod` and `staging` too: it forbids the embedded server, sample data and unsafe connections, logs no SQL and reads no `.env`; a new database stores the name, and destructive commands ask for the name of the database unless both say `development` or `test`',
    fallback: 'development',
    example: 'production',
    readBy: 'everyone',
  },
  DATABASE_URL: {
    meaning: 'the database: `postgres://user:password@host:port/database?sslmode=verify-full&sslrootcert=/path`',
    fallback: 'the next two; in development the embedded server',
    example: 'postgres://antone_app@db.example.com/antone?sslmode=verify-full',
    readBy: 'commands',
  },
  DATABASE_URL_FILE: {
    meaning: 'a file that contains the URL, read again for each new connection',
    fallback: '–',
    example: '/run/secrets/database-url',
    readBy: 'commands',
  },
  PGHOST: {
    meaning: 'the host, instead of a URL; then `PGDATABASE` and `PGUSER` are required',
    fallback: '–',
    example: 'db.example.com',
    readBy: 'commands',
  },
  PGPORT: { meaning: 'with `PGHOST`: the port', fallback: '5432', example: '5433', readBy: 'commands' },
  PGDATABASE: { meaning: 'with `PGHOST`: the database', fallback: '–', example: 'antone', readBy: 'commands' },
  PGUSER: { meaning: 'with `PGHOST`: the role', fallback: '–', example: 'antone_app', readBy: 'commands' },
  PGSSLMODE: {
    meaning:
      'with `PGHOST`: `disable`, `require`, `verify-ca` or `verify-full`; all but the first verify certificate and name',
    fallback: 'no TLS, which production refuses',
    example: 'verify-full',
    readBy: 'commands',
  },
  PGSSLROOTCERT: {
    meaning: 'with `PGHOST`: file of the CA to trust',
    fallback: 'the CAs that Node.js trusts',
    example: '/etc/ssl/antone-ca.pem',
    readBy: 'commands',
  },
  PGSSLCERT: {
    meaning: 'with `PGHOST`: file of the client certificate',
    fallback: 'none',
    example: '/etc/ssl/app.pem',
    readBy: 'commands',
  },
  PGSSLKEY: {
    meaning: 'with `PGHOST`: file of the key of the client certificate',
    fallback: 'none',
    example: '/run/secrets/app.key',
    readBy: 'commands',
  },
  PGPASSWORD: {
    meaning: 'the password, for a URL or `PGHOST` without one',
    fallback: 'the next two, else none',
    example: '(from the secret manager)',
    readBy: 'commands',
  },
  PGPASSWORD_FILE: {
    meaning: 'a file that contains only the password, read again for each new connection',
    fallback: '–',
    example: '/run/secrets/postgres-password',
    readBy: 'commands',
  },
  PGPASSFILE: {
    meaning: 'a password file of libpq (`host:port:database:user:password`), read again for each new connection',
    fallback: '–',
    example: '/home/app/.pgpass',
    readBy: 'commands',
  },
  MIGRATION_DATABASE_URL: {
    meaning: 'the same database for commands that change the schema: without a pooler, or with another role',
    fallback: 'the database of every command',
    example: 'postgres://antone_migrator@db.example.com/antone?sslmode=verify-full',
    readBy: 'cli',
  },
  SHARED_DB_SCHEMA: {
    meaning:
      'the schema that holds the tables, one for each agent; `--schema` and `createDataSource({ schema })` override it',
    fallback: 'public',
    example: 'agent_one',
    readBy: 'everyone',
  },
  SHARED_DB_ALLOW_LOCALHOST: {
    meaning: `\`1\`: ${OPT_OUTS.SHARED_DB_ALLOW_LOCALHOST}`,
    fallback: 'refused',
    example: '1',
    readBy: 'everyone',
  },
  SHARED_DB_ALLOW_PLAINTEXT: {
    meaning: `\`1\`: ${OPT_OUTS.SHARED_DB_ALLOW_PLAINTEXT}`,
    fallback: 'refused',
    example: '1',
    readBy: 'everyone',
  },
  SHARED_DB_ALLOW_UNSAFE_ROLE: {
    meaning: `\`1\`: ${OPT_OUTS.SHARED_DB_ALLOW_UNSAFE_ROLE}`,
    fallback: 'refused',
    example: '1',
    readBy: 'everyone',
  },
  SHARED_DB_LOG_SQL: {
    meaning: '`1`: statements on standard error, without parameters and literals; ignored in production',
    fallback: 'off',
    example: '1',
    readBy: 'everyone',
  },
  SHARED_DB_CONFIRM_DATABASE: {
    meaning:
      'the name of the database in which `dropDatabase()`, `synchronize()` and `undoLastMigration()` may drop tables, where they need confirmation',
    fallback: 'they are refused there',
    example: 'antone_staging',
    readBy: 'everyone',
  },
  PG_BIN: {
    meaning: 'the folder of pg_dump and pg_restore',
    fallback: 'the folders of Debian, then PATH',
    example: '/usr/lib/postgresql/18/bin',
    readBy: 'cli',
  },
  PORT: {
    meaning: 'the port on which the server listens; 0: the system chooses',
    fallback: '3000',
    example: '4000',
    readBy: 'start',
  },
  DEBUG: { meaning: 'errors are printed with their stack', fallback: 'off', example: '1', readBy: 'cli' },
  EMBEDDED_POSTGRES_CREATE_USER: {
    meaning: 'as root on a machine without a user `postgres`: create one for the embedded server',
    fallback: 'run it as `nobody`',
    example: '1',
    readBy: 'cli',
  },
  TEST_DATABASE_URL: {
    meaning: 'a server for the tests; its user must be allowed to create databases',
    fallback: 'an embedded one',
    example: 'postgres://me@localhost/postgres',
    readBy: 'tests',
  },
  TEST_CITUS_URL: {
    meaning: 'a database with Citus for the tests of schema-based sharding; its user must be a superuser',
    fallback: 'they are skipped, with a notice',
    example: 'postgres://me@localhost/citus',
    readBy: 'tests',
  },
} as const satisfies Readonly<Record<string, Variable>>;

export type VariableName = keyof typeof VARIABLES;
