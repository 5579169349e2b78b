import { describe, expect, it } from '@jest/globals';
import { EntityNotFound } from '../../../src/errors/database-error.js';
import { toHttpProblem } from '../../../src/errors/http-problem.js';
import {
  CheckViolation,
  Deadlock,
  PermissionDenied,
  PoolSaturated,
  UniqueViolation,
} from '../../../src/errors/translate.js';
import { createPropertyViolation, EntityValidationError } from '../../../src/validation/validation-error.js';

describe('toHttpProblem()', () => {
  it('answers invalid data with 400 and every violation, without further fields of the error', () => {
    const violation = createPropertyViolation('content', { path: '', kind: 'length', message: 'must be longer' });
    expect(toHttpProblem(new EntityValidationError('Post', [violation]))).toEqual({
      ...{ type: 'about:blank', status: 400, title: 'The data is not valid.', code: 'ENTITY_INVALID' },
      detail: 'Post refused: content must be longer.',
      violations: [{ property: 'content', constraint: 'length', message: 'content must be longer' }],
    });
  });

  it('answers a row that is not there with 404', () => {
    expect(toHttpProblem(new EntityNotFound('Author'))).toEqual({
      ...{ type: 'about:blank', status: 404, title: 'Not found.', code: 'ENTITY_NOT_FOUND' },
      detail: 'There is no Author that matches.',
    });
  });

  it('answers a conflict with 409, and a broken rule of the table with 422, without the advice for developers', () => {
    const facts = { sqlState: '23505', table: 'authors', columns: ['platform'], constraint: 'uq_authors__platform' };
    expect(toHttpProblem(new UniqueViolation(facts))).toEqual({
      ...{ type: 'about:blank', status: 409, title: 'In conflict with the stored data.', code: 'UNIQUE_VIOLATION' },
      detail: 'authors (platform): a row with these values exists already [uq_authors__platform]',
    });
    expect(toHttpProblem(new CheckViolation(facts))).toMatchObject({
      status: 422,
      title: 'The data breaks a rule of the table.',
      code: 'CHECK_VIOLATION',
    });
  });

  it.each([new Deadlock(), new PoolSaturated()])('answers $code with 503 and no detail', (error) => {
    expect(toHttpProblem(error)).toEqual({
      ...{ type: 'about:blank', status: 503, title: 'The database is not available at the moment.' },
      code: error.code,
    });
  });

  it.each([
    ['409', 'FINAL_VALUE_VIOLATION'],
    ['409', 'STATE_CONFLICT'],
    ['404', 'UNKNOWN_REFERENCE'],
    ['400', 'INVALID_CURSOR'],
    ['503', 'CONNECTION_LOST'],
    ['503', 'AUTHENTICATION_FAILED'],
  ])('answers %s for the code %s', (status, code) => {
    const { status: answered, detail } = toHttpProblem(Object.assign(new Error('x'), { code })) ?? {};
    expect({ answered, detail }).toEqual({ answered: Number(status), detail: status === '503' ? undefined : 'x' });
  });

  it.each([
    ['a missing right', new PermissionDenied()],
    ['an error of the service', new Error('x')],
    ['an error with a code of its own', Object.assign(new Error('x'), { code: 'ENOENT' })],
    ['a number as code', Object.assign(new Error('x'), { code: 409 })],
    ['a value that is no error', { code: 'UNIQUE_VIOLATION' }],
    ['nothing', undefined],
  ])('leaves %s to the service', (_, error) => {
    expect(toHttpProblem(error)).toBeUndefined();
  });
});
