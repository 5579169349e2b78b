/** The events of the end-to-end test that come from outside: when posts are seen, how authors react to replies, and the KPI values. */
import { INTERACTION_WEIGHTS, type Platform } from '@shared/db';
import { pseudoRandom, type Weights } from './services/decision-engine.js';
import type { InteractionEvent, ReplyOutcome, Window } from './services/feedback.js';
import type { SeenPost } from './services/stream-monitor.js';
import { readDeliveries } from './deliveries/read-deliveries.js';

const BATCH_SIZE = 100;
const START = Date.UTC(2026, 10, 1, 6);

/** Returns the time `later` minutes after a batch began. */
export function minutesAfter(batch: number, later: number): Date {
  return new Date(START + (batch * 60 + later) * 60_000);
}

/** The deliveries in order, in batches of 100, seen one second apart. */
export const BATCHES: readonly SeenPost[][] = splitIntoBatches(readDeliveries().posts).map((posts, batch) =>
  posts.map((post, index) => ({ ...post, seenAt: new Date(minutesAfter(batch, 0).getTime() + index * 1000 + 7) })),
);

function splitIntoBatches<Item>(items: readonly Item[]): Item[][] {
  return Array.from({ length: Math.ceil(items.length / BATCH_SIZE) }, (_, page) =>
    items.slice(page * BATCH_SIZE, (page + 1) * BATCH_SIZE),
  );
}

const SHARE_OF_FINAL_OUTCOME: Record<Window, number> = { '15m': 0.1, '60m': 0.3, '24h': 0.9, '7d': 1 };

/** Returns the figures of a reply at the end of a window. */
export function drawOutcome(utm: string, window: Window): ReplyOutcome & { sentiment: number } {
  const drawCount = (purpose: string, most: number) =>
    Math.floor(pseudoRandom(utm, purpose) * most * SHARE_OF_FINAL_OUTCOME[window]);
  const conversions = drawCount('conversions', 4);
  return {
    likes: drawCount('likes', 2_147_483_647),
    replies: drawCount('replies', 20),
    shares: 0,
    clicks: drawCount('clicks', 90),
    conversions,
    revenue: conversions * 12.99 - (pseudoRandom(utm, 'refund') < 0.1 ? 30 : 0),
    ctr: pseudoRandom(utm, 'ctr') * (0.1 + 0.2),
    sentiment: 1 - 2 * pseudoRandom(utm, 'mood') ** 4,
    reports: drawCount('reports', 3),
    removed: false,
    capturedAt: '2026-11-02T03:04:05.678Z',
  };
}

const CHANCES: Readonly<Record<InteractionEvent['type'], number>> = {
  thanks: 0.3,
  like: 0.7,
  click: 0.4,
  purchase: 0.1,
  block: 0.03,
  report: 0.02,
  hostile_reply: 0.04,
};

/** Returns what the author of a post does with our reply. */
export function drawInteractions(utm: string): InteractionEvent[] {
  return (Object.keys(INTERACTION_WEIGHTS) as InteractionEvent['type'][])
    .filter((type) => pseudoRandom(utm, type) < CHANCES[type])
    .map((type) => ({
      type,
      timestamp: '2026-11-02T08:09:10.123Z',
      ...(type === 'click' && { utmCode: utm }),
      ...(type === 'like' && { count: 1 + Math.floor(pseudoRandom(utm, 'hearts') * 9) }),
    }));
}

export const KPI_DAY = '2026-11-01';

/** Returns the value of a metric, possibly negative; another value for each `count`. */
export function drawKpiValue(metric: string, platform: Platform | null, count: number): number {
  const value = (pseudoRandom(`${metric} ${String(platform)}`, `count ${count}`) - 0.3) * 1000;
  return metric === 'platform_strikes' ? 0 : value;
}

export const NEW_WEIGHTS: readonly { key: string; type: 'PLATFORM' | 'COMBINED'; weights: Weights }[] = [
  // Their sum in floating point is 0.9999999999999999.
  { key: 'TWITTER', type: 'PLATFORM', weights: { sss: 0.42, ars: 0.24, evs: 0.22, trs: 0.12 } },
  { key: 'REDDIT_WEEKEND', type: 'COMBINED', weights: { sss: 1, ars: 0, evs: 0, trs: 0 } },
];
