import type { FinalValues, RowRule } from '../../columns/index.js';
import type { Decision } from './decision.entity.js';

/** The rules of a decision across its columns. */
export const DECISION_RULES: readonly RowRule<Decision>[] = [
  {
    meaning: 'randomized_has_prediction',
    message: 'a randomised decision keeps the mode that was predicted',
    properties: ['isRandomizedExperiment', 'predictedMode'],
    // A random draw may coincide with the prediction: "differs" would be a wrong rule.
    isValid: ({ isRandomizedExperiment, predictedMode }) => !isRandomizedExperiment || predictedMode !== null,
    sql: 'NOT "is_randomized_experiment" OR "predicted_mode" IS NOT NULL',
  },
  {
    meaning: 'prediction_is_mode',
    message: 'without randomisation the predicted mode, if kept, is the mode used',
    properties: ['isRandomizedExperiment', 'predictedMode', 'mode'],
    isValid: ({ isRandomizedExperiment, predictedMode, mode }) =>
      isRandomizedExperiment || predictedMode === null || predictedMode === mode,
    sql: '"is_randomized_experiment" OR "predicted_mode" IS NULL OR "predicted_mode" = "mode"',
  },
  {
    meaning: 'experiment_has_variant',
    message: 'a decision that is part of an experiment has an arm',
    properties: ['experimentId', 'experimentVariant'],
    isValid: ({ experimentId, experimentVariant }) => experimentId === null || experimentVariant !== null,
    sql: '"experiment_id" IS NULL OR "experiment_variant" IS NOT NULL',
  },
  {
    meaning: 'variant_of_experiment',
    message: 'a new decision with an arm is part of an experiment',
    properties: ['experimentId', 'experimentVariant'],
    onInsertOnly: true,
    isValid: ({ experimentId, experimentVariant }) => experimentId !== null || experimentVariant === null,
    beforeSaveOnly: 'deleting an experiment empties experiment_id and must succeed',
  },
  {
    meaning: 'disengaged_has_no_archetype',
    message: 'a disengaged decision chooses no archetype',
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
    message: 'no safety flags are an empty list, not a flag NONE',
    properties: ['safetyFlags'],
    isValid: ({ safetyFlags }) => !safetyFlags.includes('NONE'),
    sql: `'NONE' <> ALL ("safety_flags")`,
  },
];

export const DECISION_FINALS: readonly FinalValues<Decision>[] = [
  {
    meaning: 'written_once',
    message: 'a decision is never changed: a second look is a second row',
    properties: { except: [] },
  },
];
