/** What the world does in the story: when posts are seen, how replies fare, what the numbers say. */
import { INTERACTION_WEIGHTS, type Platform } from '@shared/db';
import { draw, type Weights } from './engine.js';
import type { InteractionEvent, ReplyOutcome, Window } from './feedback.js';
import type { Sighting } from './monitor.js';
import { readDeliveries } from './platforms.js';

const BATCH_SIZE = 100;
const START = Date.UTC(2026, 10, 1, 6);

/** So many minutes after a batch began. */
export function minutes(batch: number, later: number): Date {
  return new Date(START + (batch * 60 + later) * 60_000);
}

/** The deliveries in their order, a hundred at a time, one second apart. */
export const BATCHES: readonly Sighting[][] = cut(readDeliveries().posts).map((posts, batch) =>
  posts.map((post, index) => ({ ...post, seenAt: new Date(minutes(batch, 0).getTime() + index * 1000 + 7) })),
);

function cut<Item>(items: readonly Item[]): Item[][] {
  return Array.from({ length: Math.ceil(items.length / BATCH_SIZE) }, (_, page) =>
    items.slice(page * BATCH_SIZE, (page + 1) * BATCH_SIZE),
  );
}

const GROWTH: Record<Window, number> = { '15m': 0.1, '60m': 0.3, '24h': 0.9, '7d': 1 };

export function outcomeOf(utm: string, window: Window): ReplyOutcome & { sentiment: number } {
  const grown = (purpose: string, most: number) => Math.floor(draw(utm, purpose) * most * GROWTH[window]);
  const conversions = grown('conversions', 4);
  return {
    likes: grown('likes', 2_147_483_647),
    replies: grown('replies', 20),
    shares: 0,
    clicks: grown('clicks', 90),
    conversions,
    revenue: conversions * 12.99 - (draw(utm, 'refund') < 0.1 ? 30 : 0),
    ctr: draw(utm, 'ctr') * (0.1 + 0.2),
    sentiment: 1 - 2 * draw(utm, 'mood') ** 4,
    reports: grown('reports', 3),
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

/** What the author of a post does with our reply. */
export function eventsOf(utm: string): InteractionEvent[] {
  return (Object.keys(INTERACTION_WEIGHTS) as InteractionEvent['type'][])
    .filter((type) => draw(utm, type) < CHANCES[type])
    .map((type) => ({
      type,
      timestamp: '2026-11-02T08:09:10.123Z',
      ...(type === 'click' && { utmCode: utm }),
      ...(type === 'like' && { count: 1 + Math.floor(draw(utm, 'hearts') * 9) }),
    }));
}

export const KPI_DAY = '2026-11-01';

/** Counts, shares, karma below zero; other numbers at the second count. */
export function kpiValue(metric: string, platform: Platform | null, count: number): number {
  const value = (draw(`${metric} ${String(platform)}`, `count ${count}`) - 0.3) * 1000;
  return metric === 'platform_strikes' ? 0 : value;
}

export const LEARNED: readonly { key: string; type: 'PLATFORM' | 'COMBINED'; weights: Weights }[] = [
  // Together 0.9999999999999999 in floating point.
  { key: 'TWITTER', type: 'PLATFORM', weights: { sss: 0.42, ars: 0.24, evs: 0.22, trs: 0.12 } },
  { key: 'REDDIT_WEEKEND', type: 'COMBINED', weights: { sss: 1, ars: 0, evs: 0, trs: 0 } },
];
