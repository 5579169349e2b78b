import { Table, TableColumn } from 'typeorm';
import { access, chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CouldNotLint } from '../../../../src/operations/lint/sql.js';
import { LINT_RULES } from '../../../../src/operations/lint/rules/index.js';
import { findSquawk, TURNED_OFF, runSquawk } from '../../../../src/operations/lint/squawk.js';
import { MIGRATIONS } from '../../../../src/migrations/index.js';
import { lint, type Planted } from './support.js';

const down = () => Promise.resolve();
const place = async (...planted: Planted[]) =>
  (await lint(planted)).findings.map(({ rule, statement, sql }) => [rule, statement, sql]);

describe('lintMigrations', () => {
  it('reports and suppresses nothing in the migrations of this package', async () => {
    const report = await lint(MIGRATIONS.map((Migration) => new Migration()));
    expect(report).toMatchObject({ clean: true, findings: [], accepted: [] });
    expect(report.migrations).toHaveLength(MIGRATIONS.length);
  });

  it('separates statements after dollar quotes, comments, strings and multi-byte characters', async () => {
    const sql = `/* ü /* nested; */ DROP TABLE a; */ CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $é$ SELECT ';' -- DROP TABLE b;
      $é$; COMMENT ON TABLE posts IS '-- 😀 it''s; DROP TABLE c'; DROP TABLE "d;é" -- ; DROP TABLE e`;
    expect(await place(sql)).toEqual([['drop-table', 3, 'DROP TABLE "d;é"']]);
  });

  it('applies a suppression comment before, inside or after a statement to that statement', async () => {
    const accept = '-- lint: accept drop-table: tried';
    for (const sql of [
      `${accept}\nDROP TABLE a; SELECT 1`,
      `SELECT 1;\n${accept}\nDROP TABLE a`,
      `DROP TABLE a; ${accept}\nSELECT 1`,
      `DROP ${accept}\nTABLE a; SELECT 1`,
      `SELECT 1; DROP TABLE a\n${accept}`,
      `/*\n * lint: accept drop-table: tried\n */\nDROP TABLE a`,
    ]) {
      expect([sql, await lint([sql])]).toMatchObject([sql, { clean: true, accepted: [{ reason: 'tried' }] }]);
    }
  });

  it('does not apply the suppression of one statement to another', async () => {
    const sql = '-- lint: accept drop-table: the first only\nDROP TABLE a; DROP TABLE b';
    expect(await place(sql)).toEqual([['drop-table', 2, 'DROP TABLE b']]);
  });

  it.each([
    ['ALTER TABLE posts ADD a int, ALTER b TYPE numeric(10, 2), ADD c text', ['change-column-type', ['posts.b']]],
    [
      'ALTER TABLE posts ADD a uuid UNIQUE, ADD b text DEFAULT $$,\n$$, ADD UNIQUE (c, d)',
      ['add-unique', ['posts.a', 'posts.c, d']],
    ],
    [
      'ALTER TABLE posts ADD a text DEFAULT ARRAY[1, 2]::text,\n ADD b uuid DEFAULT gen_random_uuid()',
      ['add-column-rewrite', ['posts.b']],
    ],
    ['DROP INDEX archive.ix, iy', ['drop-index', ['archive.ix', 'iy']]],
    [`ALTER TYPE platform ADD VALUE 'X'`, ['enum-value-order', ['platform']]],
  ])('names what squawk reports: %s', async (sql, expected) => {
    expect((await lint([sql])).findings.map(({ rule, what }) => [rule, what])).toEqual([expected]);
  });

  it('reports a transaction that the migration begins and commits itself', async () => {
    const migration: Planted = { queries: ['BEGIN', 'SELECT 1', 'COMMIT'], transaction: false };
    expect((await place(migration)).map(([rule]) => rule)).toEqual(['transaction-control', 'transaction-control']);
  });

  it('ignores the suppression comments of squawk', async () => {
    expect(await place('-- squawk-ignore ban-drop-table\nDROP TABLE a')).toHaveLength(1);
    expect(await place('-- squawk-ignore-file\nDROP TABLE a')).toHaveLength(1);
  });

  it('lints a statement of one megabyte, and two thousand statements', async () => {
    const long = `INSERT INTO a VALUES ('${'x'.repeat(1_000_000)}')`;
    const many = `${'SELECT 1;\n'.repeat(2_000)}DROP TABLE a`;
    expect(await place(long, many)).toEqual([['drop-table', 2_001, 'DROP TABLE a']]);
  });

  it('reports a statement that is nested too deeply as a syntax error', async () => {
    expect(await place(`SELECT ${'('.repeat(20_000)}1${')'.repeat(20_000)}`)).toEqual([['syntax-error', 1, null]]);
    expect(await place('SELECT 1')).toEqual([]);
  });

  it('reports no literal of a statement', async () => {
    const secret = 'invented-and-secret';
    const report = await lint([
      `CREATE ROLE r PASSWORD '${secret}'`,
      `UPDATE a SET b = $$${secret}$$, c = E'${secret}', d = U&'${secret}', e = 4711`,
      `SELECT '${secret}`,
    ]);
    expect(report.findings.map(({ sql }) => sql)).toEqual([
      'CREATE ROLE r PASSWORD ?',
      'UPDATE a SET b = ?, c = ?, d = ?, e = ?',
      null,
    ]);
    expect(JSON.stringify(report)).not.toMatch(/invented|4711/);
  });

  it('lints the SQL that the methods of TypeORM generate', async () => {
    const migration: Planted = {
      up: (queryRunner) =>
        queryRunner.createTable(
          new Table({ name: 'fresh', columns: [new TableColumn({ name: 'id', type: 'uuid', isPrimary: true })] }),
        ),
      down,
    };
    expect(await place(migration)).toEqual([]);
    expect(await place({ up: (queryRunner) => queryRunner.clearTable('posts'), down })).toEqual([
      ['truncate', 1, 'TRUNCATE TABLE "posts"'],
    ]);
  });

  it('reports a migration that bypasses its query runner, or that reads a missing table through TypeORM, as uncollected', async () => {
    const around: Planted = { up: (queryRunner) => queryRunner.dataSource.query('DROP TABLE a'), down };
    const asking: Planted = { up: (queryRunner) => queryRunner.dropColumn('posts', 'content'), down };
    expect((await place(around)).map(([rule]) => rule)).toEqual(['uncollected-sql']);
    expect((await place(asking)).map(([rule]) => rule)).toContain('uncollected-sql');
  });
});

describe('squawk', () => {
  let folder: string;
  const fake = async (name: string, script: string): Promise<string> => {
    const file = join(folder, name);
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o755);
    return file;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shared-db-squawk-'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    ['is missing', '', /^squawk cannot be started \(ENOENT\): npm install/],
    ['fails', 'exit 2', /^squawk ended with 2/],
    ['is killed', 'kill -9 $$', /^squawk ended with SIGKILL/],
    ['prints nothing', 'exit 0', /^squawk printed something other/],
    ['prints garbage', 'echo oops', /^squawk printed something other/],
    ['prints another list', `echo '[{"rule":"x"}]'; exit 1`, /^squawk printed something other/],
    ['prints an object', `echo '{}'`, /^squawk printed something other/],
    ['prints no finding and ends with 1', `echo '[]'; exit 1`, /^squawk printed something other/],
  ])('is not taken for a clean result when it %s', async (name, script, message) => {
    const squawk = script === '' ? join(folder, 'nothing') : await fake(name.replaceAll(' ', '-'), script);
    const linting = lint(['SELECT 1'], { squawk });
    await expect(linting).rejects.toThrow(CouldNotLint);
    await expect(linting).rejects.toThrow(message);
  });

  it.each([
    ['success', `exec '${findSquawk()}' "$@"`],
    ['failure', 'exit 3'],
  ])('leaves no temporary file behind after %s', async (how, script) => {
    const note = join(folder, `folder-${how}`);
    const squawk = await fake(`noting-${how}`, `{ pwd; cat 0.sql; } > '${note}'\n${script}`);
    await lint(['SELECT 1'], { squawk }).catch(() => undefined);
    const [where = '', sql] = (await readFile(note, 'utf8')).split('\n');
    expect(sql).toBe('SELECT 1');
    await expect(access(where)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('knows every rule that is named here, and no rule is both used and turned off', async () => {
    const ours = LINT_RULES.flatMap(({ squawk = [] }) => squawk);
    expect(ours.filter((name) => name in TURNED_OFF)).toEqual([]);
    // squawk fails on the name of a rule that it does not have.
    const text = await runSquawk(
      ['SELECT 1'],
      true,
      await fake('names', `exec '${findSquawk()}' --exclude=${[...ours].join(',')} "$@"`),
    );
    expect(text).toEqual([[]]);
    const wrong = await fake('wrong', `exec '${findSquawk()}' --exclude=no-such-rule "$@"`);
    await expect(runSquawk(['SELECT 1'], true, wrong)).rejects.toThrow(CouldNotLint);
  });
});
