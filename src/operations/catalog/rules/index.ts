import type { Catalog, Exception, Rule, SchemaRequirements, Violation } from './catalog.js';
import { columnTypes, comments, rowTimestamps, timestampDefaults, timestampTypes } from './columns.js';
import { boundedFloats, deleteBehaviour, foreignKeyIndexes, primaryKeys, validConstraints } from './constraints.js';
import { criticalIndexes, duplicateIndexes, validIndexes } from './indexes.js';
import { constraintNames, indexNames, mappedNames, triggerNames } from './names.js';
import { enabledTriggers, functionSearchPath, functionSecurity, publicGrants } from './rights.js';

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
export function validateCatalog(catalog: Catalog, requirements: SchemaRequirements): Verdict {
  const all = RULES.flatMap(({ id, reason, check }) =>
    check(catalog, requirements).map((violation) => ({ rule: id, reason, ...violation })),
  );
  const exceptionOf = ({ rule, object }: Finding): Exception | undefined =>
    requirements.exceptions.find((exception) => exception.rule === rule && exception.object === object);
  return {
    findings: all.filter((finding) => exceptionOf(finding) === undefined),
    excused: all.flatMap((finding) => exceptionOf(finding) ?? []),
  };
}
