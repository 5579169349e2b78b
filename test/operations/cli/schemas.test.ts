import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readDatabaseFingerprint } from '../../../src/operations/backup/server.js';
import { runCli, type CliOptions, type CliResult } from '../../support/cli.js';
import { useDatabase } from '../../support/database.js';
import { ask } from '../../support/migrator/query.js';
import { stateOf, tablesIn } from '../../support/schemas.js';
import { READY, serverOf, start } from '../../support/start.js';
import { besides, dropBesides, emptyFolder, listening, noPgDump } from '../backup/support.js';

jest.setTimeout(120_000);

const withoutPgDump = await noPgDump();

/** Every command but those of NO_SCHEMA, with the arguments that it needs to reach the database. */
const COMMANDS: readonly (readonly string[])[] = [
  ...[['start'], ['health'], ['migration:generate', 'AddBio'], ['migration:run'], ['migration:run', '--dry-run']],
  ...[['migration:run', '--backup'], ['migration:revert'], ['migration:show'], ['migration:restore', 'nowhere']],
  ...[['migration:rehearse'], ['migration:check'], ['migration:check', '--full'], ['migration:lint']],
  ...[['validate:schema'], ['db:roles'], ['db:roles', '--check'], ['db:environment'], ['seed:reference'], ['seed']],
  ...[['typeorm', 'query', 'SELECT 1']],
];

/** `migration:create` uses no database; `migration:finish` writes the snapshot, whose schema is always public. */
const NO_SCHEMA = ['migration:create', 'migration:finish'];

/** Commands that create the schema, need none, or do not read it. */
const WITHOUT_SCHEMA = [
  'start',
  'migration:run',
  'migration:restore',
  'migration:rehearse',
  'db:roles',
  'db:environment',
  'typeorm',
];

describe('--schema', () => {
  const db = useDatabase();
  const cli = (args: readonly string[], options: CliOptions = {}): Promise<CliResult> =>
    runCli(args, { ...options, env: { DATABASE_URL: db.url, ...options.env } });

  it('is an option of every command that works in a database', async () => {
    const { stdout } = await cli(['--help']);
    const names = [...stdout.matchAll(/^ {2}([a-z]+(?::[a-z]+)?) /gm)]
      .map(([, name = '']) => name)
      .filter((name) => name !== 'help');
    expect([...new Set(COMMANDS.map(([name]) => name))].sort()).toEqual(
      names.filter((name) => !NO_SCHEMA.includes(name)).sort(),
    );
    // For `typeorm`, TypeORM's own command line prints the help.
    for (const name of names.filter((each) => ![...NO_SCHEMA, 'typeorm'].includes(each))) {
      expect((await cli([name, '--help'])).stdout).toContain('--schema <name>');
    }
  });

  it.each(COMMANDS.map((command) => command.join(' ')))(
    'refuses a schema name that needs quotation marks: %s',
    async (command) => {
      const [name = '', ...rest] = command.split(' ');
      const { code, stderr, stdout } = await cli([name, '--schema', 'Agent One', ...rest]);
      expect(stderr).toMatch(
        /^error: The name of the schema is invalid. It must consist of 1 to 63 lower-case letters/m,
      );
      expect(stdout + stderr).not.toContain('Agent One');
      expect(code).not.toBe(0);
    },
  );

  it.each(COMMANDS.filter(([name = '']) => !WITHOUT_SCHEMA.includes(name)).map((command) => command.join(' ')))(
    'is named in the error if there is no such schema: %s',
    async (command) => {
      const [name = '', ...rest] = command.split(' ');
      const { code, stderr, stdout } = await cli([name, '--schema', 'nowhere', ...rest]);
      expect(stdout + stderr).toMatch(/has no schema nowhere: run migration:run --schema nowhere/);
      expect(code).not.toBe(0);
    },
  );
});

/** One agent gives its schema with --schema, the other with SHARED_DB_SCHEMA. */
describe('two agents in one database', () => {
  const db = useDatabase();
  let url: string;
  let folder: string;
  let remove: () => Promise<void>;

  const one = (...args: string[]): Promise<CliResult> =>
    runCli([args[0] ?? '', '--schema', 'agent_one', ...args.slice(1)], {
      // --schema takes precedence over SHARED_DB_SCHEMA.
      env: { DATABASE_URL: url, SHARED_DB_SCHEMA: 'agent_two', NODE_ENV: 'test' },
    });
  const two = (...args: string[]): Promise<CliResult> =>
    runCli(args, { env: { DATABASE_URL: url, SHARED_DB_SCHEMA: 'agent_two', NODE_ENV: 'test' } });
  const succeed = async (result: Promise<CliResult>): Promise<string> => {
    const { code, stdout, stderr } = await result;
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    return stdout;
  };

  beforeAll(async () => {
    ({ folder, remove } = await emptyFolder());
    url = await db.create({ bare: true });
    for (const agent of [one, two]) {
      expect(await succeed(agent('migration:run', '--dry-run'))).toContain('Nothing was changed.');
      expect(await succeed(agent('migration:run'))).toMatch(/^applied CreateReferenceTables/m);
      expect(await succeed(agent('seed:reference'))).toMatch(/rows inserted/);
      expect(await succeed(agent('seed'))).toMatch(/rows inserted/);
    }
  });

  afterAll(async () => {
    await dropBesides(url);
    await remove();
  });

  it('are migrated and seeded, each in its schema', async () => {
    expect(await tablesIn(url)).toEqual({ agent_one: 24, agent_two: 24 });
  });

  it.each([
    ['one', one],
    ['two', two],
  ] as const)('are checked, validated and healthy independently: %s', async (name, agent) => {
    const schema = `schema agent_${name}`;
    expect(await succeed(agent('migration:check'))).toMatch(
      new RegExp(`^Nothing differs: .*, ${schema} has the schema`),
    );
    if (name === 'one') expect(await succeed(agent('migration:check', '--full'))).toContain('agree.');
    expect(await succeed(agent('validate:schema'))).toMatch(new RegExp(`^0 findings .*, ${schema}\\.$`, 'm'));
    expect(await succeed(agent('health', '--timeout', '5000'))).toContain('0 pending');
    expect(await succeed(agent('migration:show'))).toContain(', 0 pending');
    expect(await succeed(agent('migration:lint'))).toContain('0 pending migrations');
    expect(await succeed(agent('db:environment'))).toContain('environment  test');
    expect(await succeed(agent('typeorm', 'query', 'SELECT current_schema() AS it'))).toContain(`agent_${name}`);
  });

  it('have an environment each', async () => {
    await succeed(two('db:environment', '--set', 'production'));
    expect(await succeed(one('db:environment'))).toContain('environment  test');
    expect((await two('migration:revert')).stderr).toContain('has the environment production');
    const [{ name } = { name: '' }] = await ask<{ name: string }>(url, 'SELECT current_database() AS name');
    await succeed(two('db:environment', '--set', 'test', '--database', name));
  });

  it('can be reverted and dropped one by one: the other keeps its catalog and every row', async () => {
    const before = await stateOf(url, 'agent_one');
    expect(await succeed(two('migration:revert'))).toMatch(/^reverted ProtectFinalValues/);
    expect(await succeed(two('migration:show'))).toContain(', 1 pending');
    expect(await stateOf(url, 'agent_one')).toEqual(before);
    expect(await succeed(one('migration:check'))).toContain('Nothing differs');
    expect((await two('migration:check')).code).toBe(1);
    await succeed(two('migration:run'));
    expect(await succeed(two('migration:check'))).toContain('Nothing differs');
    await succeed(two('typeorm', 'schema:drop'));
    expect(await tablesIn(url)).toEqual({ agent_one: 24 });
    expect(await stateOf(url, 'agent_one')).toEqual(before);
    await succeed(two('migration:run'));
    await succeed(two('seed'));
    expect(await stateOf(url, 'agent_one')).toEqual(before);
  });

  it('are rehearsed one by one, on a copy that contains both', async () => {
    await succeed(two('migration:revert'));
    const before = await readDatabaseFingerprint({ ...listening(url), schema: 'agent_two' });
    const report = JSON.parse(await succeed(two('migration:rehearse', '--json'))) as Record<string, unknown>;
    expect(report).toMatchObject({
      passed: true,
      problems: [],
      pending: [expect.stringMatching(/^ProtectFinalValues/)],
    });
    expect(await readDatabaseFingerprint({ ...listening(url), schema: 'agent_two' })).toEqual(before);
    await succeed(two('migration:run'));
    const first = JSON.parse(
      await succeed(
        runCli(['migration:rehearse', '--schema', 'agent_three', '--json'], { env: { DATABASE_URL: url } }),
      ),
    ) as Record<string, unknown>;
    expect(first).toMatchObject({ passed: true, problems: [] });
    expect(await tablesIn(url)).toEqual({ agent_one: 24, agent_two: 24 });
  });

  it('are backed up together: migration:restore needs confirmation and names the other schema', async () => {
    await succeed(two('migration:revert'));
    const engine = withoutPgDump === undefined ? 'dump' : 'template';
    const { stderr } = await two('migration:run', `--backup=${engine}`, '--backup-dir', folder);
    const [, backup = ''] = /to restore it: \S+ \S+ migration:restore (\S+)$/m.exec(stderr) ?? [];
    const refused = await two('migration:restore', backup);
    expect(refused.stderr).toMatch(
      /Refused to replace the database by a backup: the database has other schemas, which would be dropped too: agent_one\. Nothing was changed\./,
    );
    const [{ name } = { name: '' }] = await ask<{ name: string }>(url, 'SELECT current_database() AS name');
    expect(await succeed(two('migration:restore', '--database', name, backup))).toContain(`restored ${name}`);
    expect(await succeed(two('migration:show'))).toContain(', 1 pending');
    await succeed(two('migration:run'));
  });

  it('keep the rows of one if a migration of the other fails: the backup is not restored automatically', async () => {
    await succeed(two('migration:revert'));
    await succeed(two('migration:revert'));
    await ask(url, `CREATE FUNCTION agent_two.refuse_final_change() RETURNS int LANGUAGE sql AS 'SELECT 1'`);
    // A trigger on the table of applied migrations writes to the other schema while the migrations run.
    await ask(
      url,
      `CREATE FUNCTION agent_two.write_elsewhere() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      UPDATE agent_one.authors SET follower_count = follower_count + 1; RETURN NEW; END $$`,
    );
    await ask(
      url,
      'CREATE TRIGGER tg AFTER INSERT ON agent_two.migrations FOR EACH ROW EXECUTE FUNCTION agent_two.write_elsewhere()',
    );
    const failedBefore = (await besides(url)).filter((name) => name.includes('_failed_'));
    const { code, stderr } = await two('migration:run', '--backup=template', '--backup-dir', folder);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^state: as the failed migrations left it, NOT restored: .*changes in other schemas \(agent_one\.authors: \d+ rows, but not with the same values/m,
    );
    expect(stderr).toMatch(/^to restore it: .*migration:restore \S+$/m);
    expect((await besides(url)).filter((name) => name.includes('_failed_'))).toEqual(failedBefore);
  });
});

describe('start', () => {
  const db = useDatabase();

  it('creates the schema, works in it, and prints a psql command that selects it', async () => {
    const url = await db.create({ bare: true });
    const running = start({ DATABASE_URL: url, SHARED_DB_SCHEMA: 'agent_one' });
    await running.says(READY);
    const health = (await (await fetch(new URL('/health', serverOf(running)))).json()) as { status: string };
    running.kill('SIGTERM');
    await running.ended;
    expect(health.status).toBe('ok');
    expect(running.stdout).toMatch(/^schema +agent_one$/m);
    expect(running.stdout).toMatch(/^psql +PGOPTIONS='-c search_path=agent_one' psql /m);
    expect(await tablesIn(url)).toEqual({ agent_one: 24 });
  });
});
