import { describe, expect, test } from '@jest/globals';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import 'reflect-metadata';
import { type EntityClass, getFields } from '../../../src/columns/registry.js';
import { validatePresent } from '../../../src/columns/validators.js';
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
import { anyCharacter } from '../../support/characters.js';

/** Values of which each rule accepts some and refuses some. */
const value = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    0,
    -0,
    0.5,
    1,
    7,
    NaN,
    Infinity,
    '',
    ' ',
    'A',
    'a_b',
    'HELPFUL',
    'TWITTER',
  ),
  fc.constantFrom('6f8f1e6e-9d0c-4a7e-8f43-2b0f3c9f6a11', '2026-01-31', '\0', '\ud800', '😀', 'x'.repeat(6000)),
  fc.constantFrom('2026-01-02T03:04:05.000Z', 'normal', 'like', 'POSITIVE', '—Antone (Vita) drinks'),
  fc.constantFrom<unknown>([], ['a'], ['a', 'a'], ['A_B'], [null], {}, { score: 1 }, { likes: 1 }, { phase: 'normal' }),
  fc.date({ noInvalidDate: false }),
  fc.string({ unit: anyCharacter, maxLength: 20 }),
  fc.double(),
  fc.integer(),
  fc.jsonValue(),
);

const JSON_CLASSES = [
  ...[context.Signal, context.SignalBreakdown, context.TemporalContext, InteractionEvent, GenerationScores],
  ...[OutcomeWindows, ReplyMetrics, SampleSizes, SignalWeights],
];
const CLASSES: EntityClass[] = [...ENTITIES, ...JSON_CLASSES];

describe.each(CLASSES.map((Class): [string, EntityClass] => [Class.name, Class]))('%s', (_name, Class) => {
  test('gets the same result from validateEntity and class-validator', () => {
    fc.assert(
      fc.property(fc.constantFrom(...getFields(Class).keys()), value, (property, given) => {
        expect({ property, accepted: ourVerdict(Class, property, given) }).toEqual({
          property,
          accepted: theirVerdict(Class, property, given),
        });
      }),
      { numRuns: 500 },
    );
  });
});

function ourVerdict(Class: EntityClass, property: string, given: unknown): boolean {
  const field = getFields(Class).get(property);
  if (!field) throw new Error(`${Class.name}.${property} has no rules.`);
  return validatePresent(field.rules, field.presence, given).length === 0;
}

function theirVerdict(Class: EntityClass, property: string, given: unknown): boolean {
  const row = Object.assign(new (Class as new () => object)(), { [property]: given });
  return validateSync(row).every((error) => error.property !== property);
}
