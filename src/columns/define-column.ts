import { ValidateBy, type ValidationArguments } from 'class-validator';
import { Column, type ColumnOptions } from 'typeorm';
import { type ColumnRule, type Issue, type Presence, getEntityRules } from './registry.js';
import { findIssues, validateAbsent } from './validators.js';

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
    validatorFor(list, presence)(target, property);
  };
}

/** The registry's half of `Field`. */
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

/** A JSON class that may hold more than it declares. */
export function AllowUnknownKeys(): ClassDecorator {
  return (shape) => {
    getEntityRules(shape).open = true;
  };
}

/**
 * The class-validator half of the rules of a property: a decorator for each rule, and one for whether the value may be absent
 * (`required`). A rule says nothing of an absent value, nor where a decisive rule before it has refused the value, so that
 * class-validator reports what `assertValid` does. Not `IsOptional`, which lets null through to NOT NULL columns.
 *
 * @param isGivenElsewhere says whether the object has the value in another property: a foreign key in its relation.
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
      const isDecided = (value: unknown): boolean => earlier.some(({ isValid }) => !isValid(value));
      return createDecorator(rule.kind, (value) =>
        isAbsent(value) || isDecided(value) ? [] : findIssues(rule, value),
      );
    }),
  ];
  return (target, property) => {
    for (const decorate of decorators) decorate(target, property);
  };
}

const REQUIRED: Presence = { nullable: false, optional: false };

/** The most faults inside one value that a message names. */
const NAMED = 8;

function createDecorator(
  name: string,
  issues: (value: unknown, object: object) => readonly Issue[],
): PropertyDecorator {
  const validate = (value: unknown, args?: ValidationArguments): boolean =>
    issues(value, args?.object ?? {}).length === 0;
  const defaultMessage = (args?: ValidationArguments): string => {
    const found = issues(args?.value, args?.object ?? {});
    const named = found.slice(0, NAMED).map(({ path, message }) => `${args?.property ?? 'value'}${path} ${message}`);
    return [...named, ...(found.length > NAMED ? [`and ${found.length - NAMED} more`] : [])].join('; ');
  };
  return ValidateBy({ name, validator: { validate, defaultMessage } });
}

function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

/** When may a column be null? Most words take this. */
export interface Nullable {
  /** May be null; the property's comment says when. Default: NOT NULL. */
  nullable?: boolean;
}

/**
 * Makes a word of the vocabulary: one decorator that is a TypeORM column, its class-validator rules and its CHECKs. The
 * CHECKs wait in the registry until `@Table` names the table.
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
  // A function is SQL (now()): what it will say is not known here.
  const unknown = fallback === undefined || typeof fallback === 'function';
  return { nullable, optional, ...(unknown ? {} : { fallback: fallback as unknown }) };
}
