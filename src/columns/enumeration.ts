import { choiceRule } from './text.js';
import { defineWord, type Nullable } from './word.js';

const typeNames = new WeakMap<object, string>();

/**
 * A native PostgreSQL enum and its TypeScript twin: `Platform.TWITTER === 'TWITTER'`. Only for lists that are part of the
 * core algorithm; what the business may extend is a reference table, what may grow a `Choice`.
 *
 * @param typeName its name in PostgreSQL. Never `<table>_<column>_enum`, which TypeORM takes for its own.
 * @param values in their PostgreSQL order, which is their sort order.
 */
export function nativeEnum<const Value extends string>(
  typeName: string,
  values: readonly Value[],
): { readonly [Key in Value]: Key } {
  const twin = Object.freeze(Object.fromEntries(values.map((value) => [value, value]))) as { [Key in Value]: Key };
  typeNames.set(twin, typeName);
  return twin;
}

/** One value of a native enum. */
export function Enumeration(
  type: Readonly<Record<string, string>>,
  options: Nullable & { default?: string } = {},
): PropertyDecorator {
  const enumName = typeNames.get(type);
  if (enumName === undefined) throw new Error('Enumeration takes what nativeEnum() made.');
  const values = Object.values(type);
  const fallback = options.default === undefined ? {} : { default: options.default };
  return defineWord({ type: 'enum', enum: values, enumName, nullable: options.nullable ?? false, ...fallback }, [
    choiceRule(values),
  ]);
}
