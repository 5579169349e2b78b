/** How posts wait for their decision. Source: product requirements 2.7, story 2.7, service levels. */
export const QUEUE = {
  /** Failed attempts after which the queue gives a post up. The index of waiting posts leaves it out from then on. */
  maxAttempts: 3,
  /** Posts taken at once. */
  batchSize: 20,
  /** Seconds between two looks. */
  pollSeconds: 30,
  /** Waiting posts above which an alert goes out. */
  alertDepth: 100,
} as const;
