/** The most sentences that a message lists. */
const MOST = 10;

/** The first sentences of a list on one line, and how many more there are. */
export function listed(sentences: readonly string[]): string {
  const more = sentences.length > MOST ? ` and ${sentences.length - MOST} more` : '';
  return `${sentences.slice(0, MOST).join('; ')}${more}`;
}
