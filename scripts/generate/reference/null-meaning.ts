import { type CatalogObject, toPath } from '../../../src/operations/catalog/snapshot.js';
import { DocumentationError } from './documentation-error.js';

/**
 * Splits the comment of a column into what null means (`Null: not posted.`) and the rest.
 *
 * @throws DocumentationError for a nullable column whose comment does not say when it is null
 */
export function readNullMeaning(column: CatalogObject): { when: string; meaning: string } {
  const { comment = '', null: allowed } = column.facts;
  if (allowed !== undefined) return { when: 'no', meaning: comment };
  const [message, mark = '', text] = /(?<!\S)Null(:?) (.*?)\.(?=\s|$)/.exec(comment) ?? [];
  if (message === undefined || text === undefined) {
    throw new DocumentationError(
      `${toPath(column)} is nullable, but its comment does not say when it is null: add "Null: …" to the comment of its property.`,
    );
  }
  return { when: `yes${mark === '' ? ',' : mark} ${text}`, meaning: comment.replace(message, '').trim() };
}
