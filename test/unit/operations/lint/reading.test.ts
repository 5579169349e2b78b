import { Table, TableColumn } from 'typeorm';
import { access, chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CouldNotLint } from '../../../../src/operations/lint/sql.js';
import { LINT_RULES } from '../../../../src/operations/lint/rules/index.js';
import { findSquawk, NOT_ASKED, runSquawk } from '../../../../src/operations/lint/squawk.js';
import { MIGRATIONS } from '../../../../src/migrations/index.js';
import { lint, type Planted } from './support.js';

const down = () => Promise.resolve();
const place = async (...planted: Planted[]) =>
  (await lint(planted)).findings.map(({ rule, statement, sql }) => [rule, statement, sql]);

describe('migration:lint reads', () => {
  it('our own migrations, and finds nothing to accept in them', async () => {
    const report = await lint(MIGRATIONS.map((Migration) => new Migration()));
    expect(report).toMatchObject({ clean: true, findings: [], accepted: [] });
    expect(report.migrations).toHaveLength(MIGRATIONS.length);
  });

  it('statements after dollar quotes, comments, strings and letters of more than one byte', async () => {
    const sql = `/* ü /* nested; */ DROP TABLE a; */ CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $é$ SELECT ';' -- DROP TABLE b;
      $é$; COMMENT ON TABLE posts IS '-- 😀 it''s; DROP TABLE c'; DROP TABLE "d;é" -- ; DROP TABLE e`;
    expect(await place(sql)).toEqual([['drop-table', 3, 'DROP TABLE "d;é"']]);
  });

  it('a comment that stands before, in or behind the statement, as of that statement', async () => {
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

  it('no acceptance of one statement as one of another', async () => {
    const sql = '-- lint: accept drop-table: the first only\nDROP TABLE a; DROP TABLE b';
    expect(await place(sql)).toEqual([['drop-table', 2, 'DROP TABLE b']]);
  });

  it('no comment as an order to squawk', async () => {
    expect(await place('-- squawk-ignore ban-drop-table\nDROP TABLE a')).toHaveLength(1);
    expect(await place('-- squawk-ignore-file\nDROP TABLE a')).toHaveLength(1);
  });

  it('statements of a megabyte, and two thousand of them', async () => {
    const long = `INSERT INTO a VALUES ('${'x'.repeat(1_000_000)}')`;
    const many = `${'SELECT 1;\n'.repeat(2_000)}DROP TABLE a`;
    expect(await place(long, many)).toEqual([['drop-table', 2_001, 'DROP TABLE a']]);
  });

  it('nothing of what is nested too deep, and says so', async () => {
    expect(await place(`SELECT ${'('.repeat(20_000)}1${')'.repeat(20_000)}`)).toEqual([['syntax-error', 1, null]]);
    expect(await place('SELECT 1')).toEqual([]);
  });

  it('no literal into its messages', async () => {
    const secret = 'invented-and-secret';
    const report = await lint([
      `CREATE ROLE r PASSWORD '${secret}'`,
      `UPDATE a SET b = $$${secret}$$, c = E'${secret}', d = U&'${secret}', e = 4711`,
      `SELECT '${secret}`,
    ]);
    expect(report.findings.map(({ sql }) => sql)).toEqual([
      'CREATE ROLE r PASSWORD …',
      'UPDATE a SET b = …, c = …, d = …, e = …',
      null,
    ]);
    expect(JSON.stringify(report)).not.toMatch(/invented|4711/);
  });

  it('what TypeORM makes of its own methods', async () => {
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

  it('no migration in full that goes past its query runner, or asks TypeORM for a table that is not there', async () => {
    const around: Planted = { up: (queryRunner) => queryRunner.dataSource.query('DROP TABLE a'), down };
    const asking: Planted = { up: (queryRunner) => queryRunner.dropColumn('posts', 'content'), down };
    expect((await place(around)).map(([rule]) => rule)).toEqual(['not-collected']);
    expect((await place(asking)).map(([rule]) => rule)).toContain('not-collected');
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
    ['says nothing', 'exit 0', /^squawk printed something other/],
    ['prints garbage', 'echo oops', /^squawk printed something other/],
    ['prints another list', `echo '[{"rule":"x"}]'; exit 1`, /^squawk printed something other/],
    ['prints no list', `echo '{}'`, /^squawk printed something other/],
    ['finds something and prints nothing', `echo '[]'; exit 1`, /^squawk printed something other/],
  ])('that %s is no clean result', async (name, script, message) => {
    const squawk = script === '' ? join(folder, 'nothing') : await fake(name.replaceAll(' ', '-'), script);
    const linting = lint(['SELECT 1'], { squawk });
    await expect(linting).rejects.toThrow(CouldNotLint);
    await expect(linting).rejects.toThrow(message);
  });

  it.each([
    ['well', `exec '${findSquawk()}' "$@"`],
    ['badly', 'exit 3'],
  ])('leaves no file behind when it ends %s', async (how, script) => {
    const note = join(folder, `folder-${how}`);
    const squawk = await fake(`noting-${how}`, `{ pwd; cat 0.sql; } > '${note}'\n${script}`);
    await lint(['SELECT 1'], { squawk }).catch(() => undefined);
    const [where = '', sql] = (await readFile(note, 'utf8')).split('\n');
    expect(sql).toBe('SELECT 1');
    await expect(access(where)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('knows every rule that we name, and is asked each or for a reason not', async () => {
    const ours = LINT_RULES.flatMap(({ squawk = [] }) => squawk);
    expect(ours.filter((name) => name in NOT_ASKED)).toEqual([]);
    // It refuses the name of a rule that it does not have.
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
