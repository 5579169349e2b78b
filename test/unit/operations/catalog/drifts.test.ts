import { describe, expect, it } from '@jest/globals';
import type { Kind } from '../../../../src/operations/catalog/snapshot.js';
import { COLUMN_DRIFTS } from '../../../schema/drift/cases/columns.js';
import { CONSTRAINT_DRIFTS } from '../../../schema/drift/cases/constraints.js';
import { RIGHT_DRIFTS } from '../../../schema/drift/cases/rights.js';
import { ROUTINE_DRIFTS } from '../../../schema/drift/cases/routines.js';
import { TABLE_DRIFTS } from '../../../schema/drift/cases/tables.js';

/** How the message about each kind of object begins. */
const BEGINNINGS: Readonly<Record<Exclude<Kind, 'database'>, RegExp>> = {
  aggregate: /^aggregate /,
  collation: /^collation /,
  column: /^posts\.\w+/,
  constraint: /^posts ck_/,
  'default privilege': /^default privilege /,
  domain: /^domain /,
  enum: /^enum /,
  'event trigger': /^event trigger /,
  extension: /^extension /,
  function: /^function /,
  grant: /^grant /,
  index: /^index /,
  'materialized view': /^materialized view /,
  object: /^object /,
  policy: /^policy /,
  procedure: /^procedure /,
  publication: /^publication /,
  revoked: /^right .* revoked/,
  role: /^role /,
  rule: /^rule /,
  schema: /^schema /,
  sequence: /^sequence /,
  setting: /^setting /,
  statistics: /^statistics /,
  table: /^table /,
  trigger: /^trigger /,
  type: /^type /,
  view: /^view /,
};

describe('the drift cases of test/schema/drift', () => {
  const drifts = [...COLUMN_DRIFTS, ...CONSTRAINT_DRIFTS, ...TABLE_DRIFTS, ...ROUTINE_DRIFTS, ...RIGHT_DRIFTS];

  it('are at least 190, all different, and each expects a message', () => {
    expect(new Set(drifts.map(([plant]) => plant)).size).toBe(drifts.length);
    expect(drifts.length).toBeGreaterThanOrEqual(190);
    expect(drifts.filter(([, says]) => says.length === 0)).toEqual([]);
  });

  // The kind `database` is left out, because the encoding of a database cannot be changed.
  it.each(Object.entries(BEGINNINGS))('include an object of the kind %s', (_, beginning) => {
    expect(drifts.flatMap(([, says]) => says)).toContainEqual(expect.stringMatching(beginning));
  });
});
