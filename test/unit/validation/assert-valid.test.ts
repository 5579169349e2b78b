import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import { Type } from 'class-transformer';
import { IsEmail, IsString, Length, ValidateNested } from 'class-validator';
import { assertValid } from '../../../src/validation/assert-valid.js';
import { InputValidationError } from '../../../src/validation/validation-error.js';
import { AuditEntryInput, DecisionInput, PostContentInput } from '../../../src/validation/inputs.js';
import { inputRefusalOf } from './refusal.js';
import { VALID_INPUTS } from './valid-inputs.js';

const post = VALID_INPUTS.get(PostContentInput) ?? {};
const entry = VALID_INPUTS.get(AuditEntryInput) ?? {};

class Address {
  @IsString() city!: string;
}

/** As a service would write it, with class-validator alone. */
class Contact {
  @Length(2, 5) name!: string;
  @ValidateNested()
  @Type(() => Address)
  address!: Address;
}

/** As a service may extend ours. */
class SubscribedPost extends PostContentInput {
  @IsEmail() email!: string;
}

describe('assertValid', () => {
  test('returns an instance and does not change the data', () => {
    const data = Object.freeze({ ...post });
    const input = assertValid(PostContentInput, data);
    expect(input).toBeInstanceOf(PostContentInput);
    expect(Object.entries(input)).toEqual(Object.entries(data));
    expect(input.keywordMatches).not.toBe(data.keywordMatches);
  });

  test('accepts an instance', () => {
    expect(assertValid(PostContentInput, Object.assign(new PostContentInput(), post))).toBeInstanceOf(PostContentInput);
  });

  test('accepts an object without prototype, as query parsers create it', () => {
    expect(inputRefusalOf(PostContentInput, Object.assign(Object.create(null) as object, post))).toEqual([]);
  });

  test('accepts any class with class-validator decorators, also nested', () => {
    expect(assertValid(Contact, { name: 'Ann', address: { city: 'Ulm' } }).address).toBeInstanceOf(Address);
    expect(inputRefusalOf(Contact, { name: 'A', address: { city: 7, zip: 1 } })).toEqual([
      'name:isLength',
      'address.zip:unknown',
      'address.city:isString',
    ]);
    expect(inputRefusalOf(Contact, { name: 'Ann', address: 'Ulm' })).toEqual(['address:nestedValidation']);
  });

  test('accepts a class that extends an input class of the package', () => {
    expect(inputRefusalOf(SubscribedPost, { ...post, email: 'ann@example.org' })).toEqual([]);
    expect(inputRefusalOf(SubscribedPost, { ...post, platform: 'X', email: 'ann' }).sort()).toEqual([
      'email:isEmail',
      'platform:choice',
    ]);
  });
});

describe('assertValid refuses', () => {
  test.each([
    ['an unknown property', { ...post, colour: 'red' }, ['colour:unknown']],
    ['a wrong type', { ...post, content: 7 }, ['content:text']],
    ['a list where a text is expected', { ...post, content: ['x'] }, ['content:text']],
    ['an object where a list is expected', { ...post, keywordMatches: { 0: 'x' } }, ['keywordMatches:size']],
    ['a list where the object is expected', [post], [':shape']],
    ['null', null, [':shape']],
    ['nothing', undefined, [':shape']],
    ['a text', JSON.stringify(post), [':shape']],
    ['a function as value', { ...post, content: () => 'x' }, ['content:text']],
    ['an object of another class as value', { ...post, keywordMatches: new Set(['x']) }, ['keywordMatches:plain']],
  ])('%s', (_what, data, refusal) => {
    expect(inputRefusalOf(PostContentInput, data)).toEqual(refusal);
  });

  test('a missing nested object, or a list in its place', () => {
    const decision = VALID_INPUTS.get(DecisionInput);
    expect(inputRefusalOf(DecisionInput, { ...decision, signalsJson: { sss: null } })).toEqual([
      'signalsJson.sss:required',
    ]);
    expect(inputRefusalOf(DecisionInput, { ...decision, signalsJson: { sss: [] } })).toEqual(['signalsJson.sss:shape']);
    expect(inputRefusalOf(DecisionInput, { ...decision, temporalContext: [] })).toEqual(['temporalContext:shape']);
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('a key %s at any depth', (key) => {
    const hostile: unknown = JSON.parse(`{"${key}": {"isAdmin": true}}`);
    const outermost = JSON.stringify(post).replace('{', `{"${key}": {"content": "x"},`);
    expect(inputRefusalOf(PostContentInput, JSON.parse(outermost))).toEqual([`${key}:plain`]);
    expect(inputRefusalOf(AuditEntryInput, { ...entry, detailsJson: { before: [hostile] } })).toEqual([
      `detailsJson.before[0].${key}:plain`,
    ]);
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
  });

  test('any data of a class without rules', () => {
    class Nothing {}
    expect(inputRefusalOf(Nothing, {})).toEqual([':rules']);
    expect(inputRefusalOf(Nothing, { a: 1 })).toEqual([':rules']);
  });

  test('data that is too deep, too large or circular', () => {
    let deep: object = {};
    for (let level = 0; level < 100_000; level += 1) deep = { deep };
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(inputRefusalOf(AuditEntryInput, { ...entry, detailsJson: deep })).toEqual([':plain']);
    expect(inputRefusalOf(AuditEntryInput, { ...entry, detailsJson: circle })).toEqual(['detailsJson.self:plain']);
    expect(inputRefusalOf(PostContentInput, { ...post, keywordMatches: Array(1_000_000).fill('x') })).toEqual([
      'keywordMatches:size',
    ]);
    expect(inputRefusalOf(AuditEntryInput, { ...entry, detailsJson: { list: Array(1_000_000).fill(1) } })).toEqual([
      'detailsJson:size',
    ]);
    expect(inputRefusalOf(AuditEntryInput, { ...entry, surplus: Array(1_000_000).fill(1) })).toEqual([':plain']);
  });

  test('ten megabytes, within half a second', () => {
    const started = performance.now();
    const refusal = inputRefusalOf(PostContentInput, { ...post, content: 'x'.repeat(10_000_000) });
    expect(refusal).toEqual(['content:length']);
    expect(performance.now() - started).toBeLessThan(500);
  });

  test('with one typed error that contains no value', () => {
    const secret = 'invented_handle';
    const data = Object.fromEntries(Object.keys(post).map((key) => [key, `\0${secret}`]));
    try {
      assertValid(PostContentInput, { ...data, [`\n${secret}`]: 1 });
      throw new Error('It was accepted.');
    } catch (error) {
      expect(error).toBeInstanceOf(InputValidationError);
      expect(error).toMatchObject({ name: 'InputValidationError', code: 'INPUT_INVALID', input: 'PostContentInput' });
      expect(`${(error as Error).stack}${JSON.stringify(error)}`).not.toContain(secret);
      expect((error as Error).message).not.toContain('\n');
    }
  });
});
