import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'smol-toml';

/** Looks like a password but is none. Joined from parts, so that the scans accept this file. */
const WORD = ['Tr0ub4dor', 'n3ver', 'us3d'].join('-');
const PASSWORD = ['pass', 'word'].join('');
const TOKEN = ['ghp', '0123456789abcdefghijABCDEFGHIJ012345'].join('_');

/** Invented secrets, each in its own file. */
const PLANTED: readonly (readonly [file: string, text: string])[] = [
  ['url.ts', `connect('postgres://app:${WORD}@db.example/antone')`],
  ['url.env', `DATABASE_URL=postgresql://app:${WORD}@db.example:5432/antone?sslmode=verify-full`],
  ['url-with-slash.env', `DATABASE_URL=postgres://app:${WORD}/more@db.example/antone`],
  ['url-of-weak-word.yaml', `url: postgres://app:${['sec', 'ret'].join('')}@db.example/antone`],
  ['url-without-user.log', `could not connect to postgres://:${WORD}@db.example/antone`],
  ['shell.sh', `export PGPASSWORD=${WORD}`],
  ['quoted.sh', `PGPASSWORD='${WORD}' psql -h db.example`],
  ['application.env', `DB_PASSWORD=${WORD}`],
  ['compose.yaml', `    POSTGRES_PASSWORD: ${WORD}`],
  ['list.yaml', `      - POSTGRES_PASSWORD=${WORD}`],
  ['key.env', `LINEAR_API_KEY=${WORD}`],
  ['token.json', `{ "VAULT_TOKEN": "${WORD}" }`],
  ['create.sql', `CREATE ROLE app LOGIN PASSWORD '${WORD}';`],
  ['alter.sql', `alter role app encrypted ${PASSWORD} '${WORD}' valid until 'infinity';`],
  ['.pgpass', `db.example:5432:antone:app:${WORD}`],
  ['any.pgpass', `*:*:*:app:${WORD}`],
  ['conninfo.conf', `primary_conninfo = 'host=db.example user=app ${PASSWORD}=${WORD}'`],
  ['query.ts', `fetch('https://db.example/?user=app&${PASSWORD}=${WORD}')`],
  ['object.ts', `new Pool({ user: 'app', ${PASSWORD}: '${WORD}' })`],
  ['object.json', `{ "${PASSWORD}": "${WORD}" }`],
  ['variable.ts', `const db${PASSWORD.replace('p', 'P')} = "${WORD}";`],
  ['github.env', `TOKEN=${TOKEN}`],
];

const HARMLESS: readonly (readonly [file: string, text: string])[] = [
  ['from-environment.ts', `const password = process.env.PGPASSWORD; connect({ password })`],
  ['from-file.yaml', `    POSTGRES_PASSWORD_FILE: /run/secrets/postgres-password`],
  ['from-variable.sh', `PGPASSWORD="$(cat /run/secrets/password)" psql; DB_PASSWORD=$OTHER`],
  ['template.ts', 'const url = `postgres://${user}:${password}@${host}/antone`'],
  ['without-password.env', 'DATABASE_URL=postgres://app@db.example/antone'],
  ['words.md', 'The password: it is asked for at every new connection. PASSWORD NULL takes it away.'],
  ['prompt.ts', `throw new Error('the password is refused: check it')`],
  ['example.ts', `connect('postgres://me:hunter2@localhost/antone')`],
];

const CONFIGURATION = ['.secretlintrc.json', '.secretlintignore'];

describe('secretlint with our configuration', () => {
  let folder: string;
  let found: ReadonlySet<string>;
  let output: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shared-db-secrets-'));
    for (const file of CONFIGURATION) await cp(file, join(folder, file));
    for (const [file, text] of [...PLANTED, ...HARMLESS]) {
      await mkdir(join(folder, dirname(file)), { recursive: true });
      await writeFile(join(folder, file), `${text}\n`);
    }
    const files = [...PLANTED, ...HARMLESS].map(([file]) => file);
    output = await run(folder, [resolve('node_modules/secretlint/bin/secretlint.js'), '--format', 'compact', ...files]);
    found = new Set(files.filter((file) => output.includes(`${join(folder, file)}: line 1, `)));
  }, 30_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(PLANTED)('finds the secret in %s', (file) => {
    expect(found).toContain(file);
  });

  test.each(HARMLESS)('accepts %s', (file) => {
    expect(found).not.toContain(file);
  });

  test('does not print the secrets that it finds', () => {
    expect(output).not.toContain(WORD);
  });
});

describe('our additional rules for gitleaks', () => {
  let finds: (text: string) => boolean;

  beforeAll(async () => {
    const configuration = parse(await readFile('.gitleaks.toml', 'utf8')) as unknown as {
      rules: { regex: string; secretGroup: number }[];
      allowlists: { regexes?: string[] }[];
    };
    const allowed = configuration.allowlists.flatMap(({ regexes = [] }) => regexes.map(toRegExp));
    const rules = configuration.rules.map(({ regex }) => toRegExp(regex));
    finds = (text) =>
      rules.some((rule) =>
        [...text.matchAll(rule)].some(([match]) => !allowed.some((pattern) => match.search(pattern) >= 0)),
      );
  });

  // The token of github.env is found by gitleaks' built-in rules, which this test does not run.
  test.each(PLANTED.filter(([file]) => file !== 'github.env'))('find the secret in %s', (_file, text) => {
    expect(finds(text)).toBe(true);
  });

  test.each(HARMLESS)('accept %s', (_file, text) => {
    expect(finds(text)).toBe(false);
  });
});

/** Translates a regular expression of Go, of the kind used in .gitleaks.toml, into JavaScript. */
function toRegExp(source: string): RegExp {
  const [, flags = '', body = ''] = /^(?:\(\?([im]+)\))?([^]*)$/.exec(source) ?? [];
  return new RegExp(body, `g${flags}`);
}

/** Runs Node and returns its standard output, whatever the exit code. */
function run(folder: string, args: readonly string[]): Promise<string> {
  return new Promise((done) => {
    execFile(process.execPath, args, { cwd: folder }, (_error, stdout) => {
      done(stdout);
    });
  });
}
