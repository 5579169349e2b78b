import { describe, expect, it } from '@jest/globals';
import * as errors from '../../../../src/operations/migrator/errors.js';
import type { History, Run } from '../../../../src/operations/migrator/journal.js';
import type { KnownMigration } from '../../../../src/operations/migrator/known-migrations.js';
import { planRun, planRevert } from '../../../../src/operations/migrator/plan.js';

const migration = (name: string, timestamp: number, checksum: string | undefined = `sum ${name}`): KnownMigration => ({
  name,
  timestamp,
  checksum,
  transactional: true,
  irreversibleBecause: undefined,
  instance: { up: () => Promise.resolve(), down: () => Promise.resolve() },
});
const [a, b, c] = [migration('A', 1), migration('B', 2), migration('C', 3)];

const run = (name: string, action: Run['action'], more: Partial<Run> = {}): Run => ({
  ...{
    id: '1',
    name,
    action,
    startedAt: new Date(0),
    finishedAt: null,
    failedAt: null,
    errorCode: null,
    step: 0,
    begun: 0,
  },
  ...{ rowCounts: [], stepsHash: '', packageVersion: '1.0.0', host: 'here', pid: 1 },
  ...more,
});

function history(applied: readonly KnownMigration[], more: Partial<History> = {}): History {
  return {
    applied: applied.map(({ name, timestamp }) => ({ name, timestamp })),
    runs: new Map(),
    checksums: new Map(applied.map(({ name, checksum }) => [name, checksum ?? null])),
    accepted: new Set(),
    ...more,
  };
}

const none = new Set<string>();

describe('the plan of a migration run', () => {
  it('lists the migrations that are not applied, oldest first', () => {
    expect(planRun([a, b, c], history([a]), none)).toEqual({ pending: [b, c], accepted: [] });
    expect(planRun([a, b, c], history([]), none).pending).toEqual([a, b, c]);
    expect(planRun([], history([]), none).pending).toEqual([]);
  });

  it('detects no edit where the database or the build has no checksum', () => {
    expect(planRun([a], history([a], { checksums: new Map([['A', null]]) }), none).pending).toEqual([]);
    expect(planRun([migration('A', 1, undefined)], history([a]), none).pending).toEqual([]);
  });

  it('refuses every edited migration by name, and returns accepted ones with their new checksum', () => {
    const then = history([a, b, c], {
      checksums: new Map([
        ['A', 'old'],
        ['B', 'old'],
      ]),
    });
    expect(() => planRun([a, b, c], then, none)).toThrow(errors.MigrationEdited);
    expect(() => planRun([a, b, c], then, new Set(['A']))).toThrow(/^Edited after it was applied: B:/);
    expect(planRun([a, b, c], then, new Set(['A', 'B'])).accepted).toEqual([
      { name: 'A', checksum: 'sum A' },
      { name: 'B', checksum: 'sum B' },
    ]);
  });

  it('refuses applied and half-applied migrations that the build lacks, until they are accepted once', () => {
    expect(() => planRun([a], history([a, b]), none)).toThrow(errors.MigrationMissing);
    const half = history([a], { runs: new Map([['B', run('B', 'up', { rowCounts: [3] })]]) });
    expect(() => planRun([a], half, none)).toThrow(/not in this build: B:/);
    expect(planRun([a], history([a, b]), new Set(['B'])).accepted).toEqual([{ name: 'B', checksum: undefined }]);
    expect(planRun([a], history([a, b], { accepted: new Set(['B']) }), none)).toEqual({
      pending: [],
      accepted: [],
    });
  });

  it('refuses migrations older than the newest applied one, whether or not the build has that one', () => {
    expect(() => planRun([a, b, c], history([b]), none)).toThrow(errors.MigrationOutOfOrder);
    const late = planRun([a, b, c], history([b]), new Set(['A']));
    expect(late).toEqual({ pending: [a, c], accepted: [{ name: 'A', checksum: 'sum A' }] });
    expect(planRun([a, b, c], history([b], { accepted: new Set(['A']) }), new Set(['A'])).accepted).toEqual([]);
    expect(() => planRun([b], history([c], { accepted: new Set(['C']) }), none)).toThrow(errors.MigrationOutOfOrder);
  });

  it('refuses to accept a name that neither the build nor the database has', () => {
    expect(() => planRun([a], history([a]), new Set(['Z']))).toThrow(errors.MigrationUnknown);
  });

  it('refuses to change direction while a migration is half applied or half reverted', () => {
    const down = history([a], { runs: new Map([['A', run('A', 'down', { rowCounts: [1, 0] })]]) });
    expect(() => planRun([a, b], down, none)).toThrow(
      /2 of its statements are done\): finish it first: migration:revert$/,
    );
    expect(planRevert([a, b], down, none)).toBe(a);
    const up = history([a], { runs: new Map([['B', run('B', 'up', { begun: 1 })]]) });
    expect(() => planRevert([a, b], up, none)).toThrow(/finish it first: migration:run$/);
    expect(planRun([a, b], up, none).pending).toEqual([b]);
  });

  it('ignores failed attempts that were rolled back', () => {
    const failed = history([a], { runs: new Map([['B', run('B', 'up', { failedAt: new Date(1), step: 4 })]]) });
    expect(planRevert([a, b], failed, none)).toBe(a);
    expect(planRun([a, b], failed, none).pending).toEqual([b]);
  });

  it('reverts the migration that was applied last, whatever its timestamp', () => {
    expect(planRevert([a, b, c], history([b, a]), none)).toBe(a);
    expect(planRevert([a], history([]), none)).toBeUndefined();
    expect(() => planRevert([a], history([a, b]), new Set(['B']))).toThrow(errors.MigrationMissing);
  });
});
