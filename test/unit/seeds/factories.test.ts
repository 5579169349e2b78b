import { describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import { getEntityRules } from '../../../src/columns/registry.js';
import { containsProhibitedClaim, REPLY_LIMITS, REPLY_SIGNATURE } from '../../../src/constants/reply.js';
import { ENTITIES } from '../../../src/entities/index.js';
import { FACTORIES, makeFactories, type Factories } from '../../../src/seeds/factories/index.js';
import { drawWithoutClaims } from '../../../src/seeds/factories/factory.js';
import { isSampleId } from '../../../src/seeds/ids.js';
import { validateEntity } from '../../../src/validation/validate-entity.js';

const now = new Date('2026-06-15T09:30:00.000Z');
const later = new Date('2026-06-15T10:30:00.000Z');
const ROWS = 500;

type FactoryName = keyof Factories;
const names = Object.keys(FACTORIES) as FactoryName[];

const entityOf = (name: FactoryName) => FACTORIES[name].entity as new () => object;

function makeMany(name: FactoryName, seed: number, count = ROWS): object[] {
  const make = makeFactories({ now, seed })[name] as () => object;
  return Array.from({ length: count }, () => make());
}

describe('factories', () => {
  it('exist once for every entity', () => {
    const entities = names.map(entityOf);
    expect(new Set(entities)).toEqual(new Set(ENTITIES));
    expect(entities).toHaveLength(ENTITIES.length);
  });

  it.each(names)(`make ${ROWS} rows of %s that every rule accepts`, (name) => {
    const entity = entityOf(name);
    const { columns, rows: rowRules } = getEntityRules(entity);
    const problems = (makeMany(name, 3) as Record<string, unknown>[]).flatMap((row) => [
      // All columns are written, so that no row depends on when the database was asked.
      ...[...columns.keys()].filter((property) => row[property] === undefined),
      ...[...columns].flatMap(([property, rules]) => {
        const value = row[property];
        return value === null
          ? []
          : rules.filter(({ isValid }) => !isValid(value)).map(({ message }) => property + message);
      }),
      ...rowRules.filter(({ isValid }) => !isValid(row)).map(({ meaning }) => meaning),
    ]);
    expect(problems).toEqual([]);
    for (const row of makeMany(name, 3)) {
      if (!(row instanceof entity)) throw new Error(`not a ${name}`);
      validateEntity(entity, row, { write: 'insert' });
    }
  });

  it.each(names)('give each row of %s a sample id of its own', (name) => {
    const ids = makeMany(name, 4, 50).map((row) => (row as { id: string }).id);
    expect(new Set(ids).size).toBe(50);
    expect(ids.filter((id) => !isSampleId(id))).toEqual([]);
  });

  it.each(names)('make equal rows of %s with the same seed, and different rows with another', (name) => {
    expect(makeMany(name, 5, 20)).toEqual(makeMany(name, 5, 20));
    expect(makeMany(name, 5, 20)).not.toEqual(makeMany(name, 6, 20));
  });

  it.each(names)('set the foreign key of each parent that they make with %s', (name) => {
    const { relations } = getEntityRules(entityOf(name));
    for (const row of makeMany(name, 7, 20) as Record<string, unknown>[]) {
      const parents = Object.entries(row).filter(([, value]) => ENTITIES.some((entity) => value instanceof entity));
      for (const [relation, parent] of parents) {
        expect(row[relations.get(relation)?.property ?? 'no relation']).toBe((parent as { id: string }).id);
      }
    }
  });

  it.each([-1, 65_536, 1.5, Number.NaN])('refuse the seed %p', (seed) => {
    expect(() => makeFactories({ now, seed })).toThrow(RangeError);
  });
});

describe('a factory makes the other values fit:', () => {
  const make = makeFactories({ now, seed: 8 });

  const given: [string, FactoryName, object, object][] = [
    ['an approved reply', 'reply', { approvalStatus: 'APPROVED' }, { approvedBy: 'system', postedAt: null }],
    ['a rejected reply', 'reply', { approvalStatus: 'REJECTED' }, { approvedBy: null, approvedAt: null }],
    ['a posted reply', 'reply', { postedAt: now }, { approvalStatus: 'APPROVED', approvedAt: now }],
    ['a deleted reply', 'reply', { deletedAt: later }, { postedAt: later, approvalStatus: 'APPROVED' }],
    ['a reply with an id of the platform', 'reply', { platformPostId: 'abc' }, { approvalStatus: 'APPROVED' }],
    ['a reply with an approval time', 'reply', { approvedAt: now }, { approvalStatus: 'APPROVED', postedAt: null }],
    ['a disengaged decision', 'decision', { mode: 'DISENGAGED' }, { archetypeId: null }],
    ['a flagged decision', 'decision', { safetyFlags: ['DEATH_MENTION'] }, { mode: 'DISENGAGED' }],
    ['a decision with OVERRIDE', 'decision', { safetyFlags: ['OVERRIDE'] }, { mode: 'HELPFUL' }],
    ['a randomised decision', 'decision', { isRandomizedExperiment: true }, {}],
    ['a decision in an experiment', 'decision', { experiment: make.experiment() }, {}],
    ['a post with an error message', 'post', { errorMessage: 'timeout' }, { errorCount: 1 }],
    ['a post with a processing time', 'post', { detectedAt: now, processedAt: later }, { updatedAt: later }],
    ['an author with a tier', 'author', { powerTier: make.powerTier() }, { isPowerUser: true }],
    ['a famous author', 'author', { followerCount: 5_000 }, { isPowerUser: true, powerTierId: null }],
    ['an author without tier', 'author', { powerTier: null }, { powerTierId: null }],
    ['an author last seen long ago', 'author', { lastSeenAt: new Date('2020-01-01') }, {}],
    ['a resolved escalation', 'escalation', { status: 'RESOLVED' }, {}],
    ['a dismissed escalation', 'escalation', { status: 'DISMISSED' }, {}],
    ['an escalation with a closing time', 'escalation', { resolvedAt: now }, { status: 'RESOLVED' }],
    ['an escalation about a reply', 'escalation', { reply: make.reply() }, { postId: null, decisionId: null }],
    ['a running experiment', 'experiment', { status: 'RUNNING' }, { endDate: null, winner: null }],
    ['a completed experiment', 'experiment', { status: 'COMPLETED' }, { winner: null }],
    ['an experiment with a winner', 'experiment', { winner: 'A' }, { status: 'COMPLETED' }],
    ['a cancelled experiment', 'experiment', { status: 'CANCELLED' }, { startDate: null }],
    ['a champion who answered', 'communityChampion', { dmResponse: 'DECLINED' }, { advocateStatus: 'POTENTIAL' }],
    ['a champion who was contacted', 'communityChampion', { advocateStatus: 'CONTACTED' }, { dmResponse: null }],
    ['a skipped cycle', 'weightAdjustmentLog', { action: 'SKIPPED' }, { oldWeights: null, newWeights: null }],
    ['a measured event', 'learningEvent', { actualImprovement: 0.1 }, {}],
    ['an event with a measuring time', 'learningEvent', { evaluatedAt: now }, {}],
    [
      'a satisfied mention',
      'competitiveMention',
      { sentiment: 'POSITIVE', satisfaction: 'SATISFIED' },
      { opportunityScore: 0.3 },
    ],
    [
      'an unsatisfied mention',
      'competitiveMention',
      { sentiment: 'NEGATIVE', satisfaction: 'UNSATISFIED' },
      { opportunityScore: 0.9 },
    ],
  ];

  it.each(given)('%s', (_what, name, overrides, expected) => {
    const row = (make[name] as (overrides: object) => object)(overrides);
    validateEntity(entityOf(name), row, { write: 'insert' });
    expect(row).toMatchObject({ ...overrides, ...expected });
  });

  it('given parents are kept with their keys, missing ones are made', () => {
    const author = make.author({ platform: 'REDDIT' });
    const post = make.post({ author });
    expect(post).toMatchObject({ author, authorId: author.id, platform: 'REDDIT' });
    const byKey = make.post({ authorId: author.id });
    expect(byKey.authorId).toBe(author.id);
    expect(byKey.author).toBeUndefined();
    const made = make.reply();
    expect(made.decisionId).toBe(made.decision?.id);
    expect(made.decision?.post.authorId).toBe(made.decision?.post.author.id);
  });

  it('rows agree with their parents', () => {
    const author = make.author({ platform: 'THREADS', followerCount: 90_000 });
    const reply = make.reply({ decision: make.decision({ post: make.post({ author }) }) });
    expect(reply.platform).toBe('THREADS');
    expect(reply.decision?.isPowerUser).toBe(true);
    const probe = make.randomizedExperiment();
    expect(probe.decision.isRandomizedExperiment).toBe(true);
    expect([probe.predictedMode, probe.actualMode]).toEqual([probe.decision.predictedMode, probe.decision.mode]);
  });
});

describe('texts of factories', () => {
  it('are replies with the signature, within every limit, without prohibited claims', () => {
    const shortest = Math.min(...Object.values(REPLY_LIMITS));
    for (const row of makeMany('reply', 9)) {
      const { content } = row as { content: string };
      expect(content).toContain(REPLY_SIGNATURE);
      expect(Array.from(content).length).toBeLessThanOrEqual(shortest);
      expect(containsProhibitedClaim(content)).toBe(false);
    }
  });

  it('are drawn again when they make a prohibited claim, a hundred times at most', () => {
    const texts = ['a secure day', 'an obscure day', 'a fine day'];
    expect(drawWithoutClaims(() => texts.shift() ?? '')).toBe('a fine day');
    expect(() => drawWithoutClaims(() => 'cure')).toThrow('prohibited claims');
  });

  it('are handles that begin with demo_', () => {
    for (const row of makeMany('author', 10)) expect(row).toMatchObject({ handle: expect.stringMatching(/^demo_/) });
  });
});
