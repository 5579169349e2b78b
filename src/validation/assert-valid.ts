import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError as ClassValidatorError } from 'class-validator';
import { MAX_DEPTH } from '../columns/json.js';
import { type EntityClass, type Fault, fieldsOf, rowRulesOf } from '../columns/registry.js';
import { isDate } from '../columns/timestamps.js';
import { isObject, isPlainObject, judgePresent, judgeValue, readableName } from '../columns/validators.js';
import {
  InputValidationError,
  propertyViolation,
  rowViolation,
  type Violation,
  withoutRules,
} from './validation-error.js';

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

/** More values than any input of ours needs; what is larger is an attack or a mistake. */
const MAX_VALUES = 100_000;

/**
 * What makes data unfit to be copied into a class: class-transformer drops keys like `constructor` without a word, calls
 * constructors that it finds, and follows any depth until the stack ends.
 *
 * @returns the first fault; undefined for plain data.
 */
export function plainDataFault(value: unknown): Fault | undefined {
  return look(value, '', { left: MAX_VALUES, around: [] });
}

interface Search {
  /** How many values may still come; one that is shared counts each time. */
  left: number;
  /** The objects and lists around the value. */
  readonly around: unknown[];
}

function look(value: unknown, path: string, search: Search): Fault | undefined {
  search.left -= 1;
  if (search.left < 0) return fault('', `must hold at most ${MAX_VALUES} values`);
  if (typeof value !== 'object' || value === null || isDate(value)) return undefined;
  if (search.around.includes(value)) return fault(path, 'must not contain itself');
  if (search.around.length > MAX_DEPTH) return fault('', `must be at most ${MAX_DEPTH} levels deep`);
  search.around.push(value);
  const found = Array.isArray(value) ? lookInList(value, path, search) : lookInObject(value, path, search);
  search.around.pop();
  return found;
}

function lookInList(list: unknown[], path: string, search: Search): Fault | undefined {
  for (let index = 0; index < list.length; index += 1) {
    const found = look(list[index], `${path}[${index}]`, search);
    if (found) return found;
  }
  return undefined;
}

function lookInObject(value: object, path: string, search: Search): Fault | undefined {
  // The outermost may be an instance of the input class itself: NestJS hands over what its pipe has made.
  if (path !== '' && !isPlainObject(value)) return fault(path, 'must be plain data');
  for (const key of Object.keys(value)) {
    const place = path === '' ? readableName(key) : `${path}.${readableName(key)}`;
    if (key in Object.prototype) return fault(place, 'is a name of JavaScript itself');
    const found = look((value as Record<string, unknown>)[key], place, search);
    if (found) return found;
  }
  return undefined;
}

function fault(path: string, sentence: string): Fault {
  return { path, kind: 'plain', sentence };
}

/** What input classes take: an object, no list. */
export function shapeFault(value: unknown): Fault | undefined {
  return isObject(value) ? undefined : { path: '', kind: 'shape', sentence: 'must be an object' };
}
