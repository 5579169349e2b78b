import type { Platform } from '../../entities/enums.js';
import { Author } from '../../entities/index.js';
import { Like, WithRulesOf } from './words.js';

/** An account as a monitor sees it. What is left out keeps its value (or gets the column's default). */
@WithRulesOf(Author)
export class AuthorInput {
  @Like(Author, 'platform') platform!: Platform;

  /** The platform's immutable account id, as text: X ids exceed 2^53. */
  @Like(Author, 'platformId') platformId!: string;

  /** In the form its platform allows. */
  @Like(Author, 'handle') handle!: string;

  @Like(Author, 'displayName') displayName?: string | null;

  /** 0..1,000,000,000. Leave it out where the platform does not say: 0 would overwrite what was known. */
  @Like(Author, 'followerCount') followerCount?: number;

  @Like(Author, 'isVerified') isVerified?: boolean;
  @Like(Author, 'isPowerUser') isPowerUser?: boolean;

  /** Personas, lower snake case. */
  @Like(Author, 'archetypeTags') archetypeTags?: string[];

  /** 0..1; known purchasers are imported with 0.70. */
  @Like(Author, 'relationshipScore') relationshipScore?: number;
}
