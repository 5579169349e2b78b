import { IsOptional, ValidateBy, ValidateIf } from 'class-validator';
import { rulesOf, type ColumnRule, type Presence } from './registry.js';

export interface FieldOptions {
  /** May be null. Default: it may not. */
  nullable?: boolean;
  /** May be left out. Default: what is nullable may. */
  optional?: boolean;
  /** What takes its place then. */
  fallback?: unknown;
}

/**
 * A property with rules that is no column by itself: of an input class, of a JSON class. In the registry for us, and as
 * class-validator decorators for NestJS and everybody else.
 */
export function Field(rules: ColumnRule | readonly ColumnRule[], options: FieldOptions = {}): PropertyDecorator {
  const list = 'kind' in rules ? [rules] : rules;
  const { nullable = false, optional = nullable, ...fallback } = options;
  return (target, property) => {
    const { columns, presences } = rulesOf(target.constructor);
    columns.set(property as string, list);
    presences.set(property as string, { nullable, optional, ...fallback });
    for (const rule of list) mustHold(rule)(target, property);
    allowAbsence({ nullable, optional })?.(target, property);
  };
}

/** A JSON class that may hold more than it declares. */
export function Open(): ClassDecorator {
  return (shape) => {
    rulesOf(shape).open = true;
  };
}

/** The class-validator half of a rule. */
export function mustHold({ kind, sentence, holds, faults }: ColumnRule): PropertyDecorator {
  return ValidateBy({
    name: kind,
    validator: {
      validate: holds,
      defaultMessage: (args) => {
        const property = args?.property ?? 'value';
        const inside = faults?.(args?.value) ?? [{ path: '', sentence }];
        return inside.map(({ path, sentence: said }) => `${property}${path} ${said}`).join('; ');
      },
    },
  });
}

/**
 * Null and undefined pass for what is nullable; undefined alone for what somebody fills in: `IsOptional` would let null
 * through to a NOT NULL column.
 */
function allowAbsence({ nullable, optional }: Presence): PropertyDecorator | undefined {
  if (nullable) return IsOptional();
  return optional ? ValidateIf((_row, value) => value !== undefined) : undefined;
}
