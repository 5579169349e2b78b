import type { Platform } from '../../entities/enums.js';
import { Reply } from '../../entities/index.js';
import { Like, WithRulesOf } from './words.js';

/**
 * The text of a reply as the generator or an operator hands it in. Equivalent to ReplyContentSchema of the requirements:
 * signed, and without prohibited claims, however they are written (`PROHIBITED_CLAIMS` lists what it hits by mistake).
 */
@WithRulesOf(Reply)
export class ReplyContentInput {
  /** 10..1,000 characters, signature included; with a platform its limit too. */
  @Like(Reply, 'content') content!: string;

  /** Where it will be posted. Left out: no platform's limit is asked. */
  @Like(Reply, 'platform', { optional: true }) platform?: Platform;

  /** Lower-case letters, digits, underscores or dashes, at most 100. */
  @Like(Reply, 'utmCode', { required: true }) utmCode!: string;
}
