import { isDeepStrictEqual } from 'node:util';
import {
  type ColumnRule,
  type EntityClass,
  getFields,
  type RowRule,
  getEntityRules,
} from '../../../src/columns/registry.js';
import { validateValue } from '../../../src/columns/validators.js';
import { ENTITIES } from '../../../src/entities/index.js';
import { withDefaults, readRow } from '../../../src/validation/validate-entity.js';
import { validateEntity } from '../../../src/validation/validate-entity.js';
import { type Row, rowOf } from '../../support/rows.js';
import { RULE_PAIRS, type RulePair } from '../../support/rule-pairs.js';

/** A rule over several columns with rows that break it, rows that keep it, and changes of good rows that break it. */
export interface RowSubject {
  readonly entity: EntityClass;
  readonly rule: RowRule;
  readonly bad: readonly Row[];
  readonly good: readonly Row[];
  readonly badChanges: readonly { stored: Row; change: Row }[];
  /** Of the smallest row. */
  readonly goodChanges: readonly Row[];
}

export const ROW_SUBJECTS: readonly RowSubject[] = RULE_PAIRS.map((pair) => {
  const { entity, refuses, accepts } = pair;
  const rule = getEntityRules(entity).rows.find(({ meaning }) => meaning === pair.rule);
  if (!rule) throw new Error(`${entity.name} has no rule ${pair.rule}.`);
  const bad = refuses.map((changes) => wholeRow(entity, changes));
  const good = accepts.map((changes) => wholeRow(entity, changes));
  const smallest = wholeRow(entity, {});
  const goodChanges = good.map((row) =>
    Object.fromEntries(Object.entries(row).filter(([name, value]) => !isDeepStrictEqual(value, smallest[name]))),
  );
  return { entity, rule, bad, good, badChanges: badChangesOf(pair, rule, bad, good), goodChanges };
});

/** A rule of one column, and a value that breaks it. */
export interface ColumnSubject {
  readonly entity: EntityClass;
  readonly property: string;
  readonly rule: ColumnRule;
  readonly bad: unknown;
}

/** For nearly every column rule, one of these values breaks it. */
const HOSTILE = [
  ...['', '\u200b', 'x'.repeat(10_000), '<script>', 'lower case', 'UPPER', '1', 'no uuid', '2026-13-45', 'x\0'],
  ...[-1, 1.5, 2 ** 40, Infinity, true, [], {}, [''], [1], ['same', 'same'], ['<script>'], { a: 1 }, { a: NaN }],
  ...[new Date(-1), new Date(NaN), Array.from({ length: 200 }, (_, index) => `item_${index}`)],
  // Too large for the columns of JSON; the last for a list that may be larger.
  ...[{ note: 'x'.repeat(70_000) }, ['x'.repeat(70_000)], [{ note: 'x'.repeat(1_100_000) }]],
  ...[[{ type: 'wave' }], { applause: 1 }, { likes: -1 }, [[[]]]],
];

export const COLUMN_SUBJECTS: readonly ColumnSubject[] = ENTITIES.flatMap((entity) =>
  fieldsBesideIds(entity).flatMap(([property, { rules }]) =>
    rules.flatMap((rule): ColumnSubject[] => {
      const breaking = HOSTILE.filter((value) => !rule.isValid(value));
      // Prefers a value that breaks only this rule.
      const bad =
        breaking.find((value) => validateValue(rules, value).every(({ kind }) => kind === rule.kind)) ?? breaking[0];
      return bad === undefined ? [] : [{ entity, property, rule, bad }];
    }),
  ),
);

/** Every column rule, also those without a value that breaks them. */
export const COLUMN_RULES = ENTITIES.flatMap((entity) =>
  fieldsBesideIds(entity).flatMap(([property, { rules }]) =>
    rules.map(({ kind }) => `${entity.name}.${property} ${kind}`),
  ),
);

/** The ids identify the rows later. */
function fieldsBesideIds(entity: EntityClass) {
  return [...getFields(entity)].filter(([property]) => property !== 'id');
}

/** Changed, with the keys of its relations and the defaults of its columns; without what only the database knows. */
function wholeRow(entity: EntityClass, changes: Row): Row {
  const values = withDefaults(entity, readRow(entity, rowOf(entity, changes)).values);
  return Object.fromEntries([...values].filter(([, value]) => value !== undefined));
}

function badChangesOf(
  { entity }: RulePair,
  { isValid, properties }: RowRule,
  bad: readonly Row[],
  good: readonly Row[],
) {
  return bad.flatMap((wrong) =>
    good.flatMap((right) => {
      const differing = properties.filter((property) => !isDeepStrictEqual(wrong[property], right[property]));
      const pick = (names: readonly string[]): Row => Object.fromEntries(names.map((name) => [name, wrong[name]]));
      return [
        { stored: right, change: pick(differing) },
        // One property only, so that the write does not know the others.
        ...differing.flatMap((property) => [
          { stored: right, change: pick([property]) },
          { stored: { ...wrong, [property]: right[property] }, change: pick([property]) },
        ]),
      ].filter(({ stored, change }) => isValidRow(entity, stored) && !isValid({ ...stored, ...change }));
    }),
  );
}

function isValidRow(entity: EntityClass, row: Row): boolean {
  try {
    validateEntity(entity, row, { write: 'insert' });
    return true;
  } catch {
    return false;
  }
}
