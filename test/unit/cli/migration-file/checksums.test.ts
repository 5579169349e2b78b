import { describe, expect, it } from '@jest/globals';
import { getModuleName, parseChecksums, updateChecksums } from '../../../../src/cli/migration-file.js';

const SHA = '0'.repeat(64);
const file = (entries: string): string => `export const CHECKSUMS: X = {\n${entries}\n};\n`;
const entry = (name: string, release: string): string => `  ${name}: { sha256: '${SHA}', release: ${release} },`;

describe('the checksums of migrations', () => {
  const sources = new Map([
    ['MakeBirds1795000000000', 'make\nbirds\n'],
    ['AddSong1795000001000', 'add song'],
  ]);
  const draft = updateChecksums({}, sources, null);
  const released = updateChecksums(draft, sources, '1.2.0');

  it('are the SHA-256 of their text, and the same with the line ends of Windows', () => {
    expect(draft.MakeBirds1795000000000).toEqual({
      sha256: '67fa66d005de0f5920aeb2577d3eb93a8c7c2b201da1ec0c0752f6f665256ad9',
      release: null,
    });
    expect(
      updateChecksums(released, new Map([...sources, ['MakeBirds1795000000000', 'make\r\nbirds\r\n']]), null),
    ).toEqual(released);
  });

  it('change with the text of a migration until a version releases it', () => {
    const edited = new Map([...sources, ['AddSong1795000001000', 'add a song']]);
    const after = updateChecksums(draft, edited, null);
    expect(after.AddSong1795000001000).not.toEqual(draft.AddSong1795000001000);
    expect(after.MakeBirds1795000000000).toEqual(draft.MakeBirds1795000000000);
    expect(updateChecksums(draft, new Map(), null)).toEqual({});
  });

  it('keep the first version that released a migration', () => {
    expect(Object.values(released).map(({ release }) => release)).toEqual(['1.2.0', '1.2.0']);
    const more = updateChecksums(released, new Map([...sources, ['AddNest1795000002000', 'nest']]), '1.3.0');
    expect(Object.values(more).map(({ release }) => release)).toEqual(['1.2.0', '1.2.0', '1.3.0']);
  });

  it.each([null, '1.3.0'])('refuse an edited released migration (release: %s)', (release) => {
    const edited = new Map([...sources, ['AddSong1795000001000', 'add song ']]);
    expect(() => updateChecksums(released, edited, release)).toThrow(
      'AddSong1795000001000 was released in 1.2.0 and has been edited: restore it, and write a new migration.',
    );
  });

  it('refuse a removed or renamed released migration', () => {
    const message =
      'AddSong1795000001000 was released in 1.2.0 and was removed or renamed: restore it, and undo it in a new migration.';
    const [kept] = sources;
    expect(() => updateChecksums(released, new Map(kept && [kept]), null)).toThrow(message);
    const renamed = new Map([...(kept ? [kept] : []), ['AddTune1795000001000', 'add song'] as const]);
    expect(() => updateChecksums(released, renamed, null)).toThrow(message);
  });
});

describe('the file of checksums', () => {
  it('is parsed, conflict markers of git included', () => {
    const lines = [
      entry('A1', 'null'),
      '<<<<<<< ours',
      entry('B2', "'0.1.0'"),
      '=======',
      entry('C3', 'null'),
      '>>>>>>>',
    ];
    expect(parseChecksums(file(lines.join('\n')))).toEqual({
      A1: { sha256: SHA, release: null },
      B2: { sha256: SHA, release: '0.1.0' },
      C3: { sha256: SHA, release: null },
    });
    expect(parseChecksums(file(''))).toEqual({});
  });

  it.each([
    ['nothing', ''],
    ['a short checksum', file(entry('A1', 'null').replace(SHA, '00'))],
    ['no release', file(`  A1: { sha256: '${SHA}' },`)],
    ['two answers for one migration', file(`${entry('A1', 'null')}\n${entry('A1', "'0.1.0'")}`)],
    ['an entry in another form', file(`${entry('A1', 'null')}\n['B2']: { sha256: '${SHA}', release: '0.1.0' },`)],
  ])('is refused with %s', (_, text) => {
    expect(() => parseChecksums(text)).toThrow(/missing or damaged: restore it from git/);
  });
});

describe('the name of a migration’s file', () => {
  it.each([
    ['AddBio1795411800000', '1795411800000-add-bio'],
    ['Add2faKeys1795411800000', '1795411800000-add2fa-keys'],
    ['Add2FA1795411800000', '1795411800000-add2-fa'],
  ])('follows from %s', (className, module) => {
    expect(getModuleName(className)).toBe(module);
  });
});
