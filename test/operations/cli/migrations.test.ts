import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { brokenRules, readHistory } from '../../migrations/rules.js';
import { runCli, workingFolder, type CliResult } from '../../support/cli.js';
import { useDatabase } from '../../support/database.js';
import { copyProject, type ProjectCopy } from '../../support/project-copy.js';

jest.setTimeout(60_000);

describe('the migration commands', () => {
  const db = useDatabase();
  let project: ProjectCopy;

  const run = (...args: string[]): Promise<CliResult> => project.run(args, { DATABASE_URL: db.url });
  const change = async (file: string, from: string, to: string): Promise<void> => {
    const source = await readFile(join(project.folder, file), 'utf8');
    expect(source).toContain(from);
    await writeFile(join(project.folder, file), source.replace(from, to));
    await project.build();
  };

  beforeAll(async () => {
    project = await copyProject();
  });

  afterAll(() => project.remove());

  it('generate and run nothing in a migrated database', async () => {
    expect(await run('migration:generate', 'AddBio')).toMatchObject({
      code: 0,
      stdout: 'Nothing to do: the database has the schema of the entities.\n',
    });
    expect(await run('migration:run')).toMatchObject({
      code: 0,
      stdout: 'Nothing to do: every migration is applied.\n',
    });
  });

  it('write a migration for a changed entity, list it, run it and revert it', async () => {
    const property = '  /** Followers at the last detection, 0..1,000,000,000.';
    await change(
      'src/entities/core/author.entity.ts',
      property,
      `  @Text({ max: 500, nullable: true }) bio!: string | null;\n\n${property}`,
    );
    expect(await run('migration:check', '--full')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/\nThe migrations differ from the entities:\n {2}authors\.bio is missing\n/),
    });
    const generated = await run('migration:generate', 'AddBio');
    expect(generated).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Wrote src\/migrations\/\d{13}-add-bio\.ts and listed it/),
    });
    const [file = ''] = (await readdir(join(project.folder, 'src/migrations'))).filter((name) =>
      name.endsWith('-add-bio.ts'),
    );
    const source = await readFile(join(project.folder, 'src/migrations', file), 'utf8');
    expect(source).toContain('ADD "bio" text');
    expect(source).toContain('ck_authors__bio_length');
    expect(await readFile(join(project.folder, 'src/migrations/index.ts'), 'utf8')).toMatch(/AddBio\d{13},\n\];/);
    // The file is in the list and has its checksum. Only the answers of its author are missing.
    expect(brokenRules(readHistory(project.folder))).toEqual(
      ['WHY', 'WHAT', 'LOCKS', 'REVERSIBLE'].map(
        (question) => `${file}: the dots after ${question} wait for an answer`,
      ),
    );

    await project.build();
    expect(await run('migration:generate', 'AddMore')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Migrations are pending (1): apply them first with npx shared-db migration:run.'),
    });
    expect(await run('migration:show')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('7 applied, 1 pending'),
    });
    expect(await run('migration:run')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^applied AddBio\d{13}\n$/),
    });
    const { stdout } = await run('migration:revert', '--json');
    expect(JSON.parse(stdout)).toEqual({ reverted: expect.stringMatching(/^AddBio\d{13}$/) });
  });

  it('warn if a generated migration drops data', async () => {
    await run('migration:run');
    await change(
      'src/entities/core/author.entity.ts',
      '  @Text({ max: 500, nullable: true }) bio!: string | null;\n',
      '',
    );
    expect(await run('migration:generate', 'DropBio')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('warning: the migration loses data: DROP COLUMN "bio"'),
    });
  });

  it('give an empty migration a timestamp later than the newest one, whatever the clock says', async () => {
    await writeFile(
      join(project.folder, 'src/migrations/9999999999990-from-the-future.ts'),
      'export class FromTheFuture9999999999990 {}\n',
    );
    expect(await run('migration:create', 'HandMade')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('src/migrations/9999999999991-hand-made.ts'),
    });
  });

  it.each([
    [['migration:create', 'not-pascal'], 'PascalCase'],
    [['migration:create', '../../Escape'], 'PascalCase'],
    [['migration:generate'], "missing required argument 'Name'"],
    [['migration:run', '--nonsense'], "unknown option '--nonsense'"],
    [['migration:run', '--max-wait', 'soon'], 'It must be a number of seconds, 0 to 86400.'],
    [['migration:run', '--max-wait', '-1'], 'It must be a number of seconds, 0 to 86400.'],
    [['migration:revert', '--dry-run'], "unknown option '--dry-run'"],
    [
      ['migration:run', '--accept', 'Nobody'],
      'Cannot accept Nobody: neither this build nor the database has such a migration: migration:show lists the names',
    ],
    [['migration:nothing'], "unknown command 'migration:nothing'"],
  ])('refuse %j in one line', async (args, reason) => {
    const { code, stderr } = await run(...args);
    expect(code).toBe(1);
    expect(stderr).toContain(reason);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('use MIGRATION_DATABASE_URL, and show when and by which version each migration was applied', async () => {
    const url = await db.create({ bare: true });
    const env = { DATABASE_URL: 'postgres://someone:hunter2@127.0.0.1:1/antone', MIGRATION_DATABASE_URL: url };
    expect(await runCli(['migration:run'], { env })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^(applied \w+\n){7}$/),
    });
    const shown = await runCli(['migration:show'], { env: { DATABASE_URL: url } });
    expect(shown.stdout).toMatch(
      /^(applied {2}\w+\d{13} {2}\(\d{4}-\S+Z, version \d+\.\d+\.\d+\)\n){7}7 applied, 0 pending\n$/,
    );
    expect(await runCli(['migration:revert'], { env })).toMatchObject({
      code: 0,
      stdout: 'reverted ProtectFinalValues1795411806000\n',
    });
  });

  it('start the embedded server once, also with --backup', async () => {
    const { folder, remove } = await workingFolder();
    try {
      const { code, stderr } = await runCli(['migration:run', '--backup'], { folder });
      expect(stderr.match(/^PostgreSQL \S+ .*on 127\.0\.0\.1:\d+/gm)).toHaveLength(1);
      expect(code).toBe(0);
    } finally {
      await remove();
    }
  });

  it('report a bad connection in one line without the password', async () => {
    const nobody = await runCli(['migration:show'], {
      env: { DATABASE_URL: 'postgres://someone:hunter2@127.0.0.1:1/antone' },
    });
    expect(nobody).toMatchObject({
      code: 1,
      stderr:
        'error: Cannot use the database at 127.0.0.1:1/antone: no server listens on this host and port: start PostgreSQL, or correct host and port in DATABASE_URL.\n',
    });
    const production = await runCli(['migration:show'], { env: { NODE_ENV: 'production' } });
    expect(production).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: DATABASE_URL is not set\. .*\n$/),
    });
  });
});
