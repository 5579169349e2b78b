import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import type { EntityClass } from '../../../src/columns/registry.js';
import { Author, ChampionTier, Decision, Post, Reply, WeightAdjustmentLog } from '../../../src/entities/index.js';
import { ID, rowOf } from '../../support/rows.js';
import { refusalOf } from './refusal.js';

const timestamp = '2026-01-02T03:04:05.000Z';
const like = { type: 'like', timestamp };
const weights = { sss: 0.4, ars: 0.25, evs: 0.2, trs: 0.15 };

interface Case {
  entity: EntityClass;
  column: string;
  accepts: unknown[];
  /** The path that is blamed, its constraint, and the value. */
  refuses: [string, unknown][];
}

const CASES: Case[] = [
  {
    entity: Author,
    column: 'interactionHistory',
    accepts: [
      [],
      [like, { ...like, type: 'hostile_reply', replyId: ID, utmCode: 'a-1', count: 3 }],
      [{ ...like, count: undefined }],
    ],
    refuses: [
      ['[0].type:required', [{ timestamp }]],
      ['[1].type:choice', [like, { ...like, type: 'wave' }]],
      ['[0].timestamp:moment', [{ ...like, timestamp: 'yesterday' }]],
      ['[0].timestamp:moment', [{ ...like, timestamp: 1_700_000_000 }]],
      ['[0].replyId:uuid', [{ ...like, replyId: '7' }]],
      ['[0].replyId:required', [{ ...like, replyId: null }]],
      ['[0].utmCode:format', [{ ...like, utmCode: 'A 1' }]],
      ['[0].count:range', [{ ...like, count: -1 }]],
      ['[0].handle:unknown', [{ ...like, handle: 'ann' }]],
      ['[0].type:required', [Object.assign(Object.create({ type: 'like' }) as object, { timestamp })]],
      ['[0]:shape', ['like']],
      ['[0]:shape', [[like]]],
      ['[0]:required', [null]],
      [':shape', like],
      [':json', [{ ...like, count: NaN }]],
    ],
  },
  {
    entity: Post,
    column: 'rawMetrics',
    accepts: [null, {}, { likes: 3, score: -12, ratio: 0.5, comments: undefined }],
    refuses: [
      ['.likes:range', { likes: '3' }],
      ['.likes:required', { likes: null }],
      ['.likes:range', { likes: { total: 3 } }],
      ['.(unreadable name):range', { 'ann said hello': '3' }],
      [':shape', []],
      [':json', { likes: Infinity }],
    ],
  },
  {
    entity: Decision,
    column: 'signalsJson',
    accepts: [
      null,
      {},
      { sss: { score: 0.9, confidence: 1, reasons: ['asks'], subScores: { a: 1 } }, safety: { flags: [] } },
    ],
    refuses: [
      ['.sss:shape', { sss: 0.9 }],
      ['.sss.score:required', { sss: {} }],
      ['.evs.confidence:range', { evs: { score: 7, confidence: 1.1 } }],
      ['.ars.reasons[1]:text', { ars: { score: 1, reasons: ['a', 2] } }],
      [':shape', []],
    ],
  },
  {
    entity: Decision,
    column: 'temporalContext',
    accepts: [
      { phase: 'normal' },
      {
        ...{ phase: 'holiday', monitoringMultiplier: 3, matchedRules: ['new_year'], timezone: 'America/New_York' },
        ...{ evaluatedAt: timestamp, isPriority: true },
      },
    ],
    refuses: [
      ['.phase:required', {}],
      ['.phase:choice', { phase: 'NORMAL' }],
      ['.monitoringMultiplier:range', { phase: 'normal', monitoringMultiplier: -1 }],
      ['.matchedRules:shape', { phase: 'normal', matchedRules: 'new_year' }],
      ['.isPriority:flag', { phase: 'normal', isPriority: 1 }],
      ['.weather:unknown', { phase: 'normal', weather: 'wet' }],
    ],
  },
  {
    entity: Reply,
    column: 'metricsJson',
    accepts: [
      {},
      { likes: 3, sentiment: -1, revenue: -29.9, ctr: 1.2, removed: false, capturedAt: timestamp },
      { sentiment: 1, windows: { '15m': { likes: 1 }, '7d': {} }, generation: { confidence: 0.9, model: 'x' } },
    ],
    refuses: [
      ['.sentiment:range', { sentiment: -1.01 }],
      ['.sentiment:range', { sentiment: 1.01 }],
      ['.likes:range', { likes: 1.5 }],
      ['.windows.15m.clicks:range', { windows: { '15m': { clicks: -1 } } }],
      ['.windows.(unreadable name):unknown', { windows: { '30m': {} } }],
      ['.windows.24h.applause:unknown', { windows: { '24h': { applause: 1 } } }],
      ['.generation.confidence:range', { generation: { confidence: 2 } }],
      ['.applause:unknown', { applause: 1 }],
    ],
  },
  {
    entity: WeightAdjustmentLog,
    column: 'newWeights',
    accepts: [weights, { ...weights, segment: 'TWITTER_MORNING' }],
    refuses: [
      ['.trs:required', { sss: 1, ars: 0, evs: 0 }],
      ['.sss:range', { ...weights, sss: 1.2 }],
      ['.segment:format', { ...weights, segment: 'twitter' }],
      ['.total:unknown', { ...weights, total: 1 }],
    ],
  },
  {
    entity: WeightAdjustmentLog,
    column: 'sampleSizes',
    accepts: [null, { sss: 60, ars: 0, evs: 1, trs: 2 }],
    refuses: [['.sss:range', { sss: 0.5, ars: 0, evs: 0, trs: 0 }]],
  },
  {
    entity: ChampionTier,
    column: 'benefits',
    accepts: [[], ['free sample']],
    refuses: [
      ['[0]:text', [1]],
      ['[1]:length', ['a', '']],
      ['[0]:length', ['x'.repeat(201)]],
    ],
  },
];

describe.each(CASES.map((one) => ({ ...one, name: one.entity.name })))('$name.$column', (one) => {
  const { entity, column, accepts, refuses } = one;

  test.each(accepts.map((value) => [value]))('accepts %j', (value) => {
    expect(refusalOf(entity, rowOf(entity, { [column]: value }))).toEqual([]);
  });

  test.each(refuses)('refuses a value, naming %s', (place, value) => {
    expect(refusalOf(entity, rowOf(entity, { [column]: value }))).toContain(column + place);
  });
});
