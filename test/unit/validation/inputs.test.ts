import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import { BadRequestException, ValidationPipe } from '@nestjs/common';
import { getFields } from '../../../src/columns/registry.js';
import { assertValid } from '../../../src/validation/assert-valid.js';
import * as inputs from '../../../src/validation/inputs.js';
import { isScore, IsScore, SameRulesAs } from '../../../src/validation/input-rules.js';
import { Post } from '../../../src/entities/index.js';
import { CONTENT, ID, type Row } from '../../support/rows.js';
import { inputRefusalOf } from './refusal.js';
import { VALID_INPUTS } from './valid-inputs.js';

const PIPE = new ValidationPipe({
  transform: true,
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: true,
});
const early = '2026-01-01T00:00:00Z';
const later = '2026-01-02T00:00:00.5+02:00';
const texts = (count: number): string[] => Array.from({ length: count }, (_, index) => `t${index}`);

interface Case {
  input: new () => object;
  accepts: Row[];
  refuses: [string, Row][];
}

const CASES: Case[] = [
  {
    input: inputs.PostContentInput,
    accepts: [
      { content: 'x' },
      { content: '😀'.repeat(5000) },
      { platform: 'THREADS', authorHandle: 'ann.b' },
      { platform: 'REDDIT', authorHandle: 'ann-b' },
      {
        detectedAt: '2026-01-31T23:59:59Z',
        keywordCategories: ['remedies'],
        spamFiltered: true,
        rawMetrics: { likes: 3 },
      },
      { platformPostId: 'a'.repeat(100), keywordMatches: texts(50) },
    ],
    refuses: [
      ['content:length', { content: '' }],
      ['content:length', { content: 'x'.repeat(5001) }],
      ['content:text', { content: 'a\0b' }],
      ['content:required', { content: undefined }],
      ['platform:choice', { platform: 'twitter' }],
      ['platformPostId:format', { platformPostId: 'a b' }],
      ['platformPostId:length', { platformPostId: 'a'.repeat(101) }],
      ['platform,authorHandle:handle_of_platform', { authorHandle: 'ann-b' }],
      ['platform,authorHandle:handle_of_platform', { authorHandle: 'ann b', platform: 'REDDIT' }],
      ['platform,authorHandle:handle_of_platform', { authorHandle: 'a'.repeat(16) }],
      ['detectedAt:range', { detectedAt: 'yesterday' }],
      ['rawMetrics.likes:range', { rawMetrics: { likes: 'many' } }],
      ['authorHandle:length', { authorHandle: 'a'.repeat(51) }],
      ['keywordMatches:size', { keywordMatches: [] }],
      ['keywordMatches:size', { keywordMatches: texts(51) }],
      ['keywordMatches:required', { keywordMatches: undefined }],
      ['keywordMatches:items', { keywordMatches: [7] }],
    ],
  },
  {
    input: inputs.ReplyContentInput,
    accepts: [
      { content: `${'x'.repeat(985)}—Antone (Vita)` },
      { content: `${'x'.repeat(485)}—Antone (Vita)`, platform: 'REDDIT' },
      { utmCode: 'a'.repeat(100) },
    ],
    refuses: [
      ['content:length', { content: `${'x'.repeat(987)}—Antone (Vita)` }],
      ['content:contains', { content: 'Plenty of water helps. -Antone (Vita)' }],
      ['content:content_makes_no_claims', { content: `We cure it. ${CONTENT}` }],
      ['content,platform:content_fits_platform', { content: `${'x'.repeat(400)}—Antone (Vita)`, platform: 'THREADS' }],
      ['platform:required', { platform: null }],
      ['utmCode:format', { utmCode: 'Reply1' }],
      ['utmCode:length', { utmCode: '' }],
      ['utmCode:required', { utmCode: undefined }],
      ['utmCode:required', { utmCode: null }],
    ],
  },
  {
    input: inputs.AuthorInput,
    accepts: [
      { displayName: null, followerCount: 0 },
      { platform: 'REDDIT', handle: 'ann-b' },
      { relationshipScore: 0.7 },
    ],
    refuses: [
      ['platform,handle:handle_of_platform', { handle: 'ann-b' }],
      ['followerCount:range', { followerCount: 1_000_000_001 }],
      ['followerCount:required', { followerCount: null }],
      ['relationshipScore:range', { relationshipScore: -0.3 }],
      ['platformId:text', { platformId: 2 ** 53 }],
    ],
  },
  {
    input: inputs.InteractionInput,
    accepts: [{ type: 'hostile_reply', replyId: ID, count: 2 }],
    refuses: [
      ['type:choice', { type: 'wave' }],
      ['timestamp:required', { timestamp: undefined }],
      ['authorId:uuid', { authorId: 'ann' }],
      ['authorId:required', { authorId: undefined }],
    ],
  },
  {
    input: inputs.DecisionInput,
    accepts: [
      { evsScore: 20, archetypeId: ID, competitorDetected: null, safetyFlags: [] },
      { isRandomizedExperiment: true, predictedMode: 'HYBRID' },
      { experimentId: ID, experimentVariant: 'B' },
      { signalsJson: { sss: { score: 0.9 } }, temporalContext: { phase: 'normal' } },
    ],
    refuses: [
      ['sssScore:range', { sssScore: NaN }],
      ['compositeScore:required', { compositeScore: undefined }],
      ['isRandomizedExperiment,predictedMode:randomized_has_prediction', { isRandomizedExperiment: true }],
      ['experimentId,experimentVariant:variant_of_experiment', { experimentVariant: 'A' }],
      ['mode,archetypeId:disengaged_has_no_archetype', { mode: 'DISENGAGED', archetypeId: ID }],
      ['safetyFlags,mode:safety_disengages', { safetyFlags: ['DEATH_MENTION'] }],
      ['isRandomizedExperiment,predictedMode,mode:prediction_is_mode', { predictedMode: 'HYBRID' }],
      ['temporalContext.phase:choice', { temporalContext: { phase: 'weekend' } }],
    ],
  },
  {
    input: inputs.CompetitiveMentionInput,
    accepts: [{ opportunityScore: 0 }],
    refuses: [
      ['sentiment:choice', { sentiment: 'MIXED' }],
      ['opportunityScore:range', { opportunityScore: 1.1 }],
    ],
  },
  {
    input: inputs.EscalationInput,
    accepts: [{ replyId: undefined, postId: ID, priority: 'CRITICAL' }, { assignedTo: 'ann' }],
    refuses: [
      ['postId,decisionId,replyId:new_has_target', { replyId: undefined }],
      ['postId,decisionId,replyId:new_has_target', { replyId: null, assignedTo: 'ann' }],
      ['priority:choice', { priority: 'URGENT' }],
    ],
  },
  {
    input: inputs.KpiMetricInput,
    accepts: [{ value: -3, platform: 'REDDIT' }, { platform: null }],
    refuses: [
      ['date:range', { date: '2026-02-29' }],
      ['metricName:format', { metricName: 'CTR' }],
      ['value:range', { value: Infinity }],
    ],
  },
  {
    input: inputs.ExperimentInput,
    accepts: [
      { startDate: early, endDate: later, trafficSplit: 0 },
      { startDate: new Date(early), description: null },
    ],
    refuses: [
      ['status,startDate,endDate:ends_after_start', { startDate: later, endDate: early }],
      ['startDate:range', { startDate: '2026-02-30T00:00:00Z' }],
      ['startDate:range', { startDate: 1_700_000_000 }],
      ['variantA:shape', { variantA: [] }],
      ['variantB:required', { variantB: undefined }],
    ],
  },
  {
    input: inputs.AuditEntryInput,
    accepts: [{ detailsJson: { before: { mode: 'HYBRID' } } }],
    refuses: [
      ['action:format', { action: 'Approve' }],
      ['detailsJson:shape', { detailsJson: [] }],
      ['detailsJson:required', { detailsJson: null }],
    ],
  },
];

describe.each(CASES.map((one) => ({ ...one, name: one.input.name })))('$name', ({ input, accepts, refuses }) => {
  const valid = VALID_INPUTS.get(input);

  test.each([{}, ...accepts].map((changes) => [changes]))('accepts %j', async (changes) => {
    const data = { ...valid, ...changes };
    expect(inputRefusalOf(input, data)).toEqual([]);
    expect(await pipeAccepts(input, data)).toBe(true);
  });

  test.each(refuses)('refuses by %s', async (violation, changes) => {
    const data = { ...valid, ...changes };
    expect(inputRefusalOf(input, data)).toContain(violation);
    expect(await pipeAccepts(input, data)).toBe(false);
  });

  test('has rules for every property', () => {
    expect([...getFields(input).values()].filter(({ rules }) => rules.length === 0)).toEqual([]);
  });
});

test('every input class has test cases', () => {
  const classes = Object.values(inputs);
  expect(new Set(CASES.map(({ input }) => input))).toEqual(new Set(classes));
});

test('ISO 8601 texts become dates', () => {
  const data = { ...VALID_INPUTS.get(inputs.ExperimentInput), startDate: early };
  expect(assertValid(inputs.ExperimentInput, data).startDate).toEqual(new Date(early));
});

describe('isScore and IsScore', () => {
  class Rated {
    @IsScore() score!: number;
  }

  test.each([0, 0.5, 1])('accept %d', (score) => {
    expect(isScore(score)).toBe(true);
    expect(inputRefusalOf(Rated, { score })).toEqual([]);
  });

  test.each([-0.01, 1.01, NaN, Infinity, '0.5', null, undefined])('refuse %p', (score) => {
    expect(isScore(score)).toBe(false);
    expect(inputRefusalOf(Rated, { score })).toEqual([`score:${score == null ? 'required' : 'range'}`]);
  });
});

test('SameRulesAs throws for a column without rules', () => {
  expect(() => SameRulesAs(Post, 'author')).toThrow('Post.author');
});

/** Does NestJS's own pipe let it through, as an instance? */
async function pipeAccepts(input: new () => object, data: Row): Promise<boolean> {
  try {
    return (await PIPE.transform(data, { type: 'body', metatype: input })) instanceof input;
  } catch (error) {
    if (error instanceof BadRequestException) return false;
    throw error;
  }
}
