import type { Catalog, Exception, Rule, SchemaRequirements, Violation } from './catalog.js';
import { columnTypes, comments, rowTimestamps, timestampDefaults, timestampTypes } from './columns.js';
import {
  boundedFloats,
  foreignKeyDeleteRules,
  foreignKeyIndexes,
  primaryKeys,
  validConstraints,
} from './constraints.js';
import { requiredIndexes, duplicateIndexes, validIndexes } from './indexes.js';
import { constraintNames, indexNames, tableAndColumnNames, triggerNames } from './names.js';
import { enabledTriggers, functionSearchPath, functionSecurity, publicGrants } from './rights.js';

/** Every rule, in the order of the report. */
export const RULES: readonly Rule[] = [
  tableAndColumnNames,
  foreignKeyDeleteRules,
  timestampDefaults,
  requiredIndexes,
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

export interface ValidationResult {
  /** In the order of the rules. */
  readonly findings: Finding[];
  /** Violations that the requirements list as exceptions. */
  readonly excused: Exception[];
}

/** Applies every rule to a schema. */
export function validateCatalog(catalog: Catalog, requirements: SchemaRequirements): ValidationResult {
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
