import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { getEntityRules } from '../../../src/columns/registry.js';
import { HANDLE_FORMATS, HANDLE_MESSAGE } from '../../../src/entities/formats.js';
import { Author, ENTITIES } from '../../../src/entities/index.js';
import { describeConstraint, toDatabaseError, validateEntity } from '../../../src/validation/index.js';

describe('describeConstraint', () => {
  it.each([
    ['ck_decisions__sss_score_range', 'decisions', ['sss_score'], 'sss_score must be a number from 0 to 1'],
    [
      'ck_replies__approved_has_approver',
      'replies',
      ['approval_status', 'approved_by', 'approved_at'],
      'an approved reply has an approver and a time of approval',
    ],
  ])('returns table, columns and rule of %s', (name, table, columns, message) => {
    expect(describeConstraint(name)).toEqual({ table, columns, summary: message });
  });

  it('returns undefined for an unknown name', () => {
    expect(describeConstraint('ck_nothing')).toBeUndefined();
  });
});

describe('the message of a unique key', () => {
  const messages = ENTITIES.flatMap((entity) =>
    [...getEntityRules(entity).constraints]
      .filter(([name]) => /^(?:uq|pk)_/.test(name))
      .map(([name]) => [name, describeConstraint(name)?.summary ?? ''] as const),
  );

  it.each([
    ['uq_authors__platform_platform_id', 'an author with this platform and platform_id exists already'],
    ['uq_replies__platform_platform_post_id__posted', 'a reply with this platform and platform_post_id exists already'],
    ['uq_community_champions__author_id', 'this author has a community champion already'],
    [
      'uq_kpi_metrics__date_kpi_type_id_metric_name__all_platforms',
      'a KPI metric with this date, kpi_type_id and metric_name and without platform exists already',
    ],
    ['pk_audit_logs', 'an audit log with this id exists already'],
  ])('names the columns of %s', (name, message) => {
    expect(describeConstraint(name)?.summary).toBe(message);
  });

  it.each(messages)('is a sentence for %s', (_name, message) => {
    expect(message).toMatch(/^(?:an? [\w ]+ with this [\w, ]+ exists|this \w+ has an? [\w ]+) already$/);
  });

  it('exists for more than thirty keys', () => {
    expect(messages.length).toBeGreaterThan(30);
  });
});

describe('the message of the handle rule', () => {
  it('states the format of each platform with a valid example', () => {
    for (const [platform, { pattern, message, example }] of Object.entries(HANDLE_FORMATS)) {
      expect(pattern.test(example)).toBe(true);
      expect(HANDLE_MESSAGE).toContain(`on ${platform} `);
      expect(HANDLE_MESSAGE).toContain(`${message}, like ${example}`);
    }
    const bad = { platform: 'REDDIT', platformId: '1', handle: 'x' };
    expect(() => {
      validateEntity(Author, bad, { write: 'insert' });
    }).toThrow('on REDDIT it must be 3 to 20 letters');
  });
});

describe('toDatabaseError', () => {
  it('uses the message of the rule', () => {
    const error = toDatabaseError({ code: '23514', severity: 'ERROR', constraint: 'ck_decisions__sss_score_range' });
    expect(error).toMatchObject({
      code: 'CHECK_VIOLATION',
      table: 'decisions',
      columns: ['sss_score'],
    });
    expect(error?.message).toContain('sss_score must be a number from 0 to 1');
  });

  it('returns undefined for an error that is not of the database', () => {
    expect(toDatabaseError(new Error('something else'))).toBeUndefined();
  });
});
