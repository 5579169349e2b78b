import type * as PgQuery from 'libpg-query';
import { CouldNotLint, INSTALL } from './could-not-lint.js';

/** PostgreSQL's own parser, compiled to WebAssembly. */
export type Parser = Pick<typeof PgQuery, 'parseSync' | 'scanSync'>;

/** @throws CouldNotLint when libpg-query is not installed. */
export async function loadParser(): Promise<Parser> {
  try {
    const library = await import('libpg-query');
    await library.loadModule();
    return library;
  } catch {
    throw new CouldNotLint(`PostgreSQL's parser (libpg-query) cannot be loaded: ${INSTALL}`);
  }
}
