import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getEntityRules } from '../../../src/columns/registry.js';
import { listFinalProperties } from '../../../src/columns/table.js';
import { Author, Decision, Post, Reply, SegmentedWeight, WeightAdjustmentLog } from '../../../src/entities/index.js';
import { UNCHECKED_KINDS } from '../../../scripts/generate/errors.js';
import { useDatabase } from '../../support/database.js';
import { CONTENT, ID, rowOf, SMALLEST_ROWS, type Row } from '../../support/rows.js';
import { dropOtherKeys, Matrix } from './paths.js';
import { COLUMN_RULES, COLUMN_SUBJECTS, ROW_SUBJECTS, type RowSubject } from './subjects.js';

/*
 * Every rule over one or several columns, on every path that writes: a row that breaks it is never stored, and its valid counterpart
 * is. A rule without CHECK applies to the paths that TypeORM announces; the test also asserts that other paths bypass it.
 */
const db = useDatabase();
const PATIENCE = 120_000;
const ERRORS_PAGE = readFileSync('docs/reference/errors.md', 'utf8');
let tries = 0;

beforeAll(async () => {
  await dropOtherKeys(db.dataSource);
});

afterAll(() => {
  process.stdout.write(
    `rules × paths: ${ROW_SUBJECTS.length} row rules, ${COLUMN_SUBJECTS.length} column rules, ${tries} writes tried\n`,
  );
});

async function faultsOf(fill: (matrix: Matrix) => Promise<void>): Promise<string[]> {
  const matrix = new Matrix(db.dataSource);
  await fill(matrix);
  tries += matrix.tries;
  expect(matrix.tries).toBeGreaterThan(0);
  return matrix.issues;
}

const expectation = ({ entity, rule }: RowSubject, lands: boolean) => ({ entity, rule: rule.meaning, lands });

describe.each(ROW_SUBJECTS.map((subject) => ({ ...subject, name: `${subject.entity.name} ${subject.rule.meaning}` })))(
  '$name',
  (subject) => {
    const { entity, rule, bad, good, badChanges, goodChanges } = subject;
    const isEnforced = (path: { announced: boolean }) => path.announced || rule.sql !== undefined;

    test(
      'refuses every invalid new row',
      async () => {
        const issues = await faultsOf(async (matrix) => {
          for (const row of bad) await matrix.insert(expectation(subject, false), row, isEnforced);
        });
        expect(issues).toEqual([]);
      },
      PATIENCE,
    );

    test(
      'accepts every valid new row',
      async () => {
        const issues = await faultsOf(async (matrix) => {
          for (const row of good) await matrix.insert(expectation(subject, true), row);
        });
        expect(issues).toEqual([]);
      },
      PATIENCE,
    );

    if (rule.onInsertOnly) return;

    test(
      'refuses every invalid change',
      async () => {
        expect(badChanges.length).toBeGreaterThan(0);
        const issues = await faultsOf(async (matrix) => {
          for (const change of badChanges) await matrix.update(expectation(subject, false), change, isEnforced);
        });
        expect(issues).toEqual([]);
      },
      PATIENCE,
    );

    if (isWrittenOnce(subject)) return;

    test(
      'accepts every valid change',
      async () => {
        const issues = await faultsOf(async (matrix) => {
          for (const change of goodChanges) {
            // Changes one more column, so that there is a change.
            const changes = { ...change, ...OTHER_CHANGES.get(entity.name) };
            await matrix.update(expectation(subject, true), { stored: {}, change: changes });
          }
        });
        expect(issues).toEqual([]);
      },
      PATIENCE,
    );
  },
);

describe('a rule without CHECK', () => {
  const without = ROW_SUBJECTS.filter(({ rule }) => rule.sql === undefined);

  test('applies to new rows or reads one column, so a partial write has all its values', () => {
    const others = without.filter(({ rule }) => rule.onInsertOnly !== true && rule.properties.length > 1);
    expect(others.map(({ rule }) => rule.meaning)).toEqual([]);
    expect(without.map(({ entity, rule }) => `${entity.name} ${rule.meaning}`)).toEqual([
      'Decision variant_of_experiment',
      'Reply new_has_decision',
      'Reply content_makes_no_claims',
      'Escalation new_has_target',
    ]);
  });

  test('is listed on the page of errors with every column rule without CHECK', () => {
    for (const { rule } of without) expect(ERRORS_PAGE).toContain(`| ${rule.message} |`);
    const kinds = COLUMN_SUBJECTS.filter(({ rule }) => rule.sql === undefined).map(({ rule }) => rule.kind);
    const listed = UNCHECKED_KINDS.map(([kind]) => kind);
    // The type of the column enforces these.
    expect([...new Set(kinds)].sort()).toEqual([...listed, 'choice', 'flag', 'text', 'uuid'].sort());
  });

  test('is bypassed by writes that TypeORM does not announce', async () => {
    const issues = await faultsOf(async (matrix) => {
      for (const subject of without)
        for (const row of subject.bad)
          await matrix.insert(expectation(subject, true), row, ({ announced }) => !announced);
    });
    expect(issues).toEqual([]);
  });

  test('refuses a value given as SQL, and says what to do', async () => {
    const replies = db.dataSource.getRepository(Reply);
    const { id } = await replies.save(rowOf(Reply) as Partial<Reply>);
    const cure = () => `'A cure. ${CONTENT}'`;
    await expect(replies.update({ id }, { content: cure })).rejects.toThrow(
      '"a reply makes no prohibited medical claims" cannot be checked where content is given as SQL: give the value itself',
    );
    expect(await replies.findOneByOrFail({ id })).toMatchObject({ content: CONTENT });
  });
});

describe.each([...SMALLEST_ROWS.keys()].map((entity) => ({ entity, name: entity.name })))(
  'columns of $name',
  ({ entity }) => {
    const subjects = COLUMN_SUBJECTS.filter((subject) => subject.entity === entity);

    test(
      'refuse every invalid value',
      async () => {
        const issues = await faultsOf(async (matrix) => {
          for (const { property, rule, bad } of subjects) {
            // If the rule has no CHECK, the type of the column may refuse the value.
            const isEnforced = (path: { announced: boolean }) => path.announced || rule.sql !== undefined;
            const expected = { entity, rule: `${property} ${rule.kind}`, lands: false };
            await matrix.insert(expected, rowOf(entity, { [property]: bad }), isEnforced);
            await matrix.update(expected, { stored: {}, change: { [property]: bad } }, isEnforced);
          }
        });
        expect(issues).toEqual([]);
      },
      PATIENCE,
    );

    test(
      'accept valid rows',
      async () => {
        const expected = { entity, rule: 'the smallest row', lands: true };
        expect(await faultsOf((matrix) => matrix.insert(expected, rowOf(entity)))).toEqual([]);
      },
      PATIENCE,
    );
  },
);

test('nearly every rule of a column has a value that breaks it', () => {
  expect(COLUMN_SUBJECTS.length).toBe(COLUMN_RULES.length);
});

describe('SQL in an update', () => {
  test.each<[string, typeof Author, Row, (id: string) => Promise<unknown>]>([
    [
      'of a mode',
      Decision as never,
      { mode: 'DISENGAGED', safetyFlags: ['DEATH_MENTION'] },
      (id) => db.dataSource.getRepository(Decision).update({ id }, { mode: () => `'HELPFUL'` }),
    ],
    [
      'of a handle',
      Author,
      {},
      (id) => db.dataSource.getRepository(Author).update({ id }, { handle: () => `'<script>'` }),
    ],
    [
      'decrement() of an error count',
      Post as never,
      { errorCount: 1, errorMessage: 'It broke.' },
      (id) => db.dataSource.getRepository(Post).decrement({ id }, 'errorCount', 1),
    ],
    [
      'increment() of a weight',
      SegmentedWeight as never,
      {},
      (id) => db.dataSource.getRepository(SegmentedWeight).increment({ id }, 'sssWeight', 0.1),
    ],
    [
      'increment() of the segments',
      WeightAdjustmentLog as never,
      { validSegments: 4, totalSegments: 4 },
      (id) => db.dataSource.getRepository(WeightAdjustmentLog).increment({ id }, 'validSegments', 1),
    ],
  ])('%s breaks no rule', async (_what, entity, row, write) => {
    const [stored] = (await db.dataSource.getRepository(entity).insert(rowOf(entity, row))).identifiers as {
      id: string;
    }[];
    const id = stored?.id ?? ID;
    const before = await db.dataSource.getRepository(entity).findOneByOrFail({ id });
    await expect(write(id)).rejects.toHaveProperty('constraint', expect.stringMatching(/^(ck|tg)_/));
    expect(await db.dataSource.getRepository(entity).findOneByOrFail({ id })).toEqual(before);
  });
});

/** A change of a row that no rule over several columns reads. */
const OTHER_CHANGES = new Map<string, Row>([
  ['Author', { followerCount: 7 }],
  ['Post', { keywordMatches: ['so hungover'] }],
  ['Reply', { helpCount: 7 }],
  ['Escalation', { assignedTo: 'operator-7' }],
  ['Experiment', { description: 'Something else.' }],
  ['SegmentedWeight', { sampleSize: 7 }],
  ['CommunityChampion', { engagementCount: 7 }],
]);

/** Returns true when every column of the entity is final, so that no change is stored. */
function isWrittenOnce({ entity, rule }: RowSubject): boolean {
  const rules = getEntityRules(entity);
  return rules.finals.some(
    (final) =>
      final.since === undefined && rule.properties.some((one) => listFinalProperties(rules, final).includes(one)),
  );
}
