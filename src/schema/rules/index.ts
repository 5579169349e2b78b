import type { Catalog } from './catalog.js';
import { columnTypes, comments } from './columns.js';
import { boundedFloats, primaryKeys, validConstraints } from './constraints.js';
import { EXCEPTIONS, type Exception } from './exceptions.js';
import { deleteBehaviour, foreignKeyIndexes } from './foreign-keys.js';
import { criticalIndexes, duplicateIndexes, validIndexes } from './indexes.js';
import { constraintNames, indexNames, mappedNames, triggerNames } from './names.js';
import { enabledTriggers, functionSearchPath, functionSecurity, publicGrants } from './rights.js';
import type { Rule, Violation } from './rule.js';
import { rowTimestamps, timestampDefaults, timestampTypes } from './timestamps.js';

/** The first four are those of the requirements' script, in its order. */
export const RULES: readonly Rule[] = [
  mappedNames,
  deleteBehaviour,
  timestampDefaults,
  criticalIndexes,
  constraintNames,
  indexNames,
  triggerNames,
  comments,
  columnTypes,
  timestampTypes,
  rowTimestamps,
  boundedFloats,
  primaryKeys,
  validConstraints,
  enabledTriggers,
  foreignKeyIndexes,
  duplicateIndexes,
  validIndexes,
  publicGrants,
  functionSecurity,
  functionSearchPath,
];

export interface Finding extends Violation {
  /** The id of the rule. */
  readonly rule: string;
  readonly reason: string;
}

export interface Verdict {
  /** In the order of the rules. */
  readonly findings: Finding[];
  /** What is there and meant. */
  readonly excused: Exception[];
}

/** What the rules have against a schema. */
export function validate(catalog: Catalog): Verdict {
  const all = RULES.flatMap(({ id, reason, check }) =>
    check(catalog).map((violation) => ({ rule: id, reason, ...violation })),
  );
  const exceptionOf = ({ rule, object }: Finding): Exception | undefined =>
    EXCEPTIONS.find((exception) => exception.rule === rule && exception.object === object);
  return {
    findings: all.filter((finding) => exceptionOf(finding) === undefined),
    excused: all.flatMap((finding) => exceptionOf(finding) ?? []),
  };
}
