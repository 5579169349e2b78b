import { afterAll, describe, expect, test } from '@jest/globals';
import { BadRequestException, ValidationPipe } from '@nestjs/common';
import { validateSync } from 'class-validator';
import 'reflect-metadata';
import { type EntityClass, getFields, getEntityRules } from '../../../src/columns/registry.js';
import { validateShape } from '../../../src/columns/validators.js';
import { ENTITIES } from '../../../src/entities/index.js';
import * as context from '../../../src/entities/json-shapes.js';
import {
  GenerationScores,
  InteractionEvent,
  OutcomeWindows,
  ReplyMetrics,
  SampleSizes,
  SignalWeights,
} from '../../../src/entities/json-shapes.js';
import { assertValid } from '../../../src/validation/assert-valid.js';
import { validateEntity } from '../../../src/validation/validate-entity.js';
import { EntityValidationError, InputValidationError } from '../../../src/validation/validation-error.js';
import { rowOf } from '../../support/rows.js';
import { VALID_INPUTS } from './valid-inputs.js';

/*
 * NestJS's ValidationPipe asks class-validator, everything else asks our own rules. Of a value that is missing, null or of a
 * wrong type both say the same, in one line.
 */
const PIPE = new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true });

const JSON_CLASSES = [
  ...[context.Signal, context.SignalBreakdown, context.TemporalContext, InteractionEvent],
  ...[GenerationScores, OutcomeWindows, ReplyMetrics, SampleSizes, SignalWeights],
];

const WRONG = { missing: undefined, null: null, object: { a: 1 }, symbol: Symbol('x'), number: -1.5 } as const;
const KINDS = Object.entries(WRONG);

let compared = 0;
afterAll(() => {
  process.stdout.write(`messages of ValidationPipe and class-validator compared with ours: ${compared}\n`);
});

const inputs = [...VALID_INPUTS].map(([Class, data]) => ({ name: Class.name, Class, data }));

describe.each(inputs)('$name', ({ Class, data }) => {
  test('has the same messages from assertValid and ValidationPipe, one for each property', async () => {
    for (const property of getFields(Class).keys()) {
      for (const [kind, value] of KINDS) {
        const given = { ...data, [property]: value };
        const ours = messagesOf(() => assertValid(Class, given));
        expect({ property, kind, said: (await pipeMessages(Class, given)).join('; ') }).toEqual({
          property,
          kind,
          said: ours.join('; '),
        });
        expectShort(property, kind, ours);
        compared += 1;
      }
    }
  });

  test('names each required property of an empty body', async () => {
    const ours = messagesOf(() => assertValid(Class, {}));
    expect(await pipeMessages(Class, {})).toEqual(ours);
    expect(ours.length).toBeGreaterThan(0);
    expect(ours.filter((message) => !/^\w+ is required$|^a new escalation is about/.test(message))).toEqual([]);
  });
});

describe.each(ENTITIES.map((Class) => ({ name: Class.name, Class })))('$name', ({ Class }) => {
  test('has the same messages from validateEntity and class-validator, one for each property', () => {
    for (const property of getFields(Class).keys()) {
      for (const [kind, value] of KINDS) {
        const row = rowOf(Class, { [property]: value });
        const ours = messagesOf(() => {
          validateEntity(Class, row, { write: 'insert' });
        });
        const theirs = classValidatorMessages(Class, row).join('; ');
        const columns = ofColumns(Class, ours);
        expect({ property, kind, said: theirs }).toEqual({ property, kind, said: columns.join('; ') });
        expectShort(property, kind, columns);
        compared += 1;
      }
    }
  });

  test('accepts a relation instead of its foreign key', () => {
    for (const [relation, { property }] of getEntityRules(Class).relations) {
      const row = rowOf(Class, { [property]: undefined, [relation]: { id: rowOf(Class)[property] } });
      expect(classValidatorMessages(Class, row)).toEqual([]);
    }
  });
});

describe.each(JSON_CLASSES.map((Class) => ({ name: Class.name, Class })))('$name', ({ Class }) => {
  test('has the same messages inside a JSON column and from class-validator', () => {
    for (const property of getFields(Class).keys()) {
      for (const [kind, value] of KINDS) {
        const ours = validateShape(Class, { [property]: value })
          .map(({ path, message }) => `${path.slice(1)} ${message}`)
          .filter((message) => message.startsWith(property));
        const theirs = classValidatorMessages(Class, { [property]: value }, property).join('; ');
        expect({ property, kind, said: theirs }).toEqual({ property, kind, said: ours.join('; ') });
        compared += 1;
      }
    }
  });
});

/** In one line: a value that is missing is only called missing; one of a wrong type has one message, unless it has an inside. */
function expectShort(property: string, kind: string, messages: readonly string[]): void {
  if (kind !== 'object') expect(messages.length).toBeLessThanOrEqual(1);
  if (kind !== 'missing' && kind !== 'null') return;
  if (messages[0]?.startsWith('a new escalation')) return;
  const said = kind === 'missing' ? `${property} is required` : `${property} must not be null`;
  expect(['', said]).toContain(messages[0] ?? '');
}

function messagesOf(validate: () => unknown): string[] {
  try {
    validate();
    return [];
  } catch (error) {
    if (!(error instanceof InputValidationError || error instanceof EntityValidationError)) throw error;
    return error.violations.map(({ message }) => message);
  }
}

async function pipeMessages(metatype: new () => object, value: object): Promise<string[]> {
  try {
    await PIPE.transform(value, { type: 'body', metatype });
    return [];
  } catch (error) {
    if (!(error instanceof BadRequestException)) throw error;
    return (error.getResponse() as { message: string[] }).message;
  }
}

/** class-validator sees one property at a time: rules over several are not its own for entities. */
function ofColumns(Class: EntityClass, messages: readonly string[]): string[] {
  const ruleMessages = new Set(getEntityRules(Class).rows.map(({ message }) => message));
  return messages.filter((message) => !ruleMessages.has(message));
}

function classValidatorMessages(Class: EntityClass, row: object, only?: string): string[] {
  const instance = Object.assign(new (Class as new () => object)(), row);
  return validateSync(instance)
    .filter(({ property }) => only === undefined || property === only)
    .flatMap(({ constraints = {} }) => Object.values(constraints));
}
