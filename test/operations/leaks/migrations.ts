/** Migrations that fail at a statement which holds planted values. */
import { MigrationFailed } from '../../../src/operations/migrator/errors.js';
import { runMigrations } from '../../../src/operations/migrator/runner.js';
import { checksumsOf, historySource, stamp, type TestMigration } from '../../support/migrator/history.js';
import { HANDLE, POST_TEXT } from './planted.js';
import type { Path } from './probe.js';

export interface Bare {
  /** An empty database. */
  readonly url: string;
  readonly onNotice: (line: string) => void;
}

const LITERAL = `'${POST_TEXT.replaceAll("'", "''")}'`;

const STORE = `CREATE TABLE t (v text); INSERT INTO t VALUES (${LITERAL})`;

const migration = (name: string, sql: string): Path<Bare> => ({
  name: `a migration with ${name}`,
  fail: ({ url, onNotice }) => {
    const migrations: TestMigration[] = [{ name: `Planted${stamp(1)}`, up: [sql] }];
    return runMigrations(historySource(url, migrations), { checksums: checksumsOf(migrations), onNotice });
  },
  expected: MigrationFailed,
});

export const MIGRATIONS: readonly Path<Bare>[] = [
  migration('a literal of the wrong type', `SELECT ${LITERAL}::integer`),
  migration('a row that breaks a rule', `CREATE TABLE t (v text CHECK (v = '')); INSERT INTO t VALUES (${LITERAL})`),
  migration('a row twice', `CREATE TABLE t (v text UNIQUE); INSERT INTO t VALUES (${LITERAL}), (${LITERAL})`),
  migration(
    'a row in RAISE',
    `DO $do$ BEGIN RAISE EXCEPTION USING MESSAGE = ${LITERAL}, DETAIL = ${LITERAL}; END $do$`,
  ),
  migration('a syntax error at a literal', `SELECT ${LITERAL} FRM '${HANDLE}' '${HANDLE}'`),
  migration(
    'a row in RAISE of class 42',
    `DO $do$ BEGIN RAISE EXCEPTION USING ERRCODE = '42P01', MESSAGE = ${LITERAL}; END $do$`,
  ),
  migration('a stored text that is run', `${STORE}; DO $do$ BEGIN EXECUTE (SELECT v FROM t LIMIT 1); END $do$`),
  ...[`${HANDLE} says`, `SELECT ${HANDLE}`, `SELECT FROM ${HANDLE}`, `SELECT ${HANDLE}()`, `SELECT 1::${HANDLE}`].map(
    (sql) =>
      migration(`a handle in ${sql.replace(HANDLE, '…')} that is run`, `DO $do$ BEGIN EXECUTE '${sql}'; END $do$`),
  ),
  migration('a stored text that is cast to regclass', `${STORE}; SELECT v::regclass FROM t`),
  migration('a handle that is cast to regclass', `SELECT '${HANDLE}'::regclass`),
  migration(
    'a handle for the names in RAISE',
    `DO $do$ BEGIN RAISE EXCEPTION USING ERRCODE = '42P07', TABLE = '${HANDLE}',
    CONSTRAINT = '${HANDLE}', COLUMN = '${HANDLE}', MESSAGE = 'relation "${HANDLE}" already exists'; END $do$`,
  ),
];
