import type { Variant } from '../../constants/choices.js';
import type { SignalBreakdown, TemporalContext } from '../../entities/core/decision-context.js';
import type { OperationalMode } from '../../entities/enums.js';
import { Decision } from '../../entities/index.js';
import { Like, WithRulesOf } from './words.js';

/** What the decision engine decided about a post. Scores are 0..1; the velocity is a ratio without upper bound. */
@WithRulesOf(Decision)
export class DecisionInput {
  @Like(Decision, 'postId') postId!: string;

  @Like(Decision, 'sssScore') sssScore!: number;
  @Like(Decision, 'arsScore') arsScore!: number;
  @Like(Decision, 'evsScore') evsScore!: number;
  @Like(Decision, 'trsScore') trsScore!: number;
  @Like(Decision, 'compositeScore') compositeScore!: number;

  /** The mode actually used, after randomisation. */
  @Like(Decision, 'mode') mode!: OperationalMode;

  /** Null or left out: DISENGAGED. */
  @Like(Decision, 'archetypeId') archetypeId?: string | null;

  @Like(Decision, 'safetyFlags') safetyFlags?: string[];
  @Like(Decision, 'signalsJson') signalsJson?: SignalBreakdown | null;
  @Like(Decision, 'temporalContext') temporalContext?: TemporalContext | null;
  @Like(Decision, 'competitorDetected') competitorDetected?: string | null;
  @Like(Decision, 'isPowerUser') isPowerUser?: boolean;

  /** Both or neither. */
  @Like(Decision, 'experimentId') experimentId?: string | null;
  @Like(Decision, 'experimentVariant') experimentVariant?: Variant | null;

  /** With it comes the mode that would have been used. */
  @Like(Decision, 'isRandomizedExperiment') isRandomizedExperiment?: boolean;
  @Like(Decision, 'predictedMode') predictedMode?: OperationalMode | null;
}
