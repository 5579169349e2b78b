import { Post } from '../../entities/index.js';
import type { Platform } from '../../entities/enums.js';
import { authorFactory } from './author.factory.js';
import type { Factory } from './factory.js';
import { hoursBefore, pick, whole, type Kit } from './kit.js';
import { COMPLAINTS, OPENINGS, QUESTIONS } from './phrases.js';

/** A post in the queue, unless told that it was processed, filtered or failed. */
export const postFactory: Factory<Post> = {
  entity: Post,
  parents: [{ relation: 'author', factory: authorFactory }],
  values(kit, given, row) {
    const complaint = pick(kit, COMPLAINTS);
    const platform = given.platform ?? given.author?.platform ?? 'TWITTER';
    const detectedAt = given.detectedAt ?? hoursBefore(kit.now, whole(kit, 1, 48));
    const errorCount = given.errorCount ?? (typeof given.errorMessage === 'string' ? 1 : 0);
    return {
      platform,
      platformPostId: kit.key(row),
      content: `${pick(kit, OPENINGS)} ${complaint.text}. ${pick(kit, QUESTIONS)}`.trim(),
      detectedAt,
      processedAt: null,
      keywordMatches: [complaint.keyword],
      keywordCategories: [complaint.category],
      spamFiltered: false,
      rawMetrics: rawMetrics(kit, platform),
      errorCount,
      errorMessage: errorCount > 0 ? 'The language model did not answer in time.' : null,
      createdAt: detectedAt,
      updatedAt: given.processedAt ?? detectedAt,
    };
  },
};

/** Each platform counts under names of its own. */
function rawMetrics(kit: Kit, platform: Platform): Record<string, number> {
  const few = whole(kit, 0, 9);
  const some = whole(kit, 0, 60);
  if (platform === 'REDDIT') return { score: some, upvotes: some + few, comments: few };
  if (platform === 'THREADS') return { likes: some, replies: few, reposts: whole(kit, 0, 3) };
  return { likes: some, replies: few, retweets: whole(kit, 0, 5) };
}
