import { Transform } from 'class-transformer';
import { ValidateBy, type ValidationArguments } from 'class-validator';
import { validatorFor } from '../columns/define-column.js';
import { Field } from '../columns/index.js';
import { scoreRule } from '../columns/numbers.js';
import { type ColumnRule, type EntityClass, getFields, type RowRule, getEntityRules } from '../columns/registry.js';
import { dayRule, toOwnDate } from '../columns/timestamps.js';
import { validatePresent } from '../columns/validators.js';
import { withDefaults, validateRow } from './validate-entity.js';

interface SameRulesOptions {
  /** The value is required, although the column is nullable or has a default. */
  required?: boolean;
  /** The value may be absent, although the column requires it. */
  optional?: boolean;
  /** Rules in addition to those of the column. */
  also?: readonly ColumnRule[];
}

/**
 * Gives an input property the rules of a column, including whether it may be null or absent, so that each length and each list is
 * written once, in the entity.
 */
export function SameRulesAs<Row extends object>(
  entity: new () => Row,
  column: keyof Row & string,
  { required = false, optional, also = [] }: SameRulesOptions = {},
): PropertyDecorator {
  const field = getFields(entity).get(column);
  if (!field) throw new Error(`${entity.name}.${column} is not a column with rules.`);
  const { presence, rules } = field;
  if (required) return Field([...rules, ...also]);
  return Field([...rules, ...also], { ...presence, optional: optional ?? presence.optional });
}

/**
 * Gives an input class the rules of an entity over several columns: those rules for which the input has all properties, or the
 * columns have constant defaults.
 */
export function WithRulesOf(entity: EntityClass): ClassDecorator {
  return (input) => {
    const fields = getFields(input);
    const columns = getFields(entity);
    const isKnown = (property: string): boolean =>
      fields.has(property) || columns.get(property)?.presence.fallback !== undefined;
    const rules = getEntityRules(entity).rows.filter(
      ({ properties }) => properties.some((property) => fields.has(property)) && properties.every(isKnown),
    );
    getEntityRules(input).rows.push(...rules);
    for (const rule of rules) addRowRuleValidator(rule, input, entity);
  };
}

/** Gives an input class a rule over several of its properties that no entity has under the same names. */
export function WithRule(rule: RowRule): ClassDecorator {
  return (input) => {
    getEntityRules(input).rows.push(rule);
    addRowRuleValidator(rule, input, input);
  };
}

/**
 * Converts ISO 8601 text into a Date, and copies a Date of another realm (Jest, `node:vm`). Leaves other values to the rules,
 * which refuse them.
 */
export function FromIso(): PropertyDecorator {
  // Not `value`: class-transformer replaces a Date of another realm by the current time.
  return Transform(({ obj, key }) => parseDate((obj as Record<string, unknown>)[key]), { toClassOnly: true });
}

function parseDate(value: unknown): unknown {
  return isIso(value) ? new Date(value) : toOwnDate(value);
}

/** Returns true for a score, probability or share: a number from 0 to 1. */
export function isScore(value: unknown): value is number {
  return scoreRule.isValid(value);
}

/** class-validator decorator that accepts what `isScore` accepts, for input classes of services. */
export function IsScore(): PropertyDecorator {
  return validatorFor([scoreRule]);
}

// class-validator has no rules over a whole object, so the rule is attached to the first of its properties.
function addRowRuleValidator(rule: RowRule, input: EntityClass, entity: EntityClass): void {
  const first = rule.properties.find((property) => getFields(input).has(property));
  if (first === undefined) return;
  const validate = (_value: unknown, args?: ValidationArguments): boolean =>
    args === undefined || isValidOver(rule, input, entity, args.object as Record<string, unknown>);
  const decorate = ValidateBy({ name: rule.meaning, validator: { validate, defaultMessage: () => rule.message } });
  decorate(input.prototype as object, first);
}

function isValidOver(
  rule: RowRule,
  input: EntityClass,
  entity: EntityClass,
  object: Readonly<Record<string, unknown>>,
): boolean {
  const fields = getFields(input);
  const values = new Map(rule.properties.map((property) => [property, object[property]]));
  const faulty = rule.properties.filter((property) => {
    const field = fields.get(property);
    return field && validatePresent(field.rules, field.presence, values.get(property)).length > 0;
  });
  return validateRow(rule, withDefaults(entity, values), new Set(faulty)) === undefined;
}

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})$/;

function isIso(value: unknown): value is string {
  // JavaScript accepts February 30 as a day in March.
  return typeof value === 'string' && ISO.test(value) && dayRule.isValid(value.slice(0, 10));
}
