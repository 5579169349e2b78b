import { Experiment } from '../../entities/index.js';
import { FromIso, Like, WithRulesOf } from './words.js';

/** An A/B test as a product manager designs it; it begins as DRAFT. */
@WithRulesOf(Experiment)
export class ExperimentInput {
  @Like(Experiment, 'name') name!: string;
  @Like(Experiment, 'description') description?: string | null;

  /** Configuration of each arm, any JSON object. */
  @Like(Experiment, 'variantA') variantA!: Record<string, unknown>;
  @Like(Experiment, 'variantB') variantB!: Record<string, unknown>;

  /** Lower snake case: ctr, conversion, sentiment, engagement_rate. */
  @Like(Experiment, 'metric') metric!: string;

  /** Share of decisions that go to arm A, 0..1. Left out: 0.5. */
  @Like(Experiment, 'trafficSplit') trafficSplit?: number;

  /** When it is planned to run, as Date or ISO 8601 text. */
  @FromIso()
  @Like(Experiment, 'startDate')
  startDate?: Date | null;

  @FromIso()
  @Like(Experiment, 'endDate')
  endDate?: Date | null;
}
