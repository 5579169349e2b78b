import { type CatalogObject, toPath } from '../../../src/operations/catalog/snapshot.js';
import { DocumentationError } from './documentation-error.js';

/**
 * What the comment of a column says of null (`Null: not posted.`), and what else it says.
 *
 * @throws DocumentationError for a column that may be null and does not say when.
 */
export function readNullMeaning(column: CatalogObject): { when: string; meaning: string } {
  const { comment = '', null: allowed } = column.facts;
  if (allowed !== undefined) return { when: 'no', meaning: comment };
  const [message, mark = '', text] = /(?<!\S)Null(:?) (.*?)\.(?=\s|$)/.exec(comment) ?? [];
  if (message === undefined || text === undefined) {
    throw new DocumentationError(
      `${toPath(column)} may be null and does not say when: add "Null: …" to the comment of its property.`,
    );
  }
  return { when: `yes${mark === '' ? ',' : mark} ${text}`, meaning: comment.replace(message, '').trim() };
}
