import { QUEUE } from '../../constants/queue.js';
import { SATISFACTIONS, type Satisfaction } from '../../constants/choices.js';
import type { Author, Competitor, Post } from '../../entities/index.js';
import { daysBefore, hoursBefore, minutesAfter, whole } from '../factories/kit.js';
import { cycle, type SampleContext } from './context.js';

/** A post, and the competitor it speaks of. */
export interface SamplePost {
  readonly post: Post;
  readonly mention?: { readonly competitor: Competitor; readonly satisfaction: Satisfaction };
}

/** How many days ago each author's processed posts were seen: a full day, a week, a month, and one that retention takes. */
const PROCESSED_DAYS_AGO = [0.1, 0.6, 1.5, 3, 5, 9, 16, 25] as const;
const EXPIRED_DAYS_AGO = 97;

/** Every so many processed posts one speaks of a competitor. */
const MENTION_EVERY = 5;

const OPINIONS: Readonly<Record<Satisfaction, (product: string) => string>> = {
  SATISFIED: (product) => `Hungover again, but ${product} got me through the morning. Recommended.`,
  UNSATISFIED: (product) => `Hungover and ${product} did nothing for me. What else is there?`,
  QUESTIONING: (product) => `Has anyone tried ${product} when hungover? Worth the money?`,
};

/** Posts the engine has decided about, oldest last within an author. */
export function processedPosts(context: SampleContext, authors: readonly Author[], competitors: readonly Competitor[]) {
  const posts: SamplePost[] = [];
  for (const [place, author] of authors.entries()) {
    // One author of each platform has a post that is due for retention.
    const days = place % 5 === 1 ? [...PROCESSED_DAYS_AGO, EXPIRED_DAYS_AGO] : PROCESSED_DAYS_AGO;
    for (const daysAgo of days) posts.push(processedPost(context, author, daysAgo, posts.length, competitors));
  }
  return posts;
}

function processedPost(
  { kit, make, now }: SampleContext,
  author: Author,
  daysAgo: number,
  place: number,
  competitors: readonly Competitor[],
): SamplePost {
  const detectedAt = minutesAfter(daysBefore(now, daysAgo), -whole(kit, 0, 90));
  const processedAt = minutesAfter(detectedAt, whole(kit, 1, 25));
  const times = { author, detectedAt, processedAt };
  if (place % MENTION_EVERY !== 2) return { post: make.post(times) };
  const turn = Math.floor(place / MENTION_EVERY);
  const competitor = cycle(competitors, turn);
  const satisfaction = cycle(SATISFACTIONS, turn);
  const content = OPINIONS[satisfaction](competitor.name);
  const keywords = { keywordMatches: ['hungover'], keywordCategories: ['direct_hangover'] };
  return { post: make.post({ ...times, ...keywords, content }), mention: { competitor, satisfaction } };
}

/** What no decision exists for: waiting, filtered as spam, failing, given up. */
export function unprocessedPosts({ kit, make, now }: SampleContext, authors: readonly Author[]): Post[] {
  const minutesAgo = () => minutesAfter(now, -whole(kit, 2, 90));
  const waiting = authors.slice(0, 12).map((author) => make.post({ author, detectedAt: minutesAgo() }));
  const spam = authors.slice(3, 9).map((author) =>
    make.post({
      author,
      detectedAt: hoursBefore(now, whole(kit, 2, 60)),
      spamFiltered: true,
      content: 'Hangover? Click here, 90 % off today only!!! Follow for follow.',
    }),
  );
  const failed = authors.slice(0, 6).map((author, place) =>
    make.post({
      author,
      detectedAt: hoursBefore(now, whole(kit, 3, 40)),
      errorCount: 1 + (place % QUEUE.maxAttempts),
    }),
  );
  return [...waiting, ...spam, ...failed];
}
