import { PrimaryGeneratedColumn } from 'typeorm';
import { defineColumn, type Nullable } from './define-column.js';
import type { ColumnRule } from './registry.js';
import { createChoiceRule } from './text.js';

/** A uuid in the form PostgreSQL prints; it reads other forms too (braces, capitals) but would not give them back equal. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const uuidRule: ColumnRule = {
  kind: 'uuid',
  message: 'must be a uuid in lower case',
  isValid: (value) => typeof value === 'string' && UUID.test(value),
};

/** The surrogate key: made by the database unless given. */
export function Id(): PropertyDecorator {
  return defineColumn({ generated: 'uuid', comment: 'Surrogate key.' }, [uuidRule], ({ comment }) =>
    PrimaryGeneratedColumn('uuid', { comment: comment ?? '' }),
  );
}

export const flagRule: ColumnRule = {
  kind: 'flag',
  message: 'must be true or false',
  isValid: (value) => typeof value === 'boolean',
};

/** Yes or no; never null, since "unknown" would be a third answer. */
export function Flag(options: { default: boolean }): PropertyDecorator {
  return defineColumn({ type: 'boolean', default: options.default }, [flagRule]);
}

const typeNames = new WeakMap<object, string>();

/**
 * A native PostgreSQL enum and its TypeScript twin: `Platform.TWITTER === 'TWITTER'`. Only for lists that are part of the
 * core algorithm; what the business may extend is a reference table, what may grow a `Choice`.
 *
 * @param typeName its name in PostgreSQL. Never `<table>_<column>_enum`, which TypeORM takes for its own.
 * @param values in their PostgreSQL order, which is their sort order.
 */
export function declareEnum<const Value extends string>(
  typeName: string,
  values: readonly Value[],
): { readonly [Key in Value]: Key } {
  const validCounterpart = Object.freeze(Object.fromEntries(values.map((value) => [value, value]))) as {
    [Key in Value]: Key;
  };
  typeNames.set(validCounterpart, typeName);
  return validCounterpart;
}

/** One value of a native enum. */
export function EnumColumn(
  type: Readonly<Record<string, string>>,
  options: Nullable & { default?: string } = {},
): PropertyDecorator {
  const enumName = typeNames.get(type);
  if (enumName === undefined) throw new Error('Enumeration takes what nativeEnum() made.');
  const values = Object.values(type);
  const fallback = options.default === undefined ? {} : { default: options.default };
  return defineColumn({ type: 'enum', enum: values, enumName, nullable: options.nullable ?? false, ...fallback }, [
    createChoiceRule(values),
  ]);
}
