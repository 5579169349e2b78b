/** One class for each aggregate, with the questions that services ask as named methods. */
import { AuthorRepository } from './author.repository.js';
import { DecisionRepository } from './decision.repository.js';
import { PostRepository } from './post.repository.js';
import type { StatementSource } from './table-repository.js';

export { TableRepository, type StatementSource } from './table-repository.js';
export { InvalidCursor, type Page, type PageOptions } from './pages.js';
export {
  AuthorRepository,
  type AppendedInteraction,
  type AuthorProfile,
  type AuthorSighting,
  type RecordedAuthor,
} from './author.repository.js';
export {
  DecisionRepository,
  type DecisionFilter,
  type DecisionSummary,
  type MentionOfPost,
  type RecordedDecision,
} from './decision.repository.js';
export { type IngestedPost, type PostSighting } from './post-ingest.js';
export type { BatchReport, ClaimedPost } from './post-queue.js';
export { PostRepository, TransactionIsOpen } from './post.repository.js';

/** Every repository class: NestJS gets a provider for each. */
export const REPOSITORIES: readonly (new (source: StatementSource) => object)[] = [
  AuthorRepository,
  DecisionRepository,
  PostRepository,
];
