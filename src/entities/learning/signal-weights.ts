import { countRule, Field, scoreRule, textRules, UPPER_SNAKE } from '../../columns/index.js';

/** One number per signal. */
export interface PerSignal {
  sss: number;
  ars: number;
  evs: number;
  trs: number;
}

/** How much each signal counts, 0..1 each. That they add up to 1 is asked of the weights in force, not of a log. */
export class SignalWeights implements PerSignal {
  @Field(scoreRule) sss!: number;
  @Field(scoreRule) ars!: number;
  @Field(scoreRule) evs!: number;
  @Field(scoreRule) trs!: number;

  /** Which segment they belong to, like TWITTER_MORNING. Absent: GLOBAL. The log has no column for it. */
  @Field(textRules({ max: 64, format: UPPER_SNAKE }), { optional: true }) segment?: string;
}

/** How many decisions are behind each signal. */
export class SampleSizes implements PerSignal {
  @Field(countRule()) sss!: number;
  @Field(countRule()) ars!: number;
  @Field(countRule()) evs!: number;
  @Field(countRule()) trs!: number;
}
