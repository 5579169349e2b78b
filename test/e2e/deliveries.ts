import type { Platform, PostSighting } from '@shared/db';

/** Texts that services see: right-to-left, combined emoji, quotation marks, line breaks, and one character. */
const TEXTS = [
  'My head hurts, is broth any good? 🥴',
  '"Never again", he said. \\ it\'s over\n\nreally',
  'رأسي يؤلمني اليوم 🌞',
  '👩🏽‍⚕️ says: drink water',
  'x'.repeat(4_000),
  '🍋',
];

const HANDLES: Readonly<Record<Platform, string>> = { TWITTER: 'runner_', REDDIT: 'runner-', THREADS: 'runner.' };

/**
 * The deliveries of a weekend, in the order of their arrival: 20 posts on each platform, of which some are delivered again, changed. A
 * detail that the platform does not report is left out.
 */
export function listDeliveries(now: Date): PostSighting[] {
  const platforms: Platform[] = ['TWITTER', 'REDDIT', 'THREADS'];
  const first = platforms.flatMap((platform) => Array.from({ length: 20 }, (_, n) => deliver(platform, n, now)));
  const again = first
    .filter((_, n) => n % 4 === 0)
    .map((post) => ({ ...post, content: `${post.content.slice(0, 3_000)} (edited)` }));
  const unchanged = first.filter((_, n) => n % 5 === 1);
  return [...first, ...again, ...unchanged];
}

function deliver(platform: Platform, n: number, now: Date): PostSighting {
  const author = n % 7;
  return {
    platform,
    // X ids exceed 2^53, so two of them may be one floating-point number.
    platformPostId: platform === 'TWITTER' ? String(1_993_822_417_640_001_536n + BigInt(n)) : `t3_${n}`,
    content: TEXTS[n % TEXTS.length] ?? '',
    detectedAt: new Date(now.getTime() - (100 - n) * 60_000),
    keywordMatches: ['head hurts'],
    keywordCategories: ['direct_hangover'],
    spamFiltered: n % 10 === 9,
    ...(platform === 'THREADS' ? {} : { rawMetrics: { likes: n, replies: n % 3 } }),
    author: {
      platformId: `9007199254740993${author}`,
      handle: HANDLES[platform] + String(author),
      displayName: author === 0 ? 'Ana “la corredora” 🏃‍♀️' : null,
      // Reddit does not report followers.
      ...(platform === 'REDDIT' ? {} : { followerCount: author * 2_000 + 1, isVerified: author === 6 }),
    },
  };
}
