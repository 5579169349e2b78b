import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import { getEntityRules } from '../../../src/columns/registry.js';
import { Author, Decision, ENTITIES, Escalation, Post, Reply } from '../../../src/entities/index.js';
import type { EntityValidationError } from '../../../src/validation/validation-error.js';
import { validateEntity } from '../../../src/validation/validate-entity.js';
import { CONTENT, ID, OTHER_ID, rowOf } from '../../support/rows.js';
import { refusalOf } from './refusal.js';

describe.each(ENTITIES.map((entity) => ({ name: entity.name, entity })))('a new $name', ({ entity }) => {
  const { presences, columns } = getEntityRules(entity);
  const required = [...presences].filter(([, { optional }]) => !optional).map(([name]) => name);
  const notNull = [...presences].filter(([, { nullable }]) => !nullable).map(([name]) => name);
  const nullable = [...presences].filter(([, presence]) => presence.nullable).map(([name]) => name);

  test('is accepted with its required columns, as a plain object and as an instance', () => {
    expect(refusalOf(entity, rowOf(entity))).toEqual([]);
    expect(refusalOf(entity, Object.assign(new (entity as new () => object)(), rowOf(entity)))).toEqual([]);
  });

  test('has rules for every column', () => {
    expect([...columns].filter(([, rules]) => rules.length === 0)).toEqual([]);
    expect([...columns.keys()]).toEqual([...presences.keys()]);
  });

  test('is refused without any of its required columns', () => {
    for (const property of required) {
      expect(refusalOf(entity, rowOf(entity, { [property]: undefined }))).toContain(`${property}:required`);
    }
  });

  test('is refused with null in a NOT NULL column, and accepted with null in a nullable one', () => {
    for (const property of notNull) {
      expect(refusalOf(entity, rowOf(entity, { [property]: null }))).toContain(`${property}:required`);
    }
    for (const property of nullable) {
      expect(refusalOf(entity, rowOf(entity, { [property]: null }))).not.toContain(`${property}:required`);
    }
  });

  test('is refused with an unknown property', () => {
    expect(refusalOf(entity, rowOf(entity, { colour: 'red' }))).toEqual(['colour:unknown']);
  });
});

describe('a foreign key', () => {
  const post = { id: ID };
  const without = { postId: undefined };

  test('may be given as the relation or as its key', () => {
    expect(refusalOf(Decision, rowOf(Decision, { ...without, post }))).toEqual([]);
    expect(refusalOf(Decision, rowOf(Decision, { post: Object.assign(new Post(), post), postId: ID }))).toEqual([]);
    expect(refusalOf(Decision, rowOf(Decision, { postId: ID }))).toEqual([]);
  });

  test('is known to rules over several columns in both forms', () => {
    expect(refusalOf(Reply, rowOf(Reply, { decisionId: undefined, decision: { id: ID } }))).toEqual([]);
    expect(refusalOf(Reply, rowOf(Reply, { decisionId: undefined }))).toEqual(['decisionId:new_has_decision']);
    expect(refusalOf(Escalation, { post: { id: ID } })).toEqual([]);
    expect(refusalOf(Escalation, {})).toEqual(['postId,decisionId,replyId:new_has_target']);
  });

  test('may be an entity that the same save() stores first, and so has no id yet', () => {
    expect(refusalOf(Decision, rowOf(Decision, { ...without, post: new Post() }))).toEqual([]);
    expect(refusalOf(Reply, rowOf(Reply, { decisionId: undefined, decision: new Decision() }))).toEqual([]);
  });

  test.each([
    ['a bare id, which TypeORM would drop', ID],
    ['a list', [post]],
    ['a plain object without an id', {}],
    ['an object of nothing', Object.create(null)],
    ['a number', 7],
  ])('is refused as relation when it is %s', (_what, given) => {
    expect(refusalOf(Decision, rowOf(Decision, { post: given }))).toContain('post:relation');
  });

  test('is refused when relation and key name different rows', () => {
    expect(refusalOf(Decision, rowOf(Decision, { post, postId: OTHER_ID }))).toEqual(['post:relation']);
    expect(refusalOf(Decision, rowOf(Decision, { post, postId: null }))).toContain('post:relation');
    expect(refusalOf(Decision, rowOf(Decision, { post: new Post(), postId: ID }))).toEqual(['post:relation']);
    expect(refusalOf(Decision, rowOf(Decision, { post, postId: () => 'SQL' }))).toEqual(['post:relation']);
  });

  test('is refused when the relation is null and its key is not, because TypeORM would write the key', () => {
    const row = rowOf(Author, { powerTier: null, powerTierId: ID, isPowerUser: true });
    expect(refusalOf(Author, row)).toEqual(['powerTier:relation']);
    expect(refusalOf(Author, { ...row, powerTierId: null })).toEqual([]);
    expect(refusalOf(Author, { ...row, powerTierId: undefined })).toEqual([]);
  });

  test('must be a uuid in both forms', () => {
    expect(refusalOf(Decision, rowOf(Decision, { postId: '1' }))).toEqual(['postId:uuid']);
    expect(refusalOf(Decision, rowOf(Decision, { ...without, post: { id: '1' } }))).toEqual(['postId:uuid']);
  });

  test('must not be absent or null when a parent is required', () => {
    expect(refusalOf(Decision, rowOf(Decision, without))).toEqual(['postId:required']);
    expect(refusalOf(Decision, rowOf(Decision, { ...without, post: null }))).toEqual(['postId:required']);
  });

  test('is accepted together with the inverse relation', () => {
    expect(refusalOf(Author, rowOf(Author, { posts: [], champion: null }))).toEqual([]);
  });
});

describe('only PostgreSQL checks', () => {
  test('values given as SQL', () => {
    const now = (): string => 'now()';
    expect(refusalOf(Post, rowOf(Post, { detectedAt: now, processedAt: new Date(0) }))).toEqual([]);
    expect(refusalOf(Post, rowOf(Post, { content: now }))).toEqual([]);
  });

  test('but not rules that read a constant default, which the validation knows', () => {
    const row = rowOf(Post, { errorMessage: 'It broke.' });
    expect(refusalOf(Post, row)).toEqual(['errorMessage,errorCount:message_of_error']);
    expect(refusalOf(Post, { ...row, errorCount: 1 })).toEqual([]);
  });
});

describe('hostile rows', () => {
  test.each([
    ['a list', []],
    ['a text', 'x'],
    ['null', null],
    ['nothing', undefined],
  ])('%s is refused as a row', (_what, row) => {
    expect(refusalOf(Author, row)).toEqual([':shape']);
  });

  test('properties that begin with _, and symbols, are ignored', () => {
    expect(refusalOf(Author, rowOf(Author, { _seen: 1, __note: {}, [Symbol('mark')]: 1 }))).toEqual([]);
    expect(refusalOf(Author, { _seen: 1, [Symbol('mark')]: 1 }, { write: 'update' })).toEqual([]);
    expect(refusalOf(Author, rowOf(Author, { seen_: 1 }))).toEqual(['seen_:unknown']);
    expect(refusalOf(Author, { hadnle: 'ann' }, { write: 'update' })).toEqual(['hadnle:unknown']);
  });

  test('a key __proto__ or constructor is refused', () => {
    const row = { ...rowOf(Author), ...(JSON.parse('{"constructor": {"a": 1}}') as object) };
    expect(refusalOf(Author, row)).toEqual(['constructor:unknown']);
    const text = JSON.stringify(rowOf(Author)).replace('{', '{"__proto__": {"displayName": ""},');
    expect(refusalOf(Author, JSON.parse(text))).toEqual(['__proto__:unknown']);
  });

  test('an inherited value is checked, because TypeORM would write it', () => {
    expect(refusalOf(Author, Object.assign(Object.create({ displayName: '' }) as object, rowOf(Author)))).toEqual([
      'displayName:length',
      'displayName:blank',
    ]);
  });

  test('a class without rules is refused', () => {
    class Nothing {}
    expect(refusalOf(Nothing, {})).toEqual([':rules']);
  });

  test('ten megabytes are refused within half a second', () => {
    const started = performance.now();
    const row = rowOf(Reply, { content: 'x'.repeat(10_000_000), utmCode: 'x'.repeat(10_000_000) });
    expect(refusalOf(Reply, row)).toEqual(['content:length', 'content:contains', 'utmCode:length']);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe('EntityValidationError', () => {
  const secret = 'invented_handle';

  function errorOf(row: unknown): EntityValidationError {
    try {
      validateEntity(Reply, row, { write: 'insert' });
    } catch (error) {
      return error as EntityValidationError;
    }
    throw new Error('The row was accepted.');
  }

  test('names the entity, properties and rules in one line', () => {
    const error = errorOf(
      rowOf(Reply, { content: `We cure it. ${CONTENT}`, approvalStatus: 'APPROVED', platform: 'X' }),
    );
    expect(error).toMatchObject({ name: 'EntityValidationError', code: 'ENTITY_INVALID', entity: 'Reply' });
    expect(error.message).toBe(
      'Reply refused: platform must be one of TWITTER, REDDIT, THREADS; ' +
        'an approved reply has an approver and a time of approval (approvalStatus, approvedBy, approvedAt); ' +
        'a reply makes no prohibited medical claims (content).',
    );
    expect(error.violations[1]).toEqual({
      property: '',
      properties: ['approvalStatus', 'approvedBy', 'approvedAt'],
      constraint: 'approved_has_approver',
      message: 'an approved reply has an approver and a time of approval',
    });
  });

  test('contains no value for any broken rule', () => {
    const bad = Object.keys(Object.fromEntries(getEntityRules(Reply).columns)).map((property) => [
      property,
      `\0${secret}`,
    ]);
    const error = errorOf({ ...Object.fromEntries(bad), [`\n${secret}`]: secret, decision: secret });
    expect(`${error.stack}${JSON.stringify(error)}`).not.toContain(secret);
    expect(error.message).not.toContain('\n');
    expect(error.violations.length).toBeGreaterThan(15);
  });

  test('does not repeat an unreadable property name', () => {
    const row = rowOf(Reply, { ['x'.repeat(64)]: 1, ['y'.repeat(65)]: 1, 'not a name': 1 });
    expect(errorOf(row).violations.map(({ property }) => property)).toEqual([
      'x'.repeat(64),
      '(unreadable name)',
      '(unreadable name)',
    ]);
  });

  test('contains at most 100 violations', () => {
    const keys = Array.from({ length: 150 }, (_, index) => [`key${index}`, 1]);
    expect(errorOf({ ...rowOf(Reply), ...Object.fromEntries(keys) }).violations).toHaveLength(100);
  });

  test('names at most 8 violations in its message', () => {
    const interactionHistory = Array.from({ length: 200_000 }, () => ({}));
    expect(() => {
      validateEntity(Author, rowOf(Author, { interactionHistory }), { write: 'insert' });
    }).toThrow(/; and 399992 more\.$/);
  });
});
