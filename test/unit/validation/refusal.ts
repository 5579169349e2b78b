import type { EntityClass } from '../../../src/columns/registry.js';
import { assertValid } from '../../../src/validation/assert-valid.js';
import { validateEntity, type Write } from '../../../src/validation/validate-entity.js';
import { EntityValidationError, InputValidationError } from '../../../src/validation/validation-error.js';

/** `property:constraint` of each violation (for rules over several properties `a,b:meaning`), or [] for a row accepted. */
export function refusalOf(entity: EntityClass, row: unknown, write: Write = { write: 'insert' }): string[] {
  try {
    validateEntity(entity, row, write);
    return [];
  } catch (error) {
    if (!(error instanceof EntityValidationError)) throw error;
    return summary(error);
  }
}

/** The same for an input. */
export function inputRefusalOf(Class: new () => object, data: unknown): string[] {
  try {
    assertValid(Class, data);
    return [];
  } catch (error) {
    if (!(error instanceof InputValidationError)) throw error;
    return summary(error);
  }
}

function summary({ violations }: EntityValidationError | InputValidationError): string[] {
  return violations.map(({ property, properties, constraint }) =>
    property === '' ? `${properties.join()}:${constraint}` : `${property}:${constraint}`,
  );
}
