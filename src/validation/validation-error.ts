import type { Issue } from '../columns/registry.js';
import { toReadableName } from '../columns/validators.js';
import { SharedDbError } from '../errors/shared-db-error.js';

/** One broken rule. Never contains the value, which may be a handle or the text of a post. */
export interface Violation {
  /** Path of the value: `content`, `interactionHistory[2].type`; empty for a rule over several properties. */
  readonly property: string;
  /** The property, or all properties that the rule reads. */
  readonly properties: readonly string[];
  /**
   * Kind of the column rule (`length`, `range`…), meaning of the row rule as in the name of its CHECK (`approved_has_approver`),
   * or `required`, `unknown`, `relation`, `rules`.
   */
  readonly constraint: string;
  /** "content must be 10 to 1000 characters long" */
  readonly message: string;
}

/** Number of violations in the message; `violations` contains more. */
const NAMED_IN_MESSAGE = 8;

/** Largest number of entries in `violations`: hostile input may break thousands of rules. */
const KEPT = 100;

/** Data breaks the rules and was refused before it reached the database. The message is one line without any value. */
export abstract class ValidationError extends SharedDbError {
  /** Stable code for programs. */
  abstract readonly code: string;
  /** The broken rules: 1..100 entries. */
  readonly violations: readonly Violation[];

  constructor(subject: string, violations: readonly Violation[]) {
    const named = violations.slice(0, NAMED_IN_MESSAGE).map(describe);
    const more = violations.length - named.length;
    super(`${subject} refused: ${named.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`);
    this.violations = violations.slice(0, KEPT);
  }
}

/** Creates the violation of a rule of one property. */
export function createPropertyViolation(property: string, { path, kind, message }: Issue): Violation {
  // An unknown key or an issue of the whole object has no declared property: its path is in the issue.
  const whole = property + path;
  return {
    property: whole,
    properties: whole === '' ? [] : [property === '' ? whole : property],
    constraint: kind,
    message: whole === '' ? message : `${whole} ${message}`,
  };
}

/** Creates a violation at a path like `posts[0].decisions[1]`. */
export function createRelationViolation(path: string, message: string): Violation {
  const [property = path] = /^\w+/.exec(path) ?? [];
  return createPropertyViolation(property, { path: path.slice(property.length), kind: 'relation', message });
}

/** Creates the violation of a rule over several properties. */
export function createRowViolation(meaning: string, message: string, properties: readonly string[]): Violation {
  return { property: '', properties, constraint: meaning, message };
}

/** Creates the violation for a class without rules: accepting its data would suggest that it was checked. */
export function createNoRulesViolation(name: string): Violation {
  const message = `the class ${toReadableName(name)} has no rules to validate data with`;
  return { property: '', properties: [], constraint: 'rules', message };
}

function describe({ property, properties, message }: Violation): string {
  return property === '' && properties.length > 0 ? `${message} (${properties.join(', ')})` : message;
}

/** A row breaks the rules of its entity. No row of the call was written. */
export class EntityValidationError extends ValidationError {
  override readonly name = 'EntityValidationError';
  readonly code = 'ENTITY_INVALID';
  /** Class name of the entity: `Reply`. */
  readonly entity: string;

  constructor(entity: string, violations: readonly Violation[]) {
    super(entity, violations);
    this.entity = entity;
  }
}

/** Data from outside breaks the rules of its input class. */
export class InputValidationError extends ValidationError {
  override readonly name = 'InputValidationError';
  readonly code = 'INPUT_INVALID';
  /** Name of the input class: `PostContentInput`. */
  readonly input: string;

  constructor(input: string, violations: readonly Violation[]) {
    super(input, violations);
    this.input = input;
  }
}
