import { chmod, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { parseDatabaseUrl } from '../../../src/connection/database-url.js';
import { readConnectionEnvironment } from '../../../src/connection/environment.js';
import { readConnectionSource, findPgpassPassword, SOURCE_VARIABLES } from '../../../src/connection/secrets.js';
import { type VariableName, VARIABLES } from '../../../src/connection/variables.js';
import { createDataSource } from '../../../src/data-source.js';

const SECRET = 'hunter2';
const URL_WITHOUT = 'postgres://app@db.example.com/antone?sslmode=verify-full';
const URL_WITH = `postgres://app:${SECRET}@db.example.com/antone?sslmode=verify-full`;

type Variables = Partial<Record<VariableName, string>>;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shared-db-secrets-'));
});
afterAll(() => rm(folder, { recursive: true }));

const read = (variables: Variables) => readConnectionSource((name) => variables[name]);

let files = 0;
async function file(content: string | Uint8Array, mode = 0o600): Promise<string> {
  const path = join(folder, `${SECRET}-${(files += 1)}`);
  await writeFile(path, content);
  await chmod(path, mode);
  return path;
}

/** The one line that is thrown, which shows neither a value nor a path. */
function refusalOf(work: () => unknown): string {
  let thrown: unknown;
  try {
    thrown = work();
  } catch (error) {
    expect(inspect(error, { showHidden: true, depth: 9 }) + JSON.stringify(error)).not.toContain(SECRET);
    const { name, message } = error as Error;
    expect(message).not.toContain('\n');
    return `${name}: ${message}`;
  }
  throw new Error(`It was accepted: ${typeof thrown}`);
}

describe('the database is that of', () => {
  test('DATABASE_URL', () => {
    expect(read({ DATABASE_URL: URL_WITH })).toEqual({ url: URL_WITH });
  });

  test('DATABASE_URL_FILE, whose password is asked for each time', async () => {
    const path = await file(`${URL_WITH}\n`);
    const source = read({ DATABASE_URL_FILE: path });
    expect(source?.url).toBe('postgres://app@db.example.com:5432/antone?sslmode=verify-full');
    expect(source?.password?.()).toBe(SECRET);
    await writeFile(path, URL_WITH.replace(SECRET, 'changed'));
    expect(source?.password?.()).toBe('changed');
    await writeFile(path, URL_WITH.replace('db.example', 'elsewhere'));
    expect(refusalOf(() => source?.password?.())).toMatch(
      /^SecretUnavailable: The file of DATABASE_URL_FILE now has another database/,
    );
  });

  test('PGHOST and its companions', () => {
    const { url } = read({
      ...{ PGHOST: '2001:db8::7', PGPORT: '5433', PGDATABASE: 'an/tone', PGUSER: 'app@x', PGSSLMODE: 'verify-full' },
      PGSSLROOTCERT: '/etc/ssl/ca.pem',
    }) ?? { url: '' };
    expect(parseDatabaseUrl(url)).toMatchObject({
      ...{ host: '2001:db8::7', port: 5433, database: 'an/tone', user: 'app@x' },
      tls: { mode: 'verify-full', ca: '/etc/ssl/ca.pem' },
    });
  });

  test('PGHOST, a socket', () => {
    const source = read({ PGHOST: '/var/run/postgresql', PGDATABASE: 'antone', PGUSER: 'app' });
    expect(parseDatabaseUrl(source?.url ?? '')).toMatchObject({ host: '/var/run/postgresql', port: 5432 });
  });

  test('nobody, where none is set, whatever else is', () => {
    expect(read({ PGPASSWORD: 'x', PGUSER: 'me', PGDATABASE: 'mine' })).toBeUndefined();
  });
});

describe('the password comes from', () => {
  test('PGPASSWORD, with every character it has', () => {
    expect(read({ DATABASE_URL: URL_WITHOUT, PGPASSWORD: ' p@ss %41 ' })?.password?.()).toBe(' p@ss %41 ');
  });

  test.each(['', '\n', '\r\n', '\n\n'])('PGPASSWORD_FILE, without the line break at its end: %j', async (end) => {
    const source = read({ DATABASE_URL: URL_WITHOUT, PGPASSWORD_FILE: await file(` p ä${end}`) });
    expect(source?.password?.()).toBe(' p ä');
  });

  test('PGPASSFILE, by host, port, database and user', async () => {
    const path = await file(`# mine\nother:*:*:*:wrong\ndb.example.com:5432:antone:app:${SECRET}\n`);
    expect(read({ DATABASE_URL: URL_WITHOUT, PGPASSFILE: path })?.password?.()).toBe(SECRET);
    const other = read({ DATABASE_URL: URL_WITHOUT.replace('app@', 'her@'), PGPASSFILE: path });
    expect(refusalOf(() => other?.password?.())).toContain('without a line for this host');
  });
});

test('a line of a password file is read as libpq reads it', () => {
  const address = (user: string, host = 'h') =>
    parseDatabaseUrl(`postgres://${encodeURIComponent(user)}@/d?host=${encodeURIComponent(host)}`);
  const lines = [
    '',
    '#h:5432:d:u:no',
    'h:5432:d:u',
    'h:5432:d:u:',
    '*:*:*:a\\:b:x\\:y\\\\',
    'localhost:*:*:s:socket',
    '*:5432:d:u:p w:more',
  ];
  expect(findPgpassPassword(lines.join('\r\n'), address('u'))).toBe('p w');
  expect(findPgpassPassword(lines.join('\n'), address('a:b'))).toBe('x:y\\');
  expect(findPgpassPassword(lines.join('\n'), address('s', '/run'))).toBe('socket');
  expect(findPgpassPassword(lines.join('\n'), address('nobody'))).toBeUndefined();
});

describe('two sources are an error that names both', () => {
  const places: Variables = { DATABASE_URL: URL_WITHOUT, DATABASE_URL_FILE: `/${SECRET}`, PGHOST: SECRET };
  const passwords: Variables = Object.fromEntries(
    ['PGPASSWORD', 'PGPASSWORD_FILE', 'PGPASSFILE'].map((name) => [name, `/${SECRET}`]),
  );
  const pairs = [places, passwords].flatMap((group) => {
    const names = Object.keys(group) as VariableName[];
    return names.flatMap((one, i) => names.slice(i + 1).map((two) => [one, two] as const));
  });

  test.each(pairs)('%s and %s', (one, two) => {
    const all = { ...places, ...passwords };
    const base: Variables = one in places ? {} : { DATABASE_URL: URL_WITHOUT };
    const message = refusalOf(() => read({ ...base, [one]: all[one], [two]: all[two] }));
    expect(message).toContain(`${one} and ${two} are both set`);
  });

  test.each(Object.keys(passwords) as VariableName[])('a URL with a password, and %s', (name) => {
    const message = refusalOf(() => read({ DATABASE_URL: URL_WITH, [name]: SECRET }));
    expect(message).toBe(`SecretUnavailable: DATABASE_URL has a password, and ${name} is set as well: leave one out.`);
  });

  test('a URL with a password, and a provider', () => {
    expect(refusalOf(() => createDataSource({ url: URL_WITH, password: () => SECRET }))).toContain('given twice');
  });
});

describe('a file is refused in one line, without its content or path, when it', () => {
  const refused = (path: string): string =>
    refusalOf(() => read({ DATABASE_URL: URL_WITHOUT, PGPASSWORD_FILE: path })?.password?.());

  test('is missing', () => {
    expect(refused(`/nowhere/${SECRET}`)).toBe('SecretUnavailable: PGPASSWORD_FILE names a file that does not exist.');
  });

  test('is the secret itself, put into the wrong variable', () => {
    expect(refusalOf(() => read({ DATABASE_URL_FILE: URL_WITH }))).toContain(
      'DATABASE_URL_FILE names a file that does not exist',
    );
  });

  test('is a folder or a device', async () => {
    await mkdir(join(folder, `${SECRET}-folder`));
    for (const path of [join(folder, `${SECRET}-folder`), '/dev/zero'])
      expect(refused(path)).toContain('that is a folder, a pipe or a device');
  });

  test('may not be read', async () => {
    const path = await file(SECRET, 0o000);
    // Root reads everything.
    if (process.getuid?.() === 0) return;
    expect(refused(path)).toContain('this user cannot read');
  });

  test.each(['', '\n', ' \n', '\uFEFF'])('is empty: %j', async (content) => {
    expect(refused(await file(content))).toContain('that is empty');
  });

  test('is huge', async () => {
    const path = await file(SECRET);
    await truncate(path, 10 * 2 ** 30);
    expect(refused(path)).toContain('too large to be a secret');
  });

  test('is no text', async () => {
    expect(refused(await file(Uint8Array.of(0x68, 0xff, 0xfe)))).toContain('that is not UTF-8 text');
    expect(refused(await file(`${SECRET}\0${SECRET}`))).toContain('that is not UTF-8 text');
  });

  test('has several lines', async () => {
    expect(refused(await file(`${SECRET}\n${SECRET}\n`))).toContain('several lines');
  });

  test('holds no connection string', async () => {
    const path = await file(SECRET);
    expect(refusalOf(() => read({ DATABASE_URL_FILE: path }))).toMatch(
      /^DatabaseUrlError: The database URL must begin/,
    );
  });
});

describe('PGHOST without what belongs to it', () => {
  test.each<[Variables, RegExp]>([
    [{ PGHOST: SECRET }, /PGHOST is set, and PGDATABASE is not/],
    [{ PGHOST: SECRET, PGDATABASE: 'd' }, /PGHOST is set, and PGUSER is not/],
    [{ PGHOST: SECRET, PGDATABASE: 'd', PGUSER: 'u', PGPORT: SECRET }, /PGHOST and its companions .* port/],
    [{ PGHOST: `${SECRET},b`, PGDATABASE: 'd', PGUSER: 'u' }, /PGHOST and its companions .* host/],
    [{ PGHOST: 'h', PGDATABASE: 'd', PGUSER: 'u', PGSSLMODE: SECRET }, /PGHOST and its companions .* TLS mode/],
  ])('%j', (variables, message) => {
    expect(refusalOf(() => read(variables))).toMatch(message);
  });
});

describe('a file that others may read', () => {
  const warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  afterEach(() => {
    warnings.mockClear();
  });
  afterAll(() => {
    warnings.mockRestore();
  });

  test('is used, with one warning for each variable', async () => {
    const path = await file(SECRET, 0o644);
    const source = read({ DATABASE_URL: URL_WITHOUT, PGPASSWORD_FILE: path });
    expect([source?.password?.(), source?.password?.()]).toEqual([SECRET, SECRET]);
    expect(warnings.mock.calls).toEqual([
      ['PGPASSWORD_FILE names a file that other users can read or change: run chmod 600 on it.', 'SharedDbWarning'],
    ]);
  });

  test('draws none when it is ours alone', async () => {
    const path = await file(`*:*:*:*:${SECRET}`);
    expect(read({ DATABASE_URL: URL_WITHOUT, PGPASSFILE: path })?.password?.()).toBe(SECRET);
    expect(warnings).not.toHaveBeenCalled();
  });
});

test('.env.example names variables that are read, and no value for a secret', async () => {
  const lines = (await readFile('.env.example', 'utf8')).split('\n').filter((line) => /^[^#]/.test(line));
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) expect(Object.keys(VARIABLES)).toContain(line.split('=')[0]);
  expect(lines.filter((line) => /URL|PASSWORD/.test(line) && !line.endsWith('='))).toEqual([]);
});

describe('readConnectionEnvironment', () => {
  const before = Object.fromEntries(SOURCE_VARIABLES.map((name) => [name, process.env[name]]));
  afterEach(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  });

  test('is what createDataSource takes, and shows no password', () => {
    for (const name of SOURCE_VARIABLES) Reflect.deleteProperty(process.env, name);
    [process.env.DATABASE_URL, process.env.PGPASSWORD] = [URL_WITHOUT, SECRET];
    const dataSource = createDataSource(readConnectionEnvironment());
    expect(
      inspect(dataSource.options, { depth: 9, showHidden: true }) + inspect(readConnectionEnvironment()),
    ).not.toContain(SECRET);
  });

  test('says what to set where nothing is', () => {
    for (const name of SOURCE_VARIABLES) Reflect.deleteProperty(process.env, name);
    expect(refusalOf(readConnectionEnvironment)).toMatch(/^EnvironmentError: DATABASE_URL is not set/);
  });
});
