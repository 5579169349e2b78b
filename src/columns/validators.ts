import { type ColumnRule, type EntityClass, type Issue, getFields, isOpen, type Presence } from './registry.js';

/*
 * Checks the rules directly instead of through class-validator. The results are the same, which a test proves, but issues have a
 * path into nested data, an update can be checked without an instance, and it is faster: 9 µs instead of 51 for a new author, 8
 * instead of 24 for a decision (Node 20, November 2026), because class-validator searches all decorated classes on each call.
 */

const NOT_AN_OBJECT: Issue = { path: '', kind: 'shape', message: 'must be an object' };
const MISSING: Issue = { path: '', kind: 'required', message: 'is required' };
const IS_NULL: Issue = { path: '', kind: 'required', message: 'must not be null' };

/** Other names are not repeated in messages, because they may be data. */
const READABLE_NAME = /^[A-Za-z_$][\w$-]{0,63}$/;

/** Returns the issues of a value that is neither null nor absent. */
export function validateValue(rules: readonly ColumnRule[], value: unknown): Issue[] {
  let issues: Issue[] = [];
  for (const rule of rules) {
    // Not push(...found): the number of arguments of a call is limited.
    const found = findIssues(rule, value);
    issues = issues.concat(found);
    if (rule.stopOnFailure && found.length > 0) break;
  }
  return issues;
}

/** Returns the issues of one rule for a value that is neither null nor absent. */
export function findIssues(rule: ColumnRule, value: unknown): readonly Issue[] {
  if (rule.issues) return rule.issues(value);
  return rule.isValid(value) ? [] : [{ path: '', kind: rule.kind, message: rule.message }];
}

/** Returns the issues of a value that may be null or absent. */
export function validatePresent(rules: readonly ColumnRule[], presence: Presence, value: unknown): Issue[] {
  return value === undefined || value === null ? validateAbsent(presence, value) : validateValue(rules, value);
}

/** Returns an issue when the value must not be absent or null. */
export function validateAbsent({ optional, nullable }: Presence, value: undefined | null): Issue[] {
  if (value === undefined) return optional ? [] : [MISSING];
  return nullable ? [] : [IS_NULL];
}

/** Returns the issues of an object that a JSON class describes. Reads own properties only, like JSON.stringify. */
export function validateShape(shape: EntityClass, value: unknown): Issue[] {
  if (!isObject(value)) return [NOT_AN_OBJECT];
  const fields = getFields(shape);
  const declared = [...fields].flatMap(([name, { rules, presence }]) => {
    const inside = Object.hasOwn(value, name) ? value[name] : undefined;
    return addPath(`.${name}`, validatePresent(rules, presence, inside));
  });
  return isOpen(shape)
    ? declared
    : [...declared, ...listUnknownKeys(shape.name, value, (key) => fields.has(key)).map(prefixPath)];
}

/** Returns the issues of the items of a list. */
export function validateItems(rules: readonly ColumnRule[], value: unknown): Issue[] {
  if (!Array.isArray(value)) return [{ path: '', kind: 'shape', message: 'must be a list' }];
  // Array.from, because flatMap skips holes.
  return Array.from(value as unknown[]).flatMap((item, index) =>
    addPath(`[${index}]`, validatePresent(rules, REQUIRED, item)),
  );
}

/** Returns the issues of the values of an object, whatever their keys. */
export function validateValues(rules: readonly ColumnRule[], value: unknown): Issue[] {
  if (!isObject(value)) return [NOT_AN_OBJECT];
  return Object.entries(value).flatMap(([key, item]) =>
    item === undefined ? [] : addPath(`.${toReadableName(key)}`, validatePresent(rules, REQUIRED, item)),
  );
}

/** Returns an issue for each unknown key. Keys with undefined values are ignored, because nothing would be lost. */
export function listUnknownKeys(owner: string, value: object, isKnown: (key: string) => boolean): Issue[] {
  return Object.keys(value)
    .filter((key) => !isKnown(key) && (value as Record<string, unknown>)[key] !== undefined)
    .map((key) => ({ path: toReadableName(key), kind: 'unknown', message: `is no property of ${owner}` }));
}

/** Returns true for an object that is not a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns true for an object without class, of any realm: its prototype is null or an Object.prototype. */
export function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}

export function toReadableName(key: string): string {
  return READABLE_NAME.test(key) ? key : '(unreadable name)';
}

const REQUIRED: Presence = { nullable: false, optional: false };

function addPath(place: string, issues: readonly Issue[]): Issue[] {
  return issues.map((issue) => ({ ...issue, path: place + issue.path }));
}

function prefixPath(issue: Issue): Issue {
  return { ...issue, path: `.${issue.path}` };
}
