import type { RowRule } from '../../columns/index.js';
import type { Decision } from './decision.entity.js';

/** The rules of a decision across its columns. */
export const DECISION_RULES: readonly RowRule<Decision>[] = [
  {
    meaning: 'randomized_has_prediction',
    sentence: 'a randomised decision keeps the mode that was predicted',
    properties: ['isRandomizedExperiment', 'predictedMode'],
    // A random draw may coincide with the prediction: "differs" would be a wrong rule.
    holds: ({ isRandomizedExperiment, predictedMode }) => !isRandomizedExperiment || predictedMode !== null,
    sql: 'NOT "is_randomized_experiment" OR "predicted_mode" IS NOT NULL',
  },
  {
    meaning: 'prediction_is_mode',
    sentence: 'without randomisation the predicted mode, if kept, is the mode used',
    properties: ['isRandomizedExperiment', 'predictedMode', 'mode'],
    holds: ({ isRandomizedExperiment, predictedMode, mode }) =>
      isRandomizedExperiment || predictedMode === null || predictedMode === mode,
    beforeSaveOnly: 'a veto after the draw may still change what was used',
  },
  {
    meaning: 'variant_of_experiment',
    sentence: 'a decision has an arm exactly when it is part of an experiment',
    properties: ['experimentId', 'experimentVariant'],
    holds: ({ experimentId, experimentVariant }) => (experimentId === null) === (experimentVariant === null),
    beforeSaveOnly: 'deleting an experiment empties experiment_id and must succeed',
  },
  {
    meaning: 'disengaged_has_no_archetype',
    sentence: 'a disengaged decision chooses no archetype',
    properties: ['mode', 'archetypeId'],
    holds: ({ mode, archetypeId }) => mode !== 'DISENGAGED' || archetypeId === null,
    beforeSaveOnly: 'earlier data holds such rows',
  },
  {
    meaning: 'safety_disengages',
    sentence: 'a decision with safety flags other than OVERRIDE is DISENGAGED',
    properties: ['safetyFlags', 'mode'],
    holds: ({ safetyFlags, mode }) => mode === 'DISENGAGED' || safetyFlags.every((flag) => flag === 'OVERRIDE'),
    beforeSaveOnly: 'a flag about wording (claims caution) may be kept on an engaged decision by hand',
  },
  {
    meaning: 'none_is_no_flag',
    sentence: 'no safety flags are an empty list, not a flag NONE',
    properties: ['safetyFlags'],
    holds: ({ safetyFlags }) => !safetyFlags.includes('NONE'),
    sql: `'NONE' <> ALL ("safety_flags")`,
  },
];
