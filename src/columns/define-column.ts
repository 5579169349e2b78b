import { ValidateBy, type ValidationArguments } from 'class-validator';
import { Column, type ColumnOptions } from 'typeorm';
import { type ColumnRule, type Issue, type Presence, getEntityRules } from './registry.js';
import { findIssues, validateAbsent } from './validators.js';

export interface FieldOptions {
  /** The value may be null. Default: false. */
  nullable?: boolean;
  /** The value may be absent. Default: the value of `nullable`. */
  optional?: boolean;
  /** Value that the database uses when it is absent. */
  fallback?: unknown;
}

/**
 * Property decorator for input classes and JSON classes: adds rules without a column. It registers them for `assertValid` and
 * `validateEntity`, and adds them as class-validator decorators for NestJS and other users of class-validator.
 */
export function Field(rules: ColumnRule | readonly ColumnRule[], options: FieldOptions = {}): PropertyDecorator {
  const list = 'kind' in rules ? [rules] : rules;
  const { nullable = false, optional = nullable, ...fallback } = options;
  const presence: Presence = { nullable, optional, ...fallback };
  return (target, property) => {
    register(target, property, list, presence);
    validatorFor(list, presence)(target, property);
  };
}

/** Adds the rules of a property to the registry, without class-validator decorators. */
export function register(
  target: object,
  property: string | symbol,
  rules: readonly ColumnRule[],
  presence: Presence,
): void {
  const { columns, presences } = getEntityRules(target.constructor);
  columns.set(property as string, rules);
  presences.set(property as string, presence);
}

/** Class decorator for JSON classes: allows keys that the class does not declare. */
export function AllowUnknownKeys(): ClassDecorator {
  return (shape) => {
    getEntityRules(shape).open = true;
  };
}

/**
 * Creates the class-validator decorators of a property: one per rule, and `required`, which checks whether the value may be absent.
 * A rule is skipped when the value is absent, or when an earlier rule with `stopOnFailure` failed, so class-validator reports the
 * same issues as `assertValid`. `IsOptional` is not used, because it allows null in NOT NULL columns.
 *
 * @param isGivenElsewhere returns true when another property of the object has the value: the relation of a foreign key
 */
export function validatorFor(
  rules: readonly ColumnRule[],
  presence: Presence = REQUIRED,
  isGivenElsewhere: (object: object) => boolean = () => false,
): PropertyDecorator {
  const decorators = [
    createDecorator('required', (value, object) => {
      if (!isAbsent(value) || (value === undefined && isGivenElsewhere(object))) return [];
      return validateAbsent(presence, value);
    }),
    ...rules.map((rule, index) => {
      const earlier = rules.slice(0, index).filter(({ stopOnFailure }) => stopOnFailure);
      const hasFailedEarlier = (value: unknown): boolean => earlier.some(({ isValid }) => !isValid(value));
      return createDecorator(rule.kind, (value) =>
        isAbsent(value) || hasFailedEarlier(value) ? [] : findIssues(rule, value),
      );
    }),
  ];
  return (target, property) => {
    for (const decorate of decorators) decorate(target, property);
  };
}

const REQUIRED: Presence = { nullable: false, optional: false };

/** Largest number of issues inside one value in a message. */
const MAX_NAMED_ISSUES = 8;

function createDecorator(
  name: string,
  issues: (value: unknown, object: object) => readonly Issue[],
): PropertyDecorator {
  const validate = (value: unknown, args?: ValidationArguments): boolean =>
    issues(value, args?.object ?? {}).length === 0;
  const defaultMessage = (args?: ValidationArguments): string => {
    const found = issues(args?.value, args?.object ?? {});
    const named = found
      .slice(0, MAX_NAMED_ISSUES)
      .map(({ path, message }) => `${args?.property ?? 'value'}${path} ${message}`);
    const rest = found.length - MAX_NAMED_ISSUES;
    return [...named, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ');
  };
  return ValidateBy({ name, validator: { validate, defaultMessage } });
}

function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

/** Option of most column decorators. */
export interface Nullable {
  /** The column may be null; the comment of the property says when. Default: NOT NULL. */
  nullable?: boolean;
}

/**
 * Creates a column decorator, which combines a TypeORM column, its class-validator rules and its CHECKs. `@Table` adds the CHECKs
 * later, because their names contain the name of the table.
 */
export function defineColumn(
  column: ColumnOptions,
  rules: readonly ColumnRule[],
  decorate: (options: ColumnOptions) => PropertyDecorator = Column,
): PropertyDecorator {
  const field = Field(rules, getPresence(column));
  return (target, property) => {
    decorate(column)(target, property);
    field(target, property);
  };
}

function getPresence({ nullable = false, default: fallback, generated }: ColumnOptions): FieldOptions {
  const optional = nullable || fallback !== undefined || generated !== undefined;
  // A function is SQL (now()), whose value is not known here.
  const unknown = fallback === undefined || typeof fallback === 'function';
  return { nullable, optional, ...(unknown ? {} : { fallback: fallback as unknown }) };
}
