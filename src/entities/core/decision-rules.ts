import type { FinalValues, RowRule } from '../../columns/index.js';
import type { Decision } from './decision.entity.js';

/** Rules of a decision over several columns. */
export const DECISION_RULES: readonly RowRule<Decision>[] = [
  {
    meaning: 'randomized_has_prediction',
    message: 'a randomised decision has a predicted mode',
    properties: ['isRandomizedExperiment', 'predictedMode'],
    // The drawn mode may equal the predicted one, so the rule does not require a difference.
    isValid: ({ isRandomizedExperiment, predictedMode }) => !isRandomizedExperiment || predictedMode !== null,
    sql: 'NOT "is_randomized_experiment" OR "predicted_mode" IS NOT NULL',
  },
  {
    meaning: 'prediction_is_mode',
    message: 'the predicted mode of a decision that is not randomised is null or equals its mode',
    properties: ['isRandomizedExperiment', 'predictedMode', 'mode'],
    isValid: ({ isRandomizedExperiment, predictedMode, mode }) =>
      isRandomizedExperiment || predictedMode === null || predictedMode === mode,
    sql: '"is_randomized_experiment" OR "predicted_mode" IS NULL OR "predicted_mode" = "mode"',
  },
  {
    meaning: 'experiment_has_variant',
    message: 'a decision in an experiment has a variant',
    properties: ['experimentId', 'experimentVariant'],
    isValid: ({ experimentId, experimentVariant }) => experimentId === null || experimentVariant !== null,
    sql: '"experiment_id" IS NULL OR "experiment_variant" IS NOT NULL',
  },
  {
    meaning: 'variant_of_experiment',
    message: 'a new decision with a variant has an experiment',
    properties: ['experimentId', 'experimentVariant'],
    onInsertOnly: true,
    isValid: ({ experimentId, experimentVariant }) => experimentId !== null || experimentVariant === null,
    beforeSaveOnly: 'deleting an experiment sets experiment_id to null and must succeed',
  },
  {
    meaning: 'disengaged_has_no_archetype',
    message: 'a DISENGAGED decision has no archetype',
    properties: ['mode', 'archetypeId'],
    isValid: ({ mode, archetypeId }) => mode !== 'DISENGAGED' || archetypeId === null,
    sql: `"mode" <> 'DISENGAGED' OR "archetype_id" IS NULL`,
  },
  {
    meaning: 'safety_disengages',
    message: 'a decision with safety flags other than OVERRIDE is DISENGAGED',
    properties: ['safetyFlags', 'mode'],
    isValid: ({ safetyFlags, mode }) => mode === 'DISENGAGED' || safetyFlags.every((flag) => flag === 'OVERRIDE'),
    sql: `"mode" = 'DISENGAGED' OR "safety_flags" <@ ARRAY['OVERRIDE']`,
  },
  {
    meaning: 'none_is_no_flag',
    message: 'safety_flags does not contain NONE: write an empty list instead',
    properties: ['safetyFlags'],
    isValid: ({ safetyFlags }) => !safetyFlags.includes('NONE'),
    sql: `'NONE' <> ALL ("safety_flags")`,
  },
];

export const DECISION_FINALS: readonly FinalValues<Decision>[] = [
  {
    meaning: 'written_once',
    message: 'a decision never changes: write a new decision instead',
    properties: { except: [] },
  },
];
