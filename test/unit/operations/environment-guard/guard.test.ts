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
  ForbiddenInProduction,
  GUARD_ERRORS,
  listConfirmationReasons,
} from '../../../../src/operations/environment-guard/guard.js';

const NODE_ENVS = [undefined, 'development', 'test', 'production', 'staging', 'prod', 'Ünsinn "x"\n'];
const FREE: readonly (string | undefined)[] = [undefined, 'development', 'test'];

const says = (environment: string): EnvironmentRow => ({
  ...{ state: 'set', environment, setAt: new Date(0), packageVersion: '1.0.0' },
});

const ROWS: readonly (readonly [string, EnvironmentRow, harmless: boolean])[] = [
  ['development', says('development'), true],
  ['test', says('test'), true],
  ['production', says('production'), false],
  ['staging', says('staging'), false],
  ['developmen', says('developmen'), false],
  ['unset', { state: 'unset' }, false],
  ['unreadable', { state: 'unreadable' }, false],
];

const TABLE = ROWS.flatMap(([environmentRow, value, harmless]) =>
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

describe('a destructive action', () => {
  it.each(TABLE)(
    'in a database that says %s with NODE_ENV %j needs a confirmation unless both are harmless',
    (_name, nodeEnv, environmentRow, free) => {
      const state = { databaseName: 'Antone', empty: false, otherSchemas: [], environmentRow };
      const unasked = refusal(state, nodeEnv, undefined);
      if (free) expect(unasked).toBeUndefined();
      else expect(unasked).toBeInstanceOf(ConfirmationNeeded);
      expect(listConfirmationReasons(state, nodeEnv).length === 0).toBe(free);
      expect(refusal(state, nodeEnv, 'Antone')).toBeUndefined();
      for (const wrong of ['antone', 'ANTONE', 'Antone ', ' Antone', '"Antone"', 'other', '', 'Аntone', 'Antone\n']) {
        expect(refusal(state, nodeEnv, wrong)).toBeInstanceOf(ConfirmationWrong);
      }
    },
  );

  it.each(NODE_ENVS)(
    'needs no confirmation in an empty database with NODE_ENV %j, but a wrong name is refused',
    (nodeEnv) => {
      const nothing: DatabaseState = {
        databaseName: 'antone',
        empty: true,
        otherSchemas: [],
        environmentRow: { state: 'unset' },
      };
      expect(refusal(nothing, nodeEnv, undefined)).toBeUndefined();
      expect(refusal(nothing, nodeEnv, 'other')).toBeInstanceOf(ConfirmationWrong);
    },
  );

  it('is confirmed only by a name that is equal byte for byte', () => {
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

describe('an action that is never allowed in production', () => {
  const action = { action: 'write sample data', neverInProduction: 'Run seed:reference instead' };

  it.each([
    ['test', 'production'],
    ['test', ' Production '],
    ['test', 'staging'],
    ['production', undefined],
    ['production', 'test'],
  ])('is refused where the database says %s and NODE_ENV is %j, even with its name', (environment, nodeEnv) => {
    for (const empty of [true, false]) {
      for (const confirmedName of ['antone', 'other', undefined]) {
        const state = { databaseName: 'antone', empty, otherSchemas: [], environmentRow: says(environment) };
        expect(() => {
          assertConfirmed(state, { ...action, nodeEnv, confirmedName });
        }).toThrow(ForbiddenInProduction);
      }
    }
  });

  it('asks for the name for the reasons of the caller, also in an empty database', () => {
    const state: DatabaseState = {
      databaseName: 'antone',
      empty: true,
      otherSchemas: [],
      environmentRow: says('test'),
    };
    const request = { ...action, nodeEnv: 'test', reasons: ['the server "db.example" is not this machine'] };
    expect(() => {
      assertConfirmed(state, { ...request, confirmedName: undefined });
    }).toThrow(
      'Refused to write sample data: the server "db.example" is not this machine. Nothing was changed. If "antone" is the database you mean, give its name with --database.',
    );
    for (const confirmedName of ['Antone', 'antone ', 'other', '']) {
      expect(() => {
        assertConfirmed(state, { ...request, confirmedName });
      }).toThrow(ConfirmationWrong);
    }
    expect(() => {
      assertConfirmed(state, { ...request, confirmedName: 'antone' });
    }).not.toThrow();
  });
});

describe('a refusal', () => {
  const hostile: DatabaseState = {
    databaseName: 'a"b\nc',
    empty: false,
    otherSchemas: [],
    environmentRow: says('production'),
  };

  it('is one line with action, reason and advice, whatever characters the names contain', () => {
    expect(refusal(hostile, 'x\ny', undefined)).toMatchObject({
      name: 'ConfirmationNeeded',
      code: 'CONFIRMATION_NEEDED',
      databaseName: 'a"b\nc',
      message: String.raw`Refused to drop it: the database "a\"b\nc" has the environment production, and NODE_ENV is "x\ny", which counts as production. Nothing was changed. If "a\"b\nc" is the database you mean, give its name with --database.`,
    });
    expect(refusal(hostile, undefined, 'd\ne')).toMatchObject({
      name: 'ConfirmationWrong',
      code: 'CONFIRMATION_WRONG',
      confirmedName: 'd\ne',
      message: String.raw`Refused to drop it: the connection leads to the database "a\"b\nc", not to "d\ne". Nothing was changed. Check the database URL, or give the exact name with --database.`,
    });
  });

  it('has a code, an occasion and an advice for the generated page', () => {
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
