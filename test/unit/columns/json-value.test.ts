import { describe, expect, test } from '@jest/globals';
import 'reflect-metadata';
import { type EntityClass, getFields } from '../../../src/columns/registry.js';
import { AuditLog, ENTITIES } from '../../../src/entities/index.js';
import { assertValid } from '../../../src/validation/assert-valid.js';
import { AuditEntryInput } from '../../../src/validation/inputs.js';
import { validateEntity } from '../../../src/validation/validate-entity.js';
import { EntityValidationError, InputValidationError } from '../../../src/validation/validation-error.js';
import { ID, rowOf } from '../../support/rows.js';

const MIB = 1_048_576;
const entry = { entityType: 'reply', entityId: ID, action: 'edit', actor: 'op' };

/** Every JSON column, and whether it is a list. */
const COLUMNS = ENTITIES.flatMap((entity) =>
  [...getFields(entity)]
    .filter(([, { rules }]) => rules.some(({ kind }) => kind === 'json'))
    .map(([column, { rules }]) => ({
      entity,
      name: `${entity.name}.${column}`,
      column,
      isList: rules.some(({ message }) => message === 'must be a JSON list'),
      maxBytes: column === 'interactionHistory' ? MIB : 65_536,
    })),
);

const millionKeys = Object.fromEntries(Array.from({ length: 1_000_000 }, (_, key) => [`k${key}`, key]));

/** Values that are small in memory and huge in JSON, or just huge; each for an object and for a list. */
const HUGE: Readonly<Record<string, () => object>> = {
  '24 levels of shared objects': () => shared(24, (x) => ({ a: x, b: x })),
  '24 levels of shared lists': () => shared(24, (x) => [x, x]),
  '30 levels of ten shared objects': () => shared(30, (x) => Array.from({ length: 10 }, () => x)),
  'one text of 33 MB': () => ({ text: 'x'.repeat(33_000_000) }),
  'one key of 33 MB': () => ({ ['x'.repeat(33_000_000)]: 1 }),
  'a million numbers': () => ({ list: Array(1_000_000).fill(1) }),
  'a million keys': () => millionKeys,
  'a text of four bytes a character': () => ({ text: '😀'.repeat(MIB / 4) }),
  'a list of a billion holes': () => ({ list: new Array<unknown>(1_000_000_000) }),
};

test('there are JSON columns', () => {
  expect(COLUMNS.length).toBeGreaterThanOrEqual(14);
});

describe.each(COLUMNS)('$name', ({ entity, column, isList, maxBytes }) => {
  const given = (value: object): unknown => (isList ? [value] : value);

  test.each(Object.entries(HUGE).slice(0, entity === AuditLog ? undefined : 4))(
    'refuses %s by its size',
    (_what, make) => {
      expect(messagesOf(entity, column, given(make()))).toEqual([
        `${column} must be at most ${maxBytes} bytes of JSON`,
      ]);
    },
  );

  test('refuses a value that contains itself', () => {
    expect(messagesOf(entity, column, given(circle()))).toEqual([
      `${column} must be plain JSON without an object or list that contains itself`,
    ]);
    const list: unknown[] = [];
    list.push({ list });
    expect(messagesOf(entity, column, isList ? list : { list })).toEqual([
      `${column} must be plain JSON without an object or list that contains itself`,
    ]);
  });

  test('accepts small values with shared objects', () => {
    const messages = messagesOf(entity, column, given(shared(5, (x) => ({ a: x, b: x }))));
    expect(messages.filter((message) => /bytes|itself/.test(message))).toEqual([]);
  });
});

test.each([
  ['an object of 65,536 bytes', { a: 'x'.repeat(65_527) }, []],
  ['an object of 65,537 bytes', { a: 'x'.repeat(65_528) }, ['detailsJson must be at most 65536 bytes of JSON']],
])('%s', (_what, detailsJson, messages) => {
  expect(inputMessagesOf({ ...entry, detailsJson })).toEqual(messages);
});

test.each(Object.entries(HUGE))('an input class refuses %s', (_what, make) => {
  expect(inputMessagesOf({ ...entry, detailsJson: make() })).toEqual([
    'detailsJson must be at most 65536 bytes of JSON',
  ]);
});

test('an input class names the property that contains itself', () => {
  expect(inputMessagesOf({ ...entry, detailsJson: { deep: [circle()] } })).toEqual([
    'detailsJson.deep[0].self must not contain itself',
  ]);
});

function shared(levels: number, around: (inner: object) => object): object {
  let value: object = {};
  for (let level = 0; level < levels; level += 1) value = around(value);
  return value;
}

function circle(): object {
  const value: Record<string, unknown> = {};
  value.self = value;
  return value;
}

function messagesOf(entity: EntityClass, column: string, value: unknown): string[] {
  try {
    validateEntity(entity, rowOf(entity, { [column]: value }), { write: 'insert' });
    return [];
  } catch (error) {
    if (!(error instanceof EntityValidationError)) throw error;
    return error.violations.map(({ message }) => message);
  }
}

function inputMessagesOf(data: object): string[] {
  try {
    assertValid(AuditEntryInput, data);
    return [];
  } catch (error) {
    if (!(error instanceof InputValidationError)) throw error;
    return error.violations.map(({ message }) => message);
  }
}
