import type { Satisfaction, Sentiment } from '../../constants/choices.js';
import type { CompetitiveMention, Reply } from '../../entities/index.js';
import type { SampleContext } from './context.js';
import type { SamplePost } from './posts.js';

const SENTIMENT_OF: Readonly<Record<Satisfaction, Sentiment>> = {
  SATISFIED: 'POSITIVE',
  UNSATISFIED: 'NEGATIVE',
  QUESTIONING: 'NEUTRAL',
};

/** One mention per post that speaks of a competitor; answered where a reply to the post was posted. */
export function sampleMentions(
  { make }: SampleContext,
  posts: readonly SamplePost[],
  replies: readonly Reply[],
): CompetitiveMention[] {
  const answered = new Set(replies.filter(({ postedAt }) => postedAt !== null).map(({ decision }) => decision?.postId));
  return posts.flatMap(({ post, mention }) =>
    mention
      ? [
          make.competitiveMention({
            post,
            competitor: mention.competitor,
            satisfaction: mention.satisfaction,
            sentiment: SENTIMENT_OF[mention.satisfaction],
            replied: answered.has(post.id),
          }),
        ]
      : [],
  );
}
