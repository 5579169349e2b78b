import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { runCli, type CliResult } from '../../support/cli.js';
import { useDatabase } from '../../support/database.js';
import { preparedServer } from '../../support/databases.js';

jest.setTimeout(60_000);

const PLANTED = `
class Planted1999999999999 {
  name = 'Planted1999999999999';
  async up(queryRunner) {
    await queryRunner.query('CREATE INDEX ix ON posts (content)');
    await queryRunner.query("-- lint: accept drop-table: gone since 2.0\\nDROP TABLE authors");
    await queryRunner.query('CREATE INDEX iy ON posts (content)');
  }
  async down() {}
}`;

describe('migration:lint', () => {
  const db = useDatabase();
  let folder: string;
  let planted: string;

  const run = (program: string, ...args: string[]): Promise<CliResult> =>
    runCli(['migration:lint', ...args], { program, env: { DATABASE_URL: db.url } });

  // Copies the compiled commands, adds a migration to their list, and links the packages of this project.
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shared-db-lint-cli-'));
    planted = join(folder, 'program');
    await cp(preparedServer().program, planted, { recursive: true });
    const index = join(planted, 'src/migrations/index.js');
    const source = await readFile(index, 'utf8');
    await writeFile(index, source.replace(/\];\s*$/m, ', Planted1999999999999];').replace(/^/, `${PLANTED}\n`));
    await mkdir(join(folder, 'node_modules'));
    for (const entry of await readdir('node_modules')) {
      await symlink(resolve('node_modules', entry), join(folder, 'node_modules', entry));
    }
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('finds nothing in the migrations of this package, with and without a database', async () => {
    const { program } = preparedServer();
    expect(await run(program, '--all')).toEqual({ code: 0, stdout: 'Nothing found in 7 migrations.\n', stderr: '' });
    expect(await run(program)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Nothing found in 0 pending migrations of \S+:\d+\/test_\S+\.\n$/),
    });
  });

  it('prints once for each rule what a finding blocks, the safe way and how to accept it', async () => {
    const { code, stdout, stderr } = await run(planted, '--all');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toBe(`Planted1999999999999, statement 1: create-index (ix)
  CREATE INDEX ix ON posts (content)
  what     An index is built on a table that has rows, without CONCURRENTLY.
  blocks   SHARE while the whole table is read and sorted: writes wait.
  instead  Build it CONCURRENTLY in a migration of its own with \`transaction = false\`.
           -- transaction = false
           CREATE INDEX CONCURRENTLY "ix_posts__spam_filtered" ON "posts" ("spam_filtered");
  accept   -- lint: accept create-index: <why it does no harm here>
Planted1999999999999, statement 3: create-index (iy)
  CREATE INDEX iy ON posts (content)
accepted: Planted1999999999999, statement 2: drop-table (authors): gone since 2.0
2 findings in 8 migrations; 1 accepted.
`);
  });

  it('lints pending migrations against the database, and prints the report with --json', async () => {
    await db.dataSource.query(`INSERT INTO authors (platform, platform_id, handle) VALUES ('REDDIT', 'a', 'invented')`);
    await db.dataSource.query(
      `INSERT INTO posts (platform, platform_post_id, author_id, content) SELECT 'REDDIT', 'p', id, 'invented' FROM authors`,
    );
    const { code, stdout } = await run(planted, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      all: false,
      database: expect.stringContaining('/test_'),
      migrations: ['Planted1999999999999'],
      clean: false,
      accepted: [{ rule: 'drop-table', reason: 'gone since 2.0' }],
      findings: [
        { migration: 'Planted1999999999999', statement: 1, rule: 'create-index', what: ['ix'] },
        { statement: 3, rule: 'create-index', what: ['iy'] },
      ],
    });
    expect(stdout).not.toContain('invented');
  });

  it.each(['squawk-cli', 'libpg-query'])('exits 2 and prints what to install if %s is missing', async (missing) => {
    const link = join(folder, 'node_modules', missing);
    await rm(link);
    const { code, stdout, stderr } = await run(planted, '--all');
    await symlink(resolve('node_modules', missing), link);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: .+: npm install --save-dev squawk-cli@2\.61\.0 libpg-query@18\n$/);
  });

  it('exits 2 if there is no database or the option is unknown', async () => {
    const env = { DATABASE_URL: 'postgres://someone:hunter2@127.0.0.1:1/antone' };
    const nobody = await runCli(['migration:lint'], { env });
    expect(nobody).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^error: Cannot use the database at \S+.*\n$/),
    });
    expect(nobody.stderr).not.toContain('hunter2');
    expect(await runCli(['migration:lint', '--al'])).toMatchObject({ code: 2 });
    expect(await runCli(['migration:lint', '--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('-- lint: accept drop-column:'),
    });
  });
});
