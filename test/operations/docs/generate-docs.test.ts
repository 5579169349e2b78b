import { execFile } from 'node:child_process';
import { appendFile, cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { workingFolder } from '../../support/cli.js';
import { preparedServer } from '../../support/databases.js';

jest.setTimeout(60_000);

interface Ended {
  readonly code: number;
  readonly stderr: string;
}

describe('docs:generate', () => {
  let folder: string;
  let remove: () => Promise<void>;

  beforeAll(async () => {
    ({ folder, remove } = await workingFolder());
    for (const file of ['docs', 'src', '.prettierrc.json', 'package.json'])
      await cp(file, join(folder, file), { recursive: true });
    await appendFile(join(folder, 'docs/reference/schema.sql'), '-- by hand\n');
    await rm(join(folder, 'docs/reference/tables/posts.md'));
    await writeFile(join(folder, 'docs/reference/tables/ghosts.md'), '# ghosts\n');
  });

  afterAll(() => remove());

  const generate = (...args: string[]): Promise<Ended> =>
    new Promise((done) => {
      const script = join(preparedServer().program, 'scripts/generate-docs.js');
      execFile(process.execPath, [script, ...args], { cwd: folder }, (error, _, stderr) => {
        done({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stderr });
      });
    });

  it('lists with --check each file that is out of date, missing or surplus, and changes nothing', async () => {
    const { code, stderr } = await generate('--check');
    expect(stderr).toBe(`docs/reference/schema.sql is out of date: run npm run docs:generate and commit the result.
docs/reference/tables/posts.md is missing: run npm run docs:generate and commit the result.
docs/reference/tables/ghosts.md is no longer generated: run npm run docs:generate and commit the result.
`);
    expect(code).toBe(1);
    expect(await readdir(join(folder, 'docs/reference/tables'))).toContain('ghosts.md');
  });

  it('writes the files that are in git, and deletes all others', async () => {
    expect(await generate()).toEqual({ code: 0, stderr: '' });
    expect(await contents(join(folder, 'docs/reference'))).toEqual(await contents('docs/reference'));
  });
});

async function contents(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map(async (file) => [file.slice(folder.length), await readFile(file, 'utf8')]));
  return Object.fromEntries(texts.sort()) as Record<string, string>;
}
