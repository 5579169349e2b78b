import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { takeBackup } from '../../../src/operations/backup/backup.js';
import { runCli, type CliResult } from '../../support/cli.js';
import { useDatabase } from '../../support/database.js';
import { preparedServer } from '../../support/databases.js';
import { contents, nameOf, say, words } from '../../support/keepsake.js';
import { PERMISSIVE_PRODUCTION } from '../../support/production.js';
import { besides, dropBesides, emptyFolder, listening, query } from '../backup/support.js';

jest.setTimeout(60_000);

const db = useDatabase();

const run = (url: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliResult> =>
  runCli(args, { env: { DATABASE_URL: url, ...env } });

/** Expects that the command is refused in one line and changes nothing. */
async function refused(
  url: string,
  args: readonly string[],
  reason: string,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const before = await contents(url);
  const { code, stdout, stderr } = await run(url, args, env);
  expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(/^error: [^\n]+\n$/) });
  expect(stderr).toContain(reason);
  expect(await contents(url)).toBe(before);
}

describe('migration:revert', () => {
  it('needs the exact name of a production database', async () => {
    const url = await db.create();
    await say(url, 'production');
    const name = nameOf(url);
    await refused(
      url,
      ['migration:revert'],
      `Refused to revert a migration: the database "${name}" has the environment production. Nothing was changed. If "${name}" is the database you mean, give its name with --database.`,
    );
    await refused(url, ['migration:revert', '--database', name.toUpperCase()], `not to "${name.toUpperCase()}"`);
    await refused(url, ['migration:revert', '--database', ''], 'not to ""');
    expect(await run(url, ['migration:revert', '--database', name])).toMatchObject({ code: 0, stderr: '' });
  });

  it('needs the name if NODE_ENV is production, whatever the environment of the database is', async () => {
    await refused(db.url, ['migration:revert'], 'NODE_ENV is production', PERMISSIVE_PRODUCTION);
  });
});

describe('seed', () => {
  it('is refused in a production database even with its name', async () => {
    const url = await db.create();
    await say(url, 'production');
    await refused(
      url,
      ['seed', '--database', nameOf(url)],
      'has the environment production. Nothing was changed. Run seed:reference instead',
    );
    await say(url, 'staging');
    await refused(url, ['seed'], 'has the environment staging');
  });
});

describe('migration:restore', () => {
  let folder: string;
  let remove: () => Promise<void>;
  let url: string;
  let backup: string;

  beforeAll(async () => {
    ({ folder, remove } = await emptyFolder());
    url = await db.create();
    await say(url, 'production');
    ({ folder: backup } = await takeBackup(listening(url), { engine: 'template', folder }));
    await query(url, 'CREATE TABLE since (n int)');
  });

  afterAll(async () => {
    await dropBesides(url);
    await remove();
  });

  it('replaces nothing without the name', async () => {
    const databases = await besides(url);
    await refused(url, ['migration:restore', backup], 'Refused to replace the database by a backup');
    await refused(url, ['migration:restore', backup, '--database', 'antone'], 'not to "antone"');
    expect(await besides(url)).toEqual(databases);
  });

  it('replaces the database with the name, and restores its environment', async () => {
    await say(url, 'staging');
    expect(await run(url, ['migration:restore', backup, '--database', nameOf(url)])).toMatchObject({ code: 0 });
    expect(await words(url)).toEqual(['production']);
  });

  it('needs no name if the database does not exist', async () => {
    const [server, name] = [preparedServer().url, nameOf(url)];
    await query(server, `DROP DATABASE "${name}"`);
    expect(await run(url, ['migration:restore', backup])).toMatchObject({ code: 0 });
    expect(await words(url)).toEqual(['production']);
  });
});

describe('typeorm', () => {
  it('drops the schema, synchronises and reverts only with the name', async () => {
    const url = await db.create();
    await say(url, 'production');
    await refused(url, ['typeorm', 'schema:drop'], 'Refused to drop every table');
    await refused(url, ['typeorm', 'schema:sync'], 'Refused to synchronise the schema');
    await refused(url, ['typeorm', '--database', 'antone', 'migration:revert'], 'not to "antone"');
    const named = { SHARED_DB_CONFIRM_DATABASE: nameOf(url) };
    expect(await run(url, ['typeorm', 'migration:revert'], named)).toMatchObject({ code: 0 });
    expect(await run(url, ['typeorm', '--database', nameOf(url), 'schema:drop'])).toMatchObject({ code: 0 });
    expect(await contents(url)).toBe('[]');
  });

  it('lists the migrations with their ids (migration:show)', async () => {
    const { code, stderr } = await run(db.url, ['typeorm', 'migration:show']);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/(schema: \[X\] \d+ \w+\d{13}\n){7}$/),
    });
  });

  it('passes arguments to TypeORM unchanged', async () => {
    const { code, stdout } = await run(db.url, ['typeorm', 'query', 'SELECT 40 + 2 AS answer']);
    expect({ code, answer: /answer: '?42/.test(stdout) }).toEqual({ code: 0, answer: true });
  });
});

describe('db:environment', () => {
  it('prints the environment, and whether destructive commands need confirmation', async () => {
    const { code, stdout } = await run(db.url, ['db:environment']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^database {5}\S+\nenvironment {2}test, since \S+Z, by version \d\S+\nNODE_ENV {5}not set\nDestructive commands need no confirmation\.\n$/,
    );
    const asked = await run(db.url, ['db:environment', '--json'], PERMISSIVE_PRODUCTION);
    expect(JSON.parse(asked.stdout)).toMatchObject({
      environment: 'test',
      nodeEnv: 'production',
      confirmationNeeded: true,
      reasons: ['NODE_ENV is production'],
    });
  });

  it('sets production without the name, and anything else only with it', async () => {
    const url = await db.create();
    const name = nameOf(url);
    expect(await run(url, ['db:environment', '--set', 'production'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('environment  production'),
    });
    await refused(url, ['db:environment', '--set', 'development'], 'Refused to set the environment to development');
    await refused(url, ['db:environment', '--set', 'staging'], 'has the environment production');
    await refused(url, ['db:environment', '--set', 'test', '--database', `${name}x`], `not to "${name}x"`);
    await refused(
      url,
      ['db:environment', '--set', 'Two Words', '--database', name],
      'The name of an environment consists of',
    );
    expect(await run(url, ['db:environment', '--set', 'staging', '--database', name])).toMatchObject({ code: 0 });
    expect(await words(url)).toEqual(['staging']);
  });

  it('cannot set the environment before the first migration:run', async () => {
    const bare = await db.create({ bare: true });
    await refused(bare, ['db:environment', '--set', 'staging'], 'Run migration:run, which creates it');
    expect(await run(bare, ['db:environment'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('not known\nNODE_ENV     not set\nDestructive commands need no confirmation.'),
    });
  });
});

/** Needs `script` of util-linux, which gives a command a terminal. */
const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('at a terminal', () => {
  /** Runs migration:revert at a terminal and types the answer when it asks. Returns the exit code and the output. */
  async function atTerminal(url: string, answer: string): Promise<{ code: unknown; screen: string }> {
    const program = join(preparedServer().program, 'src/cli/main.js');
    const command = `'${process.execPath}' '${program}' migration:revert`;
    const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      env: { ...process.env, NODE_ENV: 'test', DATABASE_URL: url },
    });
    let screen = '';
    let answered = false;
    child.stdout.on('data', (chunk: Buffer) => {
      screen += chunk.toString();
      if (answered || !screen.includes('Name of the database: ')) return;
      answered = true;
      child.stdin.write(answer);
    });
    const [code] = (await once(child, 'close')) as unknown[];
    return { code, screen };
  }

  it('migration:revert asks for the name and accepts only the exact one', async () => {
    const url = await db.create();
    await say(url, 'production');
    const before = await contents(url);
    const wrong = await atTerminal(url, 'antone\r');
    expect(wrong).toMatchObject({ code: 1, screen: expect.stringContaining('not to "antone"') });
    const nothing = await atTerminal(url, '\u0004');
    expect(nothing).toMatchObject({
      code: 1,
      screen: expect.stringMatching(/error: Refused to revert a migration/),
    });
    expect(await contents(url)).toBe(before);
    const right = await atTerminal(url, `${nameOf(url)}\r`);
    expect(right).toMatchObject({ code: 0, screen: expect.stringContaining('reverted ProtectFinalValues') });
  });
});
