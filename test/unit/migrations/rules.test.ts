import { describe, expect, it } from '@jest/globals';
import { updateChecksums } from '../../../src/cli/migration-file.js';
import { brokenRules, readHistory, type History } from '../../migrations/rules.js';

const FIRST = '1795000000000-make-birds.ts';
const SECOND = '1795000001000-add-bird-song.ts';

const migration = (className: string, more = ''): string => `
import type { QueryRunner } from 'typeorm';
import type { ReversibleMigration } from './migration.js';

/**
 * WHY  people want to see birds.
 * WHAT a table of birds.
 *
 * LOCKS nothing: the table is new. REVERSIBLE.
 */
export class ${className} implements ReversibleMigration {
  readonly name = '${className}';
  readonly reversible = true;
  async up(queryRunner: QueryRunner): Promise<void> {${more}}
  async down(queryRunner: QueryRunner): Promise<void> {}
}
`;

const INDEX = `
import { MakeBirds1795000000000 } from './1795000000000-make-birds.js';
import { AddBirdSong1795000001000 } from './1795000001000-add-bird-song.js';
import type { MigrationClass } from './migration.js';

export const MIGRATIONS: readonly MigrationClass[] = [MakeBirds1795000000000, AddBirdSong1795000001000];
`;

const FILES = { [FIRST]: migration('MakeBirds1795000000000'), [SECOND]: migration('AddBirdSong1795000001000') };
const SOURCES = new Map([
  ['MakeBirds1795000000000', FILES[FIRST]],
  ['AddBirdSong1795000001000', FILES[SECOND]],
]);

/** Two migrations, the first released; changed. Checksums are up to date unless they are given. */
function history(changes: {
  files?: Record<string, string>;
  index?: string;
  checksums?: History['checksums'];
}): History {
  const files = { ...FILES, ...changes.files };
  const current = Object.entries(files).map(([, source]) => [/class (\w+)/.exec(source)?.[1] ?? '', source] as const);
  const checksums = { ...updateChecksums({}, new Map(current), null), ...changes.checksums };
  return { files, index: changes.index ?? INDEX, checksums };
}

/** The second migration with another text, or under another file name. */
const second = (change: (source: string) => string): History => history({ files: { [SECOND]: change(FILES[SECOND]) } });
const importing = (line: string): History => second((source) => `${line}\n${source}`);

describe('the history of this repository', () => {
  it('breaks no rule', () => {
    expect(Object.keys(readHistory().files).length).toBeGreaterThanOrEqual(6);
    expect(brokenRules(readHistory())).toEqual([]);
  });
});

describe('the rules of history', () => {
  it('accept two migrations, the second of which imports the first', () => {
    expect(brokenRules(history({}))).toEqual([]);
    expect(
      brokenRules(importing(`import { MakeBirds1795000000000 } from './${FIRST.replace('.ts', '.js')}';`)),
    ).toEqual([]);
  });

  it.each<[string, string, History]>([
    [
      'a class with another timestamp than its file',
      `${SECOND} is not named after its class AddBirdSong1795000001001`,
      history({
        files: { [SECOND]: migration('AddBirdSong1795000001001') },
      }),
    ],
    [
      'another name',
      `${SECOND} is not named after its class AddSong1795000001000`,
      history({ files: { [SECOND]: migration('AddSong1795000001000') } }),
    ],
    [
      'another name in the table of migrations',
      `${SECOND}: its name is not 'AddBirdSong1795000001000', which is what databases record`,
      second((source) => source.replace(`name = 'AddBirdSong`, `name = 'AddSong`)),
    ],
    [
      'two classes',
      `${SECOND} exports something else than one class`,
      second((source) => `${source}\nexport class More {}`),
    ],
    [
      'a file that is not listed',
      `index.ts does not list ${SECOND}`,
      history({ index: INDEX.replace(', AddBirdSong1795000001000];', '];') }),
    ],
    [
      'a listed class without a file',
      'index.ts lists AddNest1795000002000, which has no file',
      history({ index: INDEX.replace('];', ', AddNest1795000002000];') }),
    ],
    [
      'one listed twice',
      'index.ts lists AddBirdSong1795000001000 twice',
      history({ index: INDEX.replace('];', ', AddBirdSong1795000001000];') }),
    ],
    [
      'the wrong order',
      'index.ts lists MakeBirds1795000000000 after AddBirdSong1795000001000, whose timestamp is not lower',
      history({ index: INDEX.replace(/= \[.*\]/, '= [AddBirdSong1795000001000, MakeBirds1795000000000]') }),
    ],
    [
      'equal timestamps',
      'index.ts lists PaintBirds1795000000000 after MakeBirds1795000000000, whose timestamp is not lower',
      history({
        files: { '1795000000000-paint-birds.ts': migration('PaintBirds1795000000000') },
        index: `import { PaintBirds1795000000000 } from './1795000000000-paint-birds.js';${INDEX.replace(', Add', ', PaintBirds1795000000000, Add')}`,
      }),
    ],
    [
      'an edit of what was released',
      'MakeBirds1795000000000 was released in 1.2.0 and has been edited: restore it, and write a new migration.',
      history({
        files: { [FIRST]: migration('MakeBirds1795000000000', '/* better */') },
        checksums: updateChecksums({}, new Map([...SOURCES].slice(0, 1)), '1.2.0'),
      }),
    ],
    [
      'a checksum from before an edit',
      'the checksum of AddBirdSong1795000001000 is out of date: run npm run docs:generate',
      history({
        files: { [SECOND]: migration('AddBirdSong1795000001000', '/* better */') },
        checksums: updateChecksums({}, new Map([...SOURCES].slice(1)), null),
      }),
    ],
    [
      'a new migration with a timestamp before what was released',
      'MakeBirds1795000000000 is older than what was released: databases that have that would run it last',
      history({ checksums: updateChecksums({}, new Map([...SOURCES].slice(1)), '1.2.0') }),
    ],
    [
      'no comment',
      `${SECOND}: its comment does not say WHY`,
      second((source) => source.replace(/\/\*\*[^]*?\*\//, '')),
    ],
    ['no WHAT', `${SECOND}: its comment does not say WHAT`, second((source) => source.replace('WHAT', ''))],
    ['nothing of locks', `${SECOND}: its comment does not say LOCKS`, second((source) => source.replace('LOCKS', ''))],
    [
      'a WHY that is still the template',
      `${SECOND}: the dots after WHY wait for an answer`,
      second((source) => source.replace('people want to see birds.', '…')),
    ],
    [
      'a WHAT that is still the template',
      `${SECOND}: the dots after WHAT wait for an answer`,
      second((source) => source.replace('a table of birds.', '…')),
    ],
    [
      'a WHY without words',
      `${SECOND}: what it says after WHY is no answer`,
      second((source) => source.replace('people want to see birds.', 'birds -- !')),
    ],
  ])('refuse %s', (_, message, broken) => {
    expect(brokenRules(broken)).toContain(message);
  });

  it.each([
    [`import { Platform } from '../entities/enums.js';`, '../entities/enums.js'],
    [`import type { Platform } from '../entities/enums.js';`, '../entities/enums.js'],
    [`import { Table } from 'typeorm';`, 'typeorm'],
    [`import { type Table } from 'typeorm';`, 'typeorm'],
    [`import 'typeorm';`, 'typeorm'],
    [`import { randomUUID } from 'node:crypto';`, 'node:crypto'],
    [`import { MIGRATIONS } from './index.js';`, './index.js'],
    [`import { quote } from './helpers.js';`, './helpers.js'],
    [`import { AddNest1795000002000 } from './1795000002000-add-nest.js';`, './1795000002000-add-nest.js'],
    [`import live = require('../data-source.js');`, "require('../data-source.js')"],
    [`export { Platform } from '../entities/enums.js';`, '../entities/enums.js'],
    [`const { ENTITIES } = await import('../entities/index.js');`, '../entities/index.js'],
    ["const live = await import(`../entities/${'index'}.js`);", "../entities/${'index'}.js"],
    [`const live = require('../entities/index.js');`, '../entities/index.js'],
    [`const fs = process.getBuiltinModule('fs');`, 'fs'],
    [`let platform: import('../entities/enums.js').Platform;`, '../entities/enums.js'],
  ])('refuse %s', (line, from) => {
    expect(brokenRules(importing(line))).toContain(
      `${SECOND} imports ${from}: it may import types of typeorm and ./migration.js, and older migrations`,
    );
  });
});
