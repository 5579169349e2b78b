/** What a scenario found: promises that were broken, and errors that nobody retried. */
export interface Findings {
  readonly rounds: number;
  readonly violations: string[];
}

/** Waits for all calls and returns the errors as texts. */
export async function settle(calls: readonly Promise<unknown>[]): Promise<string[]> {
  const ends = await Promise.allSettled(calls);
  return ends.flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : []));
}
