import { QUEUE } from '../../constants/figures.js';
import {
  type CompetitorCategoryName,
  type PricePoint,
  type Satisfaction,
  SATISFACTIONS,
  type Sentiment,
} from '../../constants/lists.js';
import type { Author, CompetitiveMention, Competitor, Post, Reply } from '../../entities/index.js';
import { daysBefore, hoursBefore, minutesAfter, drawInteger } from '../factories/factory.js';
import { cycle, type SampleContext } from './context.js';

/** A post, and the competitor that it mentions. */
export interface SamplePost {
  readonly post: Post;
  readonly mention?: { readonly competitor: Competitor; readonly satisfaction: Satisfaction };
}

/** Age of each author's processed posts in days. A post of EXPIRED_DAYS_AGO is due for the retention purge. */
const PROCESSED_DAYS_AGO = [0.1, 0.6, 1.5, 3, 5, 9, 16, 25] as const;
const EXPIRED_DAYS_AGO = 97;

/** One of this number of processed posts mentions a competitor. */
const MENTION_EVERY = 5;

const OPINIONS: Readonly<Record<Satisfaction, (product: string) => string>> = {
  SATISFIED: (product) => `Hungover again, but ${product} got me through the morning. Recommended.`,
  UNSATISFIED: (product) => `Hungover and ${product} did nothing for me. What else is there?`,
  QUESTIONING: (product) => `Has anyone tried ${product} when hungover? Worth the money?`,
};

/** Creates the posts that have decisions; the posts of an author are in order, oldest last. */
export function createProcessedPosts(
  context: SampleContext,
  authors: readonly Author[],
  competitors: readonly Competitor[],
) {
  const posts: SamplePost[] = [];
  for (const [place, author] of authors.entries()) {
    // One author of each platform has a post that is due for retention.
    const days = place % 5 === 1 ? [...PROCESSED_DAYS_AGO, EXPIRED_DAYS_AGO] : PROCESSED_DAYS_AGO;
    for (const daysAgo of days) posts.push(createProcessedPost(context, author, daysAgo, posts.length, competitors));
  }
  return posts;
}

function createProcessedPost(
  { kit, make, now }: SampleContext,
  author: Author,
  daysAgo: number,
  place: number,
  competitors: readonly Competitor[],
): SamplePost {
  const detectedAt = minutesAfter(daysBefore(now, daysAgo), -drawInteger(kit, 0, 90));
  const processedAt = minutesAfter(detectedAt, drawInteger(kit, 1, 25));
  const times = { author, detectedAt, processedAt };
  if (place % MENTION_EVERY !== 2) return { post: make.post(times) };
  const turn = Math.floor(place / MENTION_EVERY);
  const competitor = cycle(competitors, turn);
  const satisfaction = cycle(SATISFACTIONS, turn);
  const content = OPINIONS[satisfaction](competitor.name);
  const keywords = { keywordMatches: ['hungover'], keywordCategories: ['direct_hangover'] };
  return { post: make.post({ ...times, ...keywords, content }), mention: { competitor, satisfaction } };
}

/** Creates posts without a decision: waiting, filtered as spam, failed, and failed for the last time. */
export function createUnprocessedPosts({ kit, make, now }: SampleContext, authors: readonly Author[]): Post[] {
  const minutesAgo = () => minutesAfter(now, -drawInteger(kit, 2, 90));
  const waiting = authors.slice(0, 12).map((author) => make.post({ author, detectedAt: minutesAgo() }));
  const spam = authors.slice(3, 9).map((author) =>
    make.post({
      author,
      detectedAt: hoursBefore(now, drawInteger(kit, 2, 60)),
      spamFiltered: true,
      content: 'Hangover? Click here, 90 % off today only!!! Follow for follow.',
    }),
  );
  const failed = authors.slice(0, 6).map((author, place) =>
    make.post({
      author,
      detectedAt: hoursBefore(now, drawInteger(kit, 3, 40)),
      errorCount: 1 + (place % QUEUE.maxAttempts),
    }),
  );
  return [...waiting, ...spam, ...failed];
}

type CompetitorEntry = readonly [
  name: string,
  category: CompetitorCategoryName,
  price: PricePoint,
  keywords: readonly string[],
];

/** The 16 alternatives of the requirements. Their keywords are guesses, which operators can edit in the dashboard. */
const COMPETITORS: readonly CompetitorEntry[] = [
  ['LiquidIV', 'REHYDRATION', 'MID', ['liquidiv', 'liquid iv', 'liquid i.v.']],
  ['Drip Drop', 'REHYDRATION', 'MID', ['drip drop', 'dripdrop']],
  ['Pedialyte', 'REHYDRATION', 'LOW', ['pedialyte']],
  ['Gatorade', 'REHYDRATION', 'LOW', ['gatorade']],
  ['Nuun', 'REHYDRATION', 'MID', ['nuun']],
  ['ZBiotics', 'HANGOVER_PILLS', 'HIGH', ['zbiotics', 'z-biotics']],
  ['Flyby', 'HANGOVER_PILLS', 'MID', ['flyby']],
  ['AfterDrink', 'HANGOVER_PILLS', 'MID', ['afterdrink', 'after drink']],
  // The word "cheers" alone rarely means the product.
  ['Cheers', 'HANGOVER_PILLS', 'HIGH', ['cheers restore', 'cheers pills']],
  ['DHM Detox', 'HANGOVER_PILLS', 'MID', ['dhm detox', 'dhm']],
  ['The I.V. Doc', 'IV_THERAPY', 'VERY_HIGH', ['the iv doc', 'iv doc']],
  ['Revive', 'IV_THERAPY', 'HIGH', ['revive drip', 'revive iv']],
  ['HydroMed', 'IV_THERAPY', 'HIGH', ['hydromed', 'hydro med']],
  ['Hair of the Dog', 'HOME_REMEDY', 'VARIES', ['hair of the dog']],
  ['Activated Charcoal', 'HOME_REMEDY', 'LOW', ['activated charcoal', 'charcoal pills']],
  ['Pickle Juice', 'HOME_REMEDY', 'LOW', ['pickle juice', 'picklejuice']],
];

const MECHANISMS: Readonly<Record<CompetitorCategoryName, string>> = {
  REHYDRATION: 'oral electrolytes',
  HANGOVER_PILLS: 'oral capsule or shot',
  IV_THERAPY: 'infusion',
  HOME_REMEDY: 'household means',
};

export function createSampleCompetitors({ make, now, ids }: SampleContext): Competitor[] {
  return COMPETITORS.map(([name, category, pricePoint, brandKeywords]) =>
    make.competitor({
      name,
      categoryId: ids.category[category],
      primaryMechanism: MECHANISMS[category],
      pricePoint,
      brandKeywords: [...brandKeywords],
      createdAt: daysBefore(now, 150),
      updatedAt: daysBefore(now, 150),
    }),
  );
}

const SENTIMENT_OF: Readonly<Record<Satisfaction, Sentiment>> = {
  SATISFIED: 'POSITIVE',
  UNSATISFIED: 'NEGATIVE',
  QUESTIONING: 'NEUTRAL',
};

/** Creates one mention for each post about a competitor. It counts as replied when a reply to the post was posted. */
export function createSampleMentions(
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
