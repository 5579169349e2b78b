import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { BOOKKEEPING_TABLES } from '../../../src/operations/catalog/bookkeeping.js';
import { useDatabase } from '../../support/database.js';

interface Scenario {
  readonly rehearsal: { passed: boolean; problems: string[]; pending: string[]; migrations: { name: string }[] };
  readonly preview: string[];
  readonly applied: string[];
  readonly again: string[];
  readonly reverted: string;
  readonly reapplied: string[];
  readonly pending: string[];
  readonly findings: string[];
  readonly drift: { clean: string[]; planted: string[] };
  readonly lint: string[];
  readonly loadedModules: string[];
}

const MIGRATIONS = ['CreateLibrary1700000000000', 'AddShelf1700000001000'];

describe('operations on a schema of another project, a library with three entities', () => {
  const db = useDatabase();
  let found: Scenario;

  beforeAll(async () => {
    const loaders = ['@swc-node/register/esm-register', './test/operations/foreign/record-loaded.mjs'];
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        ...loaders.flatMap((loader) => ['--import', loader]),
        'test/operations/foreign/scenario.ts',
        await db.create({ bare: true }),
      ],
      { env: { ...process.env, NODE_ENV: 'test' }, maxBuffer: 10_000_000 },
    );
    found = JSON.parse(stdout) as Scenario;
  }, 180_000);

  it('rehearse its migrations on a copy: apply, revert, apply again', () => {
    expect(found.rehearsal).toMatchObject({ passed: true, problems: [], pending: MIGRATIONS });
    expect(found.rehearsal.migrations.map(({ name }) => name)).toEqual(MIGRATIONS);
  });

  it('preview, apply, revert and reapply its migrations', () => {
    const [, newest] = MIGRATIONS;
    expect(found).toMatchObject({
      ...{ preview: MIGRATIONS, applied: MIGRATIONS, again: [], reverted: newest, reapplied: [newest], pending: [] },
    });
  });

  it('find no drift between its entities and migrations but the tables of the migrator, and one CHECK that is planted', () => {
    const { clean, planted } = found.drift;
    expect(clean.filter((message) => !BOOKKEEPING_TABLES.some((table) => message.includes(table)))).toEqual([]);
    const added = planted.filter((message) => !clean.includes(message));
    expect(added).toEqual([expect.stringContaining('isbn_length')]);
  });

  it('apply the catalog rules without any requirement of our schema', () => {
    expect(found.findings).toContain('foreign-key-indexes loans FK_09b09d3d1b8e33c0f8dd4cafa48');
    expect(found.findings.filter((finding) => /posts|authors|replies/.test(finding))).toEqual([]);
  });

  it('lint its migrations and name the dangerous one', () => {
    expect(found.lint).toContain('RequireShelf1700000002000 set-not-null');
  });

  it('load no file of the model', () => {
    const ours = found.loadedModules.filter((url) => url.includes('/src/'));
    expect(ours.length).toBeGreaterThan(40);
    const model =
      /\/src\/(entities|constants|validation|columns|migrations|repositories|retention|seeds|schema|data-source)\b/;
    expect(ours.filter((url) => model.test(url))).toEqual([]);
  });
});
