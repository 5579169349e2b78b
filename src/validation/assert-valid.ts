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
  createNoRulesViolation,
} from './validation-error.js';

/**
 * Validates data from outside and returns it as an instance of an input class. Refuses unknown properties, wrong types, broken
 * rules, keys like `__proto__`, more than 32 levels and more than 100,000 values. Does not change the data. Accepts any class
 * with class-validator decorators; the ValidationPipe of NestJS gives the same result for the same class.
 *
 *     const input = assertValid(PostContentInput, request.body);
 *
 * @throws InputValidationError with every violation; also for a class without rules
 */
export function assertValid<Input extends object>(Class: new () => Input, data: unknown): Input {
  const issue = findShapeIssue(data) ?? findPlainDataIssue(data);
  if (issue) throw new InputValidationError(Class.name, listShapeViolations(Class, data, issue));
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

/** Returns the violations for data of the wrong shape. If the data is too large, names the properties that are too large. */
function listShapeViolations(Class: EntityClass, data: unknown, issue: Issue): Violation[] {
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
  if ('unknownValue' in constraints) return [createNoRulesViolation(Class.name)];
  const path = parent + toReadableName(property);
  if ('whitelistValidation' in constraints) {
    return [createPropertyViolation('', { path, kind: 'unknown', message: `is no property of ${Class.name}` })];
  }
  return [
    ...(parent === '' ? listOwnViolations(Class, error) : []),
    ...listForeignViolations(Class, path, constraints, parent === ''),
    ...children.flatMap((child) => listViolations(Class, child, `${path}.`)),
  ];
}

/** Returns the violations of our own rules with what class-validator does not report: the path, the properties of a rule. */
function listOwnViolations(
  Class: EntityClass,
  { property, value, constraints = {} }: ClassValidatorError,
): Violation[] {
  const field = getFields(Class).get(property);
  const issues = field ? validatePresent(field.rules, field.presence, value) : [];
  const broken = getRowRules(Class).filter(({ meaning }) => meaning in constraints);
  return [
    ...issues.map((issue) => createPropertyViolation(property, issue)),
    ...broken.map(({ meaning, message, properties }) => createRowViolation(meaning, message, properties)),
  ];
}

/** Returns the violations of decorators that are not ours. */
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

/** Largest number of values in one input. */
const MAX_VALUES = 100_000;

/**
 * Finds the first part of the data that class-transformer would mishandle: it silently drops keys like `constructor`, calls
 * constructors that it finds, and recurses to any depth until the stack overflows.
 *
 * @returns undefined for plain data
 */
function findPlainDataIssue(value: unknown): Issue | undefined {
  return findIssue(value, '', { left: MAX_VALUES, parents: [] });
}

interface Search {
  /** How many more values are allowed; a shared value counts each time. */
  left: number;
  /** The objects and lists that contain the value. */
  readonly parents: unknown[];
}

function findIssue(value: unknown, path: string, search: Search): Issue | undefined {
  search.left -= 1;
  if (search.left < 0) return createIssue('', `must have at most ${MAX_VALUES} values`);
  if (typeof value !== 'object' || value === null || isDate(value)) return undefined;
  if (search.parents.includes(value)) return createIssue(path, 'must not contain itself');
  if (search.parents.length > MAX_DEPTH) return createIssue('', `must be at most ${MAX_DEPTH} levels deep`);
  search.parents.push(value);
  const found = Array.isArray(value) ? findIssueInList(value, path, search) : findIssueInObject(value, path, search);
  search.parents.pop();
  return found;
}

function findIssueInList(list: unknown[], path: string, search: Search): Issue | undefined {
  for (let index = 0; index < list.length; index += 1) {
    const found = findIssue(list[index], `${path}[${index}]`, search);
    if (found) return found;
  }
  return undefined;
}

function findIssueInObject(value: object, path: string, search: Search): Issue | undefined {
  // The outermost object may be an instance of the input class: NestJS passes the result of its pipe.
  if (path !== '' && !isPlainObject(value)) return createIssue(path, 'must be plain data');
  for (const key of Object.keys(value)) {
    const place = path === '' ? toReadableName(key) : `${path}.${toReadableName(key)}`;
    if (key in Object.prototype) return createIssue(place, 'is a reserved name of JavaScript');
    const found = findIssue((value as Record<string, unknown>)[key], place, search);
    if (found) return found;
  }
  return undefined;
}

function createIssue(path: string, message: string): Issue {
  return { path, kind: 'plain', message };
}

/** Returns an issue unless the value is an object. */
function findShapeIssue(value: unknown): Issue | undefined {
  return isObject(value) ? undefined : { path: '', kind: 'shape', message: 'must be an object' };
}
