import { execFile } from 'node:child_process';
import { appendFile, cp, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parseChecksums } from '../../../src/cli/migration-file.js';

jest.setTimeout(60_000);

const FILE = 'src/migrations/1795411805000-protect-audit-logs.ts';
const NAME = 'ProtectAuditLogs1795411805000';

describe('npm version', () => {
  let copy: string;

  const run = async (file: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> => {
    const author = {
      GIT_AUTHOR_NAME: 'x',
      GIT_AUTHOR_EMAIL: 'x@x',
      GIT_COMMITTER_NAME: 'x',
      GIT_COMMITTER_EMAIL: 'x@x',
    };
    const child = promisify(execFile)(file, args, {
      cwd: copy,
      env: { ...process.env, ...author, GIT_CONFIG_GLOBAL: '/dev/null', NODE_OPTIONS: '' },
    });
    return child.then(
      (output) => ({ code: 0, ...output }),
      (error: unknown) => error as { code: number; stdout: string; stderr: string },
    );
  };
  const git = async (...args: string[]): Promise<string> => (await run('git', ...args)).stdout;

  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), 'shared-db-release-'));
    for (const part of ['src', 'scripts', 'docs', 'package.json', 'tsconfig.json', '.prettierrc.json', '.gitignore']) {
      await cp(part, join(copy, part), { recursive: true });
    }
    // Resets the checksums to their state before the first release.
    const checksums = join(copy, 'src/migrations/checksums.ts');
    await writeFile(checksums, (await readFile(checksums, 'utf8')).replaceAll(/release: '[^']+'/g, 'release: null'));
    await symlink(resolve('node_modules'), join(copy, 'node_modules'));
    await git('init', '-q');
    await appendFile(join(copy, '.git/info/exclude'), 'node_modules\n');
    await git('add', '-A');
    await git('commit', '-qm', 'all');
  });

  afterAll(async () => {
    await rm(copy, { recursive: true, force: true });
  });

  it('marks every migration with the version, in the same commit', async () => {
    expect(await run('npm', 'version', '7.0.0')).toMatchObject({ code: 0 });
    expect(await git('status', '--porcelain')).toBe('');
    const checksums = parseChecksums(await git('show', 'v7.0.0:src/migrations/checksums.ts'));
    expect(Object.values(checksums).map(({ release }) => release)).toEqual(Object.keys(checksums).map(() => '7.0.0'));
    expect(checksums).toHaveProperty(NAME);
  });

  it('refuses an edited released migration and makes no commit and no tag', async () => {
    await appendFile(join(copy, FILE), '// better\n');
    await git('commit', '-qam', 'an edit');
    expect(await run('npm', 'version', '7.0.1')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        `error: ${NAME} was released in 7.0.0 and has been edited: restore it, and write a new migration.\n`,
      ),
    });
    expect(await git('tag')).toBe('v7.0.0\n');
    expect(await git('log', '-1', '--format=%s')).toBe('an edit\n');
  });

  it('lets docs:generate refuse a released migration whose file was renamed', async () => {
    await rename(join(copy, FILE), join(copy, FILE.replace('protect', 'guard')));
    expect(await run('npm', 'run', '--silent', 'docs:generate', '--', '--check')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        new RegExp(
          `error: \\S+/1795411805000-guard-audit-logs\\.ts has the class ${NAME}: the name of a file must follow.*\\n$`,
        ),
      ),
    });
  });
});
