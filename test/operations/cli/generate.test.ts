/** Runs migration:generate on a copy of the project with changed entities. ../generator tests every kind of change. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { format, resolveConfig } from 'prettier';
import type { CliResult } from '../../support/cli.js';
import { useDatabase } from '../../support/database.js';
import { copyProject, type ProjectCopy } from '../../support/project-copy.js';

jest.setTimeout(240_000);

describe('migration:generate', () => {
  const db = useDatabase();
  let project: ProjectCopy;

  const run = (...args: string[]): Promise<CliResult> => project.run(args, { DATABASE_URL: db.url });
  const change = async (file: string, ...edits: [from: string, to: string][]): Promise<void> => {
    let source = await readFile(join(project.folder, file), 'utf8');
    for (const [from, to] of edits) {
      expect(source).toContain(from);
      source = source.replace(from, to);
    }
    await writeFile(join(project.folder, file), source);
  };
  const files = async (): Promise<string[]> =>
    (await readdir(join(project.folder, 'src/migrations'))).filter((name) => /^\d/.test(name)).sort();

  /** Generates a migration, runs, reverts and runs it again, and expects entities and migrations to agree. */
  const generated = async (name: string, ...flags: string[]): Promise<string> => {
    await project.build();
    const { code, stdout, stderr } = await run('migration:generate', name, ...flags);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/\nTried on a scratch database: up, down and up again, with \d{2,} rows/);
    await project.build();
    for (const verb of ['migration:run', 'migration:revert', 'migration:run']) {
      expect(await run(verb)).toMatchObject({ code: 0 });
    }
    const report = JSON.parse((await run('migration:check', '--full', '--json')).stdout) as {
      findings: { where: string }[];
    };
    expect(report.findings.filter(({ where }) => where === 'migrations')).toEqual([]);
    return readFile(join(project.folder, 'src/migrations', (await files()).at(-1) ?? ''), 'utf8');
  };

  beforeAll(async () => {
    project = await copyProject();
  });

  afterAll(() => project.remove());

  it('writes a longer text, a choice, a rule and a partial index as the entities do, formatted', async () => {
    await change('src/entities/core/author.entity.ts', ['@Text({ max: 50 }) handle', '@Text({ max: 80 }) handle']);
    await change('src/constants/lists.ts', [`'VERY_HIGH', 'VARIES'`, `'VERY_HIGH', 'VARIES', 'FREE'`]);
    await change('src/entities/experiments/experiment.entity.ts', [
      '"end_date" > "start_date"',
      '"end_date" >= "start_date"',
    ]);
    await change('src/entities/core/post.entity.ts', ['AND NOT "spam_filtered" AND', 'AND']);
    const source = await generated('WidenThings');
    expect(source).toContain('CHECK (char_length("handle") BETWEEN 1 AND 80) NOT VALID');
    expect(source).toContain(`'VARIES', 'FREE')) NOT VALID`);
    expect(source).toContain('"end_date" >= "start_date") NOT VALID');
    expect(source).toContain('WHERE ("processed_at" IS NULL AND "error_count" < 3)');
    expect(source).not.toMatch(/public|schema/);
    expect(source).toBe(await format(source, { ...(await resolveConfig('x.ts')), parser: 'typescript' }));
    expect(await run('migration:lint', '--all')).toMatchObject({ code: 0 });
  });

  it('writes one statement for each new enum value', async () => {
    await change('src/constants/lists.ts', [`['TWITTER', 'REDDIT',`, `['TWITTER', 'MASTODON', 'REDDIT',`]);
    await change('src/entities/enums.ts', [`['DRAFT', 'RUNNING',`, `['DRAFT', 'PLANNED', 'RUNNING',`]);
    const source = await generated('PlanExperiments');
    const [up = '', down = ''] = source.split('async down');
    expect(up.match(/queryRunner\.query/g)).toHaveLength(2);
    expect(up).toContain(`ALTER TYPE "platform" ADD VALUE 'MASTODON' AFTER 'TWITTER'`);
    expect(up).toContain(`ALTER TYPE "experiment_status" ADD VALUE 'PLANNED' AFTER 'DRAFT'`);
    expect(down).toContain(`CREATE TYPE "experiment_status" AS ENUM ('DRAFT', 'RUNNING', 'COMPLETED', 'CANCELLED')`);
  });

  it('writes no file for a removed enum value and says what to do', async () => {
    await change('src/entities/enums.ts', [`'PLANNED', `, '']);
    await project.build();
    const before = await files();
    const { code, stderr } = await run('migration:generate', 'UnplanExperiments');
    expect({ code, lines: stderr.trim().split('\n').length }).toEqual({ code: 1, lines: 1 });
    expect(stderr).toMatch(
      /^error: No migration was written: enum experiment_status \(experiments\.status\): 'PLANNED' is removed, .*DATABASE_MIGRATION_GUIDE\.md/,
    );
    expect(await files()).toEqual(before);
    await change('src/entities/enums.ts', [`['DRAFT', 'RUNNING',`, `['DRAFT', 'PLANNED', 'RUNNING',`]);
  });

  it('writes no file when a rule names a column that its entity no longer has, and names both', async () => {
    const rule: [string, string] = ['"error_message" IS NULL OR', '"failure" IS NULL OR'];
    await change('src/entities/core/post.entity.ts', rule);
    await project.build();
    const before = await files();
    const { code, stderr } = await run('migration:generate', 'ReplaceErrorMessage');
    expect({ code, lines: stderr.trim().split('\n').length }).toEqual({ code: 1, lines: 1 });
    expect(stderr).toMatch(
      /^error: PostgreSQL cannot create what the entities declare: column "failure" does not exist \(42703\), named in ck_posts__message_of_error of posts\. Correct the entity: /,
    );
    expect(await files()).toEqual(before);
    await change('src/entities/core/post.entity.ts', [rule[1], rule[0]]);
  });

  it('drops and adds a column without --rename, asks at a terminal, and renames with --rename', async () => {
    await change(
      'src/entities/core/post.entity.ts',
      [' errorMessage!: string', ' failure!: string'],
      [`['errorMessage', 'errorCount']`, `['failure', 'errorCount']`],
      ['({ errorMessage, errorCount }) => errorMessage ===', '({ failure, errorCount }) => failure ==='],
      ['"error_message" IS NULL OR', '"failure" IS NULL OR'],
    );
    await project.build();
    const index = await readFile(join(project.folder, 'src/migrations/index.ts'), 'utf8');
    const unasked = await run('migration:generate', 'ReplaceErrorMessage');
    expect(unasked).toMatchObject({ code: 0, stderr: expect.stringContaining('--rename posts.error_message:failure') });
    expect(unasked.stderr).toContain('warning: the migration loses data: DROP COLUMN "error_message" of table "posts"');
    expect(unasked.stdout).toContain('It cannot be reverted: the values of posts.error_message are lost');
    await removeNewest(project.folder, index, (await files()).at(-1) ?? '');

    await project.build();
    const before = await files();
    const left = await atTerminal(project.folder, db.url, ['migration:generate', 'LeftAlone'], '\u0003');
    expect(left).toContain('error: No migration was written: the question was not answered.');
    expect(await files()).toEqual(before);
    const asked = await atTerminal(project.folder, db.url, ['migration:generate', 'AskedAboutIt'], 'y\r');
    expect(asked).toContain(
      'Table posts: is failure the column error_message under a new name? Otherwise error_message is dropped. [y/N]',
    );
    expect(await readFile(join(project.folder, 'src/migrations', (await files()).at(-1) ?? ''), 'utf8')).toContain(
      'RENAME COLUMN',
    );
    await removeNewest(project.folder, index, (await files()).at(-1) ?? '');

    const source = await generated('RenameErrorMessage', '--rename', 'posts.error_message:failure');
    expect(source).toContain('ALTER TABLE "posts" RENAME COLUMN "error_message" TO "failure"');
    expect(source).not.toMatch(/DROP COLUMN|NOT VALID|transaction = false/);
  });
});

async function removeNewest(folder: string, index: string, file: string): Promise<void> {
  await writeFile(join(folder, 'src/migrations/index.ts'), index);
  await rm(join(folder, 'src/migrations', file));
}

/** Runs the command at a terminal, types the text at its question, and returns its output. */
async function atTerminal(folder: string, url: string, args: readonly string[], typed: string): Promise<string> {
  const command = [process.execPath, join(folder, 'dist/src/cli/main.js'), ...args].join(' ');
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd: folder,
    env: { ...process.env, DATABASE_URL: url },
  });
  let shown = '';
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    if (shown.includes('[y/N]') && typed !== '') {
      child.stdin.write(typed);
      typed = '';
    }
  });
  await once(child, 'close');
  return shown;
}
