import { choiceRule, countRule, Field, isoMomentRule, textRules, uuidRule } from '../../columns/index.js';
import { INTERACTION_TYPES, type InteractionType } from '../../constants/relationship.js';
import { UTM_CODE_TEXT } from './utm-code.js';

/** One entry of `authors.interaction_history`. No other keys. */
export class InteractionEvent {
  @Field(choiceRule(INTERACTION_TYPES)) type!: InteractionType;

  /** When it happened, ISO 8601 in UTC. */
  @Field(isoMomentRule) timestamp!: string;

  /** The reply it answered. */
  @Field(uuidRule, { optional: true }) replyId?: string;

  /** The tracking code that was clicked. */
  @Field(textRules(UTM_CODE_TEXT), { optional: true }) utmCode?: string;

  /** How often, for events that platforms report as a number. */
  @Field(countRule(), { optional: true }) count?: number;
}
