import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError as ClassValidatorError } from 'class-validator';
import { fieldsOf, rowRulesOf } from '../columns/fields.js';
import { isObject, judgePresent, judgeValue, readableName } from '../columns/judge.js';
import type { EntityClass, Fault } from '../columns/registry.js';
import { InputValidationError } from './input-validation-error.js';
import { plainDataFault, shapeFault } from './plain-data.js';
import { propertyViolation, rowViolation, withoutRules, type Violation } from './validation-error.js';

/**
 * Turns data from outside into an instance of an input class, or refuses it: unknown properties, wrong types, rules broken,
 * keys like `__proto__`, depth beyond 32, more than 100,000 values. The data itself is not changed. Any class decorated
 * with class-validator will do; NestJS's ValidationPipe gives the same verdict on the same class.
 *
 *     const input = assertValid(PostContentInput, request.body);
 *
 * @throws InputValidationError naming every violation; also for a class without any rule.
 */
export function assertValid<Input extends object>(Class: new () => Input, data: unknown): Input {
  const fault = shapeFault(data) ?? plainDataFault(data);
  if (fault) throw new InputValidationError(Class.name, unfit(Class, data, fault));
  const instance = plainToInstance(Class, data);
  const errors = validateSync(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: false },
  });
  const violations = errors.flatMap((error) => violationsOf(Class, error));
  if (violations.length > 0) throw new InputValidationError(Class.name, violations);
  return instance;
}

/** What a fault of the data means. Of data that is too large as a whole, the properties that are too large say more. */
function unfit(Class: EntityClass, data: unknown, fault: Fault): Violation[] {
  const fields = fault.path === '' && isObject(data) ? [...fieldsOf(Class)] : [];
  const oversized = fields.flatMap(([property, { rules }]) => {
    const value = (data as Record<string, unknown>)[property];
    const sizes = typeof value === 'object' && value !== null ? rules.filter(({ kind }) => kind === 'size') : [];
    return judgeValue(sizes, value).map((found) => propertyViolation(property, found));
  });
  return oversized.length > 0 ? oversized : [propertyViolation('', fault)];
}

function violationsOf(Class: EntityClass, error: ClassValidatorError, parent = ''): Violation[] {
  const { property, constraints = {}, children = [] } = error;
  if ('unknownValue' in constraints) return [withoutRules(Class.name)];
  const path = parent + readableName(property);
  if ('whitelistValidation' in constraints) {
    return [propertyViolation('', { path, kind: 'unknown', sentence: `is no property of ${Class.name}` })];
  }
  return [
    ...(parent === '' ? ownViolations(Class, error) : []),
    ...foreignViolations(Class, path, constraints, parent === ''),
    ...children.flatMap((child) => violationsOf(Class, child, `${path}.`)),
  ];
}

/** What our own rules say, which is more than class-validator keeps: the place inside nested data, the rule's properties. */
function ownViolations(Class: EntityClass, { property, value, constraints = {} }: ClassValidatorError): Violation[] {
  const field = fieldsOf(Class).get(property);
  const faults = field ? judgePresent(field.rules, field.presence, value) : [];
  const broken = rowRulesOf(Class).filter(({ meaning }) => meaning in constraints);
  return [
    ...faults.map((fault) => propertyViolation(property, fault)),
    ...broken.map(({ meaning, sentence, properties }) => rowViolation(meaning, sentence, properties)),
  ];
}

/** What decorators say that are not of our vocabulary. */
function foreignViolations(
  Class: EntityClass,
  path: string,
  constraints: Readonly<Record<string, string>>,
  outermost: boolean,
): Violation[] {
  const own = new Set<string>();
  if (outermost) {
    const field = fieldsOf(Class).get(path);
    for (const kind of field ? ['required', ...field.rules.map((rule) => rule.kind)] : []) own.add(kind);
    for (const { meaning } of rowRulesOf(Class)) own.add(meaning);
  }
  return Object.entries(constraints)
    .filter(([constraint]) => !own.has(constraint))
    .map(([constraint, message]) => ({ property: path, properties: [path], constraint, message }));
}
