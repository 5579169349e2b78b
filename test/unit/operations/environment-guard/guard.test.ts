import { describe, expect, it, test } from '@jest/globals';
import {
  isEnvironmentName,
  type EnvironmentRow,
  type DatabaseState,
} from '../../../../src/operations/environment-guard/environment-row.js';
import {
  assertConfirmed,
  ConfirmationNeeded,
  ConfirmationWrong,
  GUARD_ERRORS,
  listConfirmationReasons,
} from '../../../../src/operations/environment-guard/guard.js';

const NODE_ENVS = [undefined, 'development', 'test', 'production', 'staging', 'prod', 'Ünsinn "x"\n'];
const FREE: readonly (string | undefined)[] = [undefined, 'development', 'test'];

const says = (environment: string): EnvironmentRow => ({
  ...{ state: 'set', environment, setAt: new Date(0), packageVersion: '1.0.0' },
});

const MARKERS: readonly (readonly [string, EnvironmentRow, harmless: boolean])[] = [
  ['development', says('development'), true],
  ['test', says('test'), true],
  ['production', says('production'), false],
  ['staging', says('staging'), false],
  ['developmen', says('developmen'), false],
  ['unset', { state: 'unset' }, false],
  ['unreadable', { state: 'unreadable' }, false],
];

const TABLE = MARKERS.flatMap(([environmentRow, value, harmless]) =>
  NODE_ENVS.map((nodeEnv) => [environmentRow, nodeEnv, value, harmless && FREE.includes(nodeEnv)] as const),
);

function refusal(state: DatabaseState, nodeEnv: string | undefined, confirmedName: string | undefined): unknown {
  try {
    assertConfirmed(state, { action: 'drop it', nodeEnv, confirmedName });
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('what destroys', () => {
  it.each(TABLE)('in a database that says %s, with NODE_ENV %j', (_name, nodeEnv, environmentRow, free) => {
    const state = { databaseName: 'Antone', empty: false, otherSchemas: [], environmentRow };
    const unasked = refusal(state, nodeEnv, undefined);
    if (free) expect(unasked).toBeUndefined();
    else expect(unasked).toBeInstanceOf(ConfirmationNeeded);
    expect(listConfirmationReasons(state, nodeEnv).length === 0).toBe(free);
    expect(refusal(state, nodeEnv, 'Antone')).toBeUndefined();
    for (const wrong of ['antone', 'ANTONE', 'Antone ', ' Antone', '"Antone"', 'other', '', 'Аntone', 'Antone\n']) {
      expect(refusal(state, nodeEnv, wrong)).toBeInstanceOf(ConfirmationWrong);
    }
  });

  it.each(NODE_ENVS)('is free where there is nothing, with NODE_ENV %j; a wrong name is still wrong', (nodeEnv) => {
    const nothing: DatabaseState = {
      databaseName: 'antone',
      empty: true,
      otherSchemas: [],
      environmentRow: { state: 'unset' },
    };
    expect(refusal(nothing, nodeEnv, undefined)).toBeUndefined();
    expect(refusal(nothing, nodeEnv, 'other')).toBeInstanceOf(ConfirmationWrong);
  });

  it('takes names for equal that are equal byte for byte, and no others', () => {
    const state: DatabaseState = {
      databaseName: 'Caf\u00e9',
      empty: false,
      otherSchemas: [],
      environmentRow: says('production'),
    };
    expect(refusal(state, undefined, 'Caf\u00e9')).toBeUndefined();
    expect(refusal(state, undefined, 'Cafe\u0301')).toBeInstanceOf(ConfirmationWrong);
  });
});

describe('a refusal', () => {
  const hostile: DatabaseState = {
    databaseName: 'a"b\nc',
    empty: false,
    otherSchemas: [],
    environmentRow: says('production'),
  };

  it('is one line that names what was refused, why, and what to do, whatever the names hold', () => {
    expect(refusal(hostile, 'x\ny', undefined)).toMatchObject({
      name: 'ConfirmationNeeded',
      code: 'CONFIRMATION_NEEDED',
      databaseName: 'a"b\nc',
      message: String.raw`Refused to drop it: the database "a\"b\nc" says it is production, and NODE_ENV is "x\ny". Nothing was changed. If "a\"b\nc" is the database you mean, give its name with --database.`,
    });
    expect(refusal(hostile, undefined, 'd\ne')).toMatchObject({
      name: 'ConfirmationWrong',
      code: 'CONFIRMATION_WRONG',
      confirmedName: 'd\ne',
      message: String.raw`Refused to drop it: the connection leads to the database "a\"b\nc", not to "d\ne". Nothing was changed. Check the database URL, or give the name that you mean, exactly, with --database.`,
    });
  });

  it('is listed with code, occasion and advice', () => {
    for (const { kind } of GUARD_ERRORS) for (const text of Object.values(kind)) expect(text).not.toBe('');
  });
});

test.each([
  ['development', true],
  ['pre-prod_2', true],
  ['a'.repeat(63), true],
  ['a'.repeat(64), false],
  ['Production', false],
  ['two words', false],
  ['staging\n', false],
  ['', false],
  ['2nd', false],
  ['größe', false],
])('%j is the name of an environment: %p', (text, yes) => {
  expect(isEnvironmentName(text)).toBe(yes);
});
