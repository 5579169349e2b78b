/** One class for each aggregate, with the questions that services ask as named methods. */
import type { StatementSource } from './table-repository.js';

export { TableRepository, type StatementSource } from './table-repository.js';
export { InvalidCursor, type Page, type PageOptions } from './pages.js';

/** Every repository class: NestJS gets a provider for each. */
export const REPOSITORIES: readonly (new (source: StatementSource) => object)[] = [];
