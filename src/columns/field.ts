import { ValidateBy, type ValidationArguments } from 'class-validator';
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
  const presence: Presence = { nullable, optional, ...fallback };
  return (target, property) => {
    register(target, property, list, presence);
    for (const rule of list) mustHold(rule, presence)(target, property);
  };
}

/** The registry's half of `Field`. */
export function register(
  target: object,
  property: string | symbol,
  rules: readonly ColumnRule[],
  presence: Presence,
): void {
  const { columns, presences } = rulesOf(target.constructor);
  columns.set(property as string, rules);
  presences.set(property as string, presence);
}

/** A JSON class that may hold more than it declares. */
export function Open(): ClassDecorator {
  return (shape) => {
    rulesOf(shape).open = true;
  };
}

/**
 * The class-validator half of a rule. Whether a value may be absent is asked here and not by `IsOptional`, which lets null
 * through to NOT NULL columns and silences every other rule of the property.
 */
export function mustHold(rule: ColumnRule, { nullable, optional }: Presence = REQUIRED): PropertyDecorator {
  const { kind, holds } = rule;
  const validate = (value: unknown): boolean =>
    (value === undefined && optional) || (value === null && nullable) || holds(value);
  return ValidateBy({ name: kind, validator: { validate, defaultMessage: (args) => messageOf(rule, args) } });
}

const REQUIRED: Presence = { nullable: false, optional: false };

function messageOf({ sentence, faults }: ColumnRule, args?: ValidationArguments): string {
  const property = args?.property ?? 'value';
  const inside = faults?.(args?.value) ?? [{ path: '', sentence }];
  return inside.map(({ path, sentence: said }) => `${property}${path} ${said}`).join('; ');
}
