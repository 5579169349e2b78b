import type { Satisfaction, Sentiment } from '../../constants/choices.js';
import { CompetitiveMention } from '../../entities/index.js';
import { Like } from './words.js';

/** A competitor that the decision engine found in a post. */
export class CompetitiveMentionInput {
  @Like(CompetitiveMention, 'postId') postId!: string;
  @Like(CompetitiveMention, 'competitorId') competitorId!: string;
  @Like(CompetitiveMention, 'sentiment') sentiment!: Sentiment;
  @Like(CompetitiveMention, 'satisfaction') satisfaction!: Satisfaction;

  /** How good an opening it is, 0..1. */
  @Like(CompetitiveMention, 'opportunityScore') opportunityScore!: number;
}
