import { describe, expect, it } from '@jest/globals';
import { toHttpProblem } from '../../../src/errors/http-problem.js';
import { SharedDbError } from '../../../src/errors/shared-db-error.js';
import { UnknownReference } from '../../../src/repositories/reference.repository.js';
import { ReplyAlreadyDecided, StateConflict } from '../../../src/repositories/state-conflict.js';

describe('StateConflict', () => {
  it('says what was found and since when, and keeps the operator out of the message', () => {
    const at = new Date('2026-02-01T10:00:00Z');
    const error = new ReplyAlreadyDecided('The reply cannot be rejected', { status: 'APPROVED', by: 'operator_1', at });
    expect(error).toMatchObject({ name: 'ReplyAlreadyDecided', status: 'APPROVED', by: 'operator_1', at });
    expect(error).toBeInstanceOf(StateConflict);
    expect(error).toBeInstanceOf(SharedDbError);
    expect(error.message).toBe(
      'The reply cannot be rejected: its state is APPROVED since 2026-02-01T10:00:00.000Z. Load it again.',
    );
  });

  it('becomes an HTTP 409, and an unknown reference a 404 with the names that exist', () => {
    expect(
      toHttpProblem(new StateConflict('The experiment does not allow start()', { status: 'DRAFT' })),
    ).toMatchObject({
      status: 409,
      code: 'STATE_CONFLICT',
      detail: 'The experiment does not allow start(): its state is DRAFT. Load it again.',
    });
    expect(toHttpProblem(new UnknownReference('archetypes', 'MYTH_BUST', ['COACH', 'MYTHBUST']))).toMatchObject({
      status: 404,
      code: 'UNKNOWN_REFERENCE',
      detail: 'No row of archetypes has the name MYTH_BUST. Use one of: COACH, MYTHBUST.',
    });
  });
});
