import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError as ClassValidatorError } from 'class-validator';
import { MAX_DEPTH } from '../columns/json.js';
import { type EntityClass, type Issue, getFields, getRowRules } from '../columns/registry.js';
import { isDate } from '../columns/timestamps.js';
import { isObject, isPlainObject, validatePresent, validateValue, toReadableName } from '../columns/validators.js';
import {
  InputValidationError,
  createPropertyViolation,
  createRowViolation,
  type Violation,
  removeRules,
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
  const issue = findShapeIssue(data) ?? findPlainDataIssue(data);
  if (issue) throw new InputValidationError(Class.name, createUnfitError(Class, data, issue));
  const instance = plainToInstance(Class, data);
  const errors = validateSync(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: false },
  });
  const violations = errors.flatMap((error) => listViolations(Class, error));
  if (violations.length > 0) throw new InputValidationError(Class.name, violations);
  return instance;
}

/** What a fault of the data means. Of data that is too large as a whole, the properties that are too large say more. */
function createUnfitError(Class: EntityClass, data: unknown, issue: Issue): Violation[] {
  const fields = issue.path === '' && isObject(data) ? [...getFields(Class)] : [];
  const oversized = fields.flatMap(([property, { rules }]) => {
    const value = (data as Record<string, unknown>)[property];
    const sizes = typeof value === 'object' && value !== null ? rules.filter(({ kind }) => kind === 'size') : [];
    return validateValue(sizes, value).map((found) => createPropertyViolation(property, found));
  });
  return oversized.length > 0 ? oversized : [createPropertyViolation('', issue)];
}

function listViolations(Class: EntityClass, error: ClassValidatorError, parent = ''): Violation[] {
  const { property, constraints = {}, children = [] } = error;
  if ('unknownValue' in constraints) return [removeRules(Class.name)];
  const path = parent + toReadableName(property);
  if ('whitelistValidation' in constraints) {
    return [createPropertyViolation('', { path, kind: 'unknown', message: `is no property of ${Class.name}` })];
  }
  return [
    ...(parent === '' ? ownViolations(Class, error) : []),
    ...listForeignViolations(Class, path, constraints, parent === ''),
    ...children.flatMap((child) => listViolations(Class, child, `${path}.`)),
  ];
}

/** What our own rules say, which is more than class-validator keeps: the place inside nested data, the rule's properties. */
function ownViolations(Class: EntityClass, { property, value, constraints = {} }: ClassValidatorError): Violation[] {
  const field = getFields(Class).get(property);
  const issues = field ? validatePresent(field.rules, field.presence, value) : [];
  const broken = getRowRules(Class).filter(({ meaning }) => meaning in constraints);
  return [
    ...issues.map((issue) => createPropertyViolation(property, issue)),
    ...broken.map(({ meaning, message, properties }) => createRowViolation(meaning, message, properties)),
  ];
}

/** What decorators say that are not of our vocabulary. */
function listForeignViolations(
  Class: EntityClass,
  path: string,
  constraints: Readonly<Record<string, string>>,
  outermost: boolean,
): Violation[] {
  const own = new Set<string>();
  if (outermost) {
    const field = getFields(Class).get(path);
    for (const kind of field ? ['required', ...field.rules.map((rule) => rule.kind)] : []) own.add(kind);
    for (const { meaning } of getRowRules(Class)) own.add(meaning);
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
function findPlainDataIssue(value: unknown): Issue | undefined {
  return look(value, '', { left: MAX_VALUES, around: [] });
}

interface Search {
  /** How many values may still come; one that is shared counts each time. */
  left: number;
  /** The objects and lists around the value. */
  readonly around: unknown[];
}

function look(value: unknown, path: string, search: Search): Issue | undefined {
  search.left -= 1;
  if (search.left < 0) return createIssue('', `must hold at most ${MAX_VALUES} values`);
  if (typeof value !== 'object' || value === null || isDate(value)) return undefined;
  if (search.around.includes(value)) return createIssue(path, 'must not contain itself');
  if (search.around.length > MAX_DEPTH) return createIssue('', `must be at most ${MAX_DEPTH} levels deep`);
  search.around.push(value);
  const found = Array.isArray(value) ? lookInList(value, path, search) : lookInObject(value, path, search);
  search.around.pop();
  return found;
}

function lookInList(list: unknown[], path: string, search: Search): Issue | undefined {
  for (let index = 0; index < list.length; index += 1) {
    const found = look(list[index], `${path}[${index}]`, search);
    if (found) return found;
  }
  return undefined;
}

function lookInObject(value: object, path: string, search: Search): Issue | undefined {
  // The outermost may be an instance of the input class itself: NestJS hands over what its pipe has made.
  if (path !== '' && !isPlainObject(value)) return createIssue(path, 'must be plain data');
  for (const key of Object.keys(value)) {
    const place = path === '' ? toReadableName(key) : `${path}.${toReadableName(key)}`;
    if (key in Object.prototype) return createIssue(place, 'is a name of JavaScript itself');
    const found = look((value as Record<string, unknown>)[key], place, search);
    if (found) return found;
  }
  return undefined;
}

function createIssue(path: string, message: string): Issue {
  return { path, kind: 'plain', message };
}

/** What input classes take: an object, no list. */
function findShapeIssue(value: unknown): Issue | undefined {
  return isObject(value) ? undefined : { path: '', kind: 'shape', message: 'must be an object' };
}
