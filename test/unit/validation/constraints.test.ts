import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { describeConstraint, toDatabaseError } from '../../../src/validation/index.js';

describe('a constraint by its name', () => {
  it.each([
    ['ck_decisions__sss_score_range', 'decisions', ['sss_score'], 'sss_score must be a number from 0 to 1'],
    [
      'ck_replies__approved_has_approver',
      'replies',
      ['approval_status', 'approved_by', 'approved_at'],
      'an approved reply says who approved it and when',
    ],
  ])('%s is known with its table, columns and rule', (name, table, columns, sentence) => {
    expect(describeConstraint(name)).toEqual({ table, columns, sentence });
  });

  it('is unknown when it is none of ours', () => {
    expect(describeConstraint('ck_nothing')).toBeUndefined();
  });
});

describe('an error of the driver', () => {
  it('speaks in the words of the rule', () => {
    const error = toDatabaseError({ code: '23514', severity: 'ERROR', constraint: 'ck_decisions__sss_score_range' });
    expect(error).toMatchObject({
      code: 'CHECK_VIOLATION',
      table: 'decisions',
      columns: ['sss_score'],
    });
    expect(error?.message).toContain('sss_score must be a number from 0 to 1');
  });

  it('that is no error of a database is left to the caller', () => {
    expect(toDatabaseError(new Error('something else'))).toBeUndefined();
  });
});
