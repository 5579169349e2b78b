import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { assertUsable, readVerifiers, createScramVerifier } from '../../../../src/operations/roles/passwords.js';
import { RolePasswordError } from '../../../../src/operations/roles/roles.js';

/** What pg_authid.rolpassword holds after CREATE ROLE. */
const FROM_POSTGRESQL = {
  text: 'Größe-ключ-密碼-🍋 and more',
  salt: '/FAhYBz0hhSxqX7L5Ws3UA==',
  verifier:
    'SCRAM-SHA-256$4096:/FAhYBz0hhSxqX7L5Ws3UA==$HHI+bJ91BpDImD50LAp/vv1xtw36NNr2bMk0Y87wjME=:u3jhl725gF9w2730uzvP443Y4mH0Jh2lQ4QlS/x3JpU=',
};

describe('the verifier of a password', () => {
  it('is what PostgreSQL 18 makes of the same password and salt', async () => {
    const { text, salt, verifier } = FROM_POSTGRESQL;
    expect(await createScramVerifier(text, Buffer.from(salt, 'base64'))).toBe(verifier);
  });

  it('has a salt of its own each time', async () => {
    expect(await createScramVerifier('x'.repeat(16))).not.toBe(await createScramVerifier('x'.repeat(16)));
  });
});

const validating = (password: string) => () => {
  assertUsable(password);
};

describe('a password', () => {
  it.each([
    ['sixteen letters ', 'letters and spaces'],
    ['Größe-ключ-密碼-🍋🍋', 'any script'],
    [`'; DROP ROLE x; --`, 'hostile punctuation'],
    ['x'.repeat(10_000), 'any length'],
  ])('%p is taken (%s)', (password) => {
    expect(validating(password)).not.toThrow();
  });

  it.each([
    ['fifteen letters', 'shorter than 16'],
    ['🍋'.repeat(15), 'shorter than 16'],
    ['', 'shorter than 16'],
    ['two lines\nin one file', 'control character'],
    ['null \0 in the middle', 'control character'],
    ['Größe'.normalize('NFD') + '0123456789', 'form NFKC'],
    ['ligature ﬁ 0123456789', 'form NFKC'],
    ['no-break\u00a0space 0123456789', 'form NFKC'],
    ['ogham\u1680space 0123456789', 'invisible'],
    ['soft\u00adhyphen 0123456789', 'invisible'],
    ['zero\u200bwidth 0123456789', 'invisible'],
    ['joiner\u200d 0123456789', 'invisible'],
    ['grapheme\u034f 0123456789', 'invisible'],
    ['right to left\u202e 0123456789', 'invisible'],
    ['variation\ufe0f 0123456789', 'invisible'],
    ['byte order\ufeff 0123456789', 'invisible'],
    ['half \ud83c a pair 0123456789', 'not valid UTF-8'],
    ['replaced \ufffd bytes 0123456789', 'not valid UTF-8'],
  ])('%p is refused: %s', (password, reason) => {
    expect(validating(password)).toThrow(RolePasswordError);
    expect(validating(password)).toThrow(reason);
  });
});

describe('password files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shared-db-test-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const file = (content: string | Buffer): string => {
    const path = join(folder, Math.random().toString(36));
    writeFileSync(path, content);
    return path;
  };
  const GOOD = file('correct horse battery\r\n');

  it('give a verifier for each role', async () => {
    const verifiers = await readVerifiers([`app=${GOOD}`, `reader=${GOOD}`]);
    expect([...verifiers.keys()]).toEqual(['app', 'reader']);
    expect(verifiers.get('app')).toMatch(/^SCRAM-SHA-256\$4096:[\w+/=]{24}\$[\w+/=]{44}:[\w+/=]{44}$/);
  });

  it.each([
    [[`app=${file('hunter2')}`], 'app: The password is shorter than 16 characters'],
    [[`app=${file(Buffer.from([0xff, 0xfe, 0x41]))}`], 'app: The password is not valid UTF-8.'],
    [[`app=${folder}/none`], 'The password file of app cannot be read (ENOENT)'],
    [[`app=${folder}`], 'The password file of app cannot be read (EISDIR)'],
    [[`app=${GOOD}`, `app=${GOOD}`], 'The password of app is given twice.'],
    [[`owner=${GOOD}`], 'Give passwords as role=file. The roles are: migrator, app, reader, retention.'],
    [['hunter2'], 'Give passwords as role=file'],
    [['app='], 'Give passwords as role=file'],
  ])('are refused by name, never by what they hold: %j', async (assignments, reason) => {
    const refused = await readVerifiers(assignments).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(RolePasswordError);
    expect((refused as Error).message).toContain(reason);
    expect((refused as Error).message).not.toContain('hunter2');
  });
});
