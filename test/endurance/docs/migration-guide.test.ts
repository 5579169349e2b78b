/** Runs every command, patch and SQL statement of docs/DATABASE_MIGRATION_GUIDE.md in its order, on a copy of the project. */
import { execFile } from 'node:child_process';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { acquireEmbeddedServer, type EmbeddedServer } from '../../../src/embedded/embedded-server.js';
import { answerQuestions, copyProject, type ProjectCopy } from '../../support/project-copy.js';

jest.setTimeout(300_000);

interface Block {
  readonly section: string;
  readonly language: string;
  readonly text: string;
}

/** Commands that work on the sources of the copy, so they run through npm as in the guide. */
const ON_SOURCES = ['migration:finish'];

/** Commands that are the business of other tests. */
const SKIPPED = ['npm run check', 'git add --all && git commit'];

const shell = promisify(execFile);
const guide = await readFile('docs/DATABASE_MIGRATION_GUIDE.md', 'utf8');
const blocks = blocksOf(guide);
let project: ProjectCopy;
let server: EmbeddedServer;

beforeAll(async () => {
  project = await copyProject();
  // Keeps the server running, so that the commands need not start it.
  server = await acquireEmbeddedServer({ folder: join(project.folder, '.data/postgres'), durable: false });
});

afterAll(async () => {
  await server.release();
  await project.remove();
});

test('every command, patch and statement of the migration guide succeeds, in its order', async () => {
  const done: string[] = [];
  for (const { section, language, text } of blocks) {
    if (section === 'Production deployment' && language === 'sh') await expectSuccess(['migration:revert']);
    if (language === 'sh') for (const line of text.trim().split('\n')) await command(line);
    else if (language === 'diff') await patch(text);
    else if (language === 'sql') await statements(text);
    else throw new Error(`The guide has a block of an unknown language: ${language} in “${section}”`);
    done.push(language);
  }
  expect(done.filter((language) => language === 'sh').length).toBeGreaterThanOrEqual(8);
  expect(done).toContain('diff');
  expect(done.filter((language) => language === 'sql').length).toBe(4);
});

test('every command and file that the migration guide names exists', async () => {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as { scripts: Record<string, string> };
  const named = [...guide.matchAll(/`npm run ([\w:]+)|`(migration:[a-z]+|validate:schema)/g)].map(
    ([, script, verb]) => script ?? verb,
  );
  expect(named.filter((name) => name === undefined || !(name in scripts))).toEqual([]);
  const links = [...guide.matchAll(/\]\((?!http)([^)#]+)/g)].map(([, path = '']) => path);
  for (const path of links) await expect(readFile(join('docs', path), 'utf8')).resolves.not.toBe('');
});

test('every error code in the migration guide is on the page of errors', async () => {
  const errors = await readFile('docs/reference/errors.md', 'utf8');
  const codes = [...guide.matchAll(/`(MIGRATION_[A-Z_]+)`/g)].map(([, code = '']) => code);
  expect(codes.filter((code) => code !== 'MIGRATION_DATABASE_URL' && !errors.includes(code))).toEqual([]);
});

function blocksOf(text: string): Block[] {
  let section = '';
  return [...text.matchAll(/^## (.+)$|^```(\w+)\n([^]*?)^```$/gm)].flatMap(([, heading, language, body = '']) => {
    section = heading ?? section;
    return language === undefined ? [] : [{ section, language, text: body }];
  });
}

async function command(line: string): Promise<void> {
  if (SKIPPED.includes(line)) return;
  const [, name = '', rest = ''] = /^npm run ([\w:]+)(?: -- (.+))?$/.exec(line) ?? [];
  expect({ line, name }).not.toEqual({ line, name: '' });
  if (ON_SOURCES.includes(name)) {
    expect(await project.runScript(name)).toMatchObject({ code: 0 });
    await project.build();
    return;
  }
  const args = rest.includes('$BACKUP') ? rest.replace('$BACKUP', await newestBackup()) : rest;
  await expectSuccess([name, ...args.split(' ').filter(Boolean)]);
  if (name === 'migration:generate') {
    await answerQuestions(project.folder);
    await project.build();
  }
}

async function expectSuccess(args: readonly string[]): Promise<void> {
  let { code, stdout, stderr } = await project.run(args);
  // A busy machine may need longer than the limit of `health`, so it gets a second chance.
  if (args[0] === 'health' && code !== 0) ({ code, stdout, stderr } = await project.run(args));
  expect({ args, code, output: code === 0 ? '' : stdout + stderr }).toEqual({ args, code: 0, output: '' });
}

async function newestBackup(): Promise<string> {
  const names = await readdir(join(project.folder, '.data/backups'));
  return join('.data/backups', names.sort().at(-1) ?? 'none');
}

async function patch(text: string): Promise<void> {
  await writeFile(join(project.folder, 'change.diff'), text);
  await shell('git', ['apply', 'change.diff'], { cwd: project.folder });
  await shell('npm', ['run', '--silent', 'docs:comments'], { cwd: project.folder });
  await project.build();
}

async function statements(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.url() });
  await client.connect();
  try {
    // One at a time, as a migration without a transaction runs them.
    for (const statement of sql.split(/;$/m)) if (statement.trim() !== '') await client.query(statement);
  } finally {
    await client.end();
  }
}
