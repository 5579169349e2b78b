import { Transform } from 'class-transformer';
import { ValidateBy, type ValidationArguments } from 'class-validator';
import { validatorFor } from '../columns/define-column.js';
import { Field } from '../columns/index.js';
import { createScoreRule } from '../columns/numbers.js';
import { type ColumnRule, type EntityClass, getFields, type RowRule, getEntityRules } from '../columns/registry.js';
import { dayRule, toOwnDate } from '../columns/timestamps.js';
import { validatePresent } from '../columns/validators.js';
import { withDefaults, validateRow } from './row-rules.js';

interface LikeOptions {
  /** Must be there, though the column may be null or has a default. */
  required?: boolean;
  /** May be left out, though the column may not. */
  optional?: boolean;
  /** Asked beyond what the column asks. */
  also?: readonly ColumnRule[];
}

/**
 * A property that ends up in a column: it has the column's rules, and may be null or left out where the column may. So
 * that a length or a list is typed once, in the entity.
 */
export function SameRulesAs<Row extends object>(
  entity: new () => Row,
  column: keyof Row & string,
  { required = false, optional, also = [] }: LikeOptions = {},
): PropertyDecorator {
  const field = getFields(entity).get(column);
  if (!field) throw new Error(`${entity.name}.${column} is no column with rules.`);
  const { presence, rules } = field;
  if (required) return Field([...rules, ...also]);
  return Field([...rules, ...also], { ...presence, optional: optional ?? presence.optional });
}

/**
 * The input is the better part of a row: the entity's rules over several columns hold for it too, those at least whose
 * properties it has all, or gets from the defaults of the columns.
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
    for (const rule of rules) validatorOver(rule, input, entity);
  };
}

/**
 * A moment as JSON has it: ISO text becomes a Date. A Date of another realm (Jest, `node:vm`) becomes one of ours. Anything else
 * is left for the rules to refuse.
 */
export function FromIso(): PropertyDecorator {
  // Not `value`: where the Date is of another realm, class-transformer has put the current time in its place.
  return Transform(({ obj, key }) => parseDate((obj as Record<string, unknown>)[key]), { toClassOnly: true });
}

function parseDate(value: unknown): unknown {
  return isIso(value) ? new Date(value) : toOwnDate(value);
}

/** A score, probability or share: a finite number from 0 to 1. */
export function isScore(value: unknown): value is number {
  return createScoreRule.isValid(value);
}

/** The same as a class-validator decorator, for input classes of services. */
export function IsScore(): PropertyDecorator {
  return validatorFor([createScoreRule]);
}

// class-validator knows no rules over a whole object: it hangs on the first of its properties.
function validatorOver(rule: RowRule, input: EntityClass, entity: EntityClass): void {
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
  // JavaScript reads the 30th of February as a day of March.
  return typeof value === 'string' && ISO.test(value) && dayRule.isValid(value.slice(0, 10));
}
