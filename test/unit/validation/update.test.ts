import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import { Author, Post, Reply } from '../../../src/entities/index.js';
import { CONTENT, ID, OTHER_ID, rowOf } from '../../support/rows.js';
import { refusalOf } from './refusal.js';

const now = new Date('2026-01-02T03:04:05Z');
const approved = { approvalStatus: 'APPROVED', approvedBy: 'ann', approvedAt: now };

describe('an update without the stored row', () => {
  const update = { write: 'update' } as const;

  test('is checked for the values that it sets', () => {
    expect(refusalOf(Author, { relationshipScore: 1 }, update)).toEqual([]);
    expect(refusalOf(Author, { relationshipScore: 1.1 }, update)).toEqual(['relationshipScore:range']);
    expect(refusalOf(Author, {}, update)).toEqual([]);
  });

  test('must not set a required column to null', () => {
    expect(refusalOf(Author, { handle: null }, update)).toEqual(['handle:required']);
    expect(refusalOf(Post, { author: null }, update)).toEqual(['authorId:required']);
    expect(refusalOf(Author, { handle: undefined, displayName: null, powerTier: null }, update)).toEqual([]);
  });

  test('may set a value given as SQL', () => {
    expect(refusalOf(Post, { errorCount: () => 'error_count + 1' }, update)).toEqual([]);
  });

  test('is refused with an unknown property', () => {
    expect(refusalOf(Post, { errors: 1 }, update)).toEqual(['errors:unknown']);
  });

  test('is checked by a rule over several columns when it sets all of them', () => {
    expect(refusalOf(Reply, { approvalStatus: 'APPROVED' }, update)).toEqual([]);
    expect(refusalOf(Reply, approved, update)).toEqual([]);
    expect(refusalOf(Reply, { ...approved, approvedBy: null }, update)).toEqual([
      'approvalStatus,approvedBy,approvedAt:approved_has_approver',
    ]);
    expect(refusalOf(Reply, { ...approved, approvedBy: () => 'current_user' }, update)).toEqual([]);
  });

  test('may set to null what only a new row must have', () => {
    expect(refusalOf(Reply, { decisionId: null }, update)).toEqual([]);
  });
});

describe('an update with the stored row', () => {
  const stored = { ...rowOf(Reply), id: ID, approvalStatus: 'PENDING', approvedBy: null, approvedAt: null };

  test('is checked by rules over several columns when it changes one of them', () => {
    const entity = { ...stored, approvalStatus: 'APPROVED' };
    expect(refusalOf(Reply, entity, { write: 'update', stored, changed: ['approvalStatus'] })).toEqual([
      'approvalStatus,approvedBy,approvedAt:approved_has_approver',
    ]);
    const part = { id: ID, approvalStatus: 'APPROVED', approvedAt: now };
    expect(refusalOf(Reply, part, { write: 'update', stored, changed: ['approvalStatus', 'approvedAt'] })).toEqual([
      'approvalStatus,approvedBy,approvedAt:approved_has_approver',
    ]);
    const changed = Object.keys(approved);
    expect(refusalOf(Reply, { id: ID, ...approved }, { write: 'update', stored, changed })).toEqual([]);
  });

  test('is not checked by rules whose values do not change', () => {
    // Stored before the rule was written, or by another program.
    const old = { ...stored, content: `A cure! ${CONTENT}`, metricsJson: { applause: 1 } };
    expect(
      refusalOf(Reply, { ...old, helpCount: 7 }, { write: 'update', stored: old, changed: ['helpCount'] }),
    ).toEqual([]);
    const content = `Another cure! ${CONTENT}`;
    expect(refusalOf(Reply, { ...old, content }, { write: 'update', stored: old, changed: ['content'] })).toEqual([
      'content:content_makes_no_claims',
    ]);
  });

  test('may replace a relation while the foreign key still has the stored value', () => {
    const known = { ...stored, decisionId: ID };
    const write = { write: 'update', stored: known, changed: ['decisionId'] } as const;
    expect(refusalOf(Reply, { ...known, decision: { id: OTHER_ID } }, write)).toEqual([]);
    expect(refusalOf(Reply, { ...known, decision: null }, write)).toEqual([]);
    expect(refusalOf(Reply, { ...known, decision: { id: ID }, decisionId: OTHER_ID }, write)).toEqual([
      'decision:relation',
    ]);
  });

  test('is checked for all given values when the changes are not known', () => {
    expect(refusalOf(Reply, { ...stored, helpCount: -1 }, { write: 'update', stored })).toEqual(['helpCount:range']);
  });
});
