import type { PostSighting } from '../../../src/repositories/post-ingest.js';

/** Returns a valid sighting with this number. */
export function sightingOf(n: number, changes: Partial<PostSighting> = {}): PostSighting {
  return {
    platform: 'TWITTER',
    platformPostId: `post_${n}`,
    content: `my head hurts, ${n}`,
    detectedAt: new Date(Date.UTC(2026, 0, 1) + n * 1_000),
    keywordMatches: ['head'],
    author: { platformId: `${n % 50}`, handle: `runner_${n % 50}` },
    ...changes,
  };
}
