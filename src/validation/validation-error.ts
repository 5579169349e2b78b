import type { Issue } from '../columns/registry.js';
import { toReadableName } from '../columns/validators.js';
import { SharedDbError } from '../errors/shared-db-error.js';

/** One thing that is wrong. Names what and where, never the value: it may be a handle or the text of a post. */
export interface Violation {
  /** Path of the value: `content`, `interactionHistory[2].type`; empty for a rule over several properties. */
  readonly property: string;
  /** The properties concerned: that one, or all that the rule reads. */
  readonly properties: readonly string[];
  /**
   * Kind of the column rule (`length`, `range`…), meaning of the row rule (`approved_has_approver`: as in the name of its
   * CHECK), or `required`, `unknown`, `relation`, `rules`.
   */
  readonly constraint: string;
  /** "content must be 10 to 1000 characters long" */
  readonly message: string;
}

/** A message longer than this many violations helps nobody; `violations` has more. */
const NAMED_IN_MESSAGE = 8;

/** The most that are kept of hostile input with a mistake in each of its thousand items. */
const KEPT = 100;

/** Data that breaks the rules, refused before it reached the database. Its message is one line and holds no value. */
export abstract class ValidationError extends SharedDbError {
  /** Stable, for programs. */
  abstract readonly code: string;
  /** What is wrong, at most 100 entries; never empty. */
  readonly violations: readonly Violation[];

  constructor(subject: string, violations: readonly Violation[]) {
    const named = violations.slice(0, NAMED_IN_MESSAGE).map(describe);
    const more = violations.length - named.length;
    super(`${subject} refused: ${named.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`);
    this.violations = violations.slice(0, KEPT);
  }
}

/** The violation of a rule of one property. */
export function createPropertyViolation(property: string, { path, kind, message }: Issue): Violation {
  // What has no property of ours to stand under (an unknown key, a fault of the whole) brings its own path.
  const whole = property + path;
  return {
    property: whole,
    properties: whole === '' ? [] : [property === '' ? whole : property],
    constraint: kind,
    message: whole === '' ? message : `${whole} ${message}`,
  };
}

/** The violation of a rule over several properties. */
export function createRowViolation(meaning: string, message: string, properties: readonly string[]): Violation {
  return { property: '', properties, constraint: meaning, message: message };
}

/** A class that nobody wrote rules for: to let its data pass would be to pretend that it was checked. */
export function removeRules(name: string): Violation {
  const message = `the class ${toReadableName(name)} has no rules to hold data against`;
  return { property: '', properties: [], constraint: 'rules', message };
}

function describe({ property, properties, message }: Violation): string {
  return property === '' && properties.length > 0 ? `${message} (${properties.join(', ')})` : message;
}

/** A row that breaks the rules of its entity, refused before it was written. Nothing of the same call was written either. */
export class EntityValidationError extends ValidationError {
  override readonly name = 'EntityValidationError';
  readonly code = 'ENTITY_INVALID';
  /** The entity's class name: `Reply`. */
  readonly entity: string;

  constructor(entity: string, violations: readonly Violation[]) {
    super(entity, violations);
    this.entity = entity;
  }
}

/** Data from outside that breaks the rules of its input class. */
export class InputValidationError extends ValidationError {
  override readonly name = 'InputValidationError';
  readonly code = 'INPUT_INVALID';
  /** The input class: `PostContentInput`. */
  readonly input: string;

  constructor(input: string, violations: readonly Violation[]) {
    super(input, violations);
    this.input = input;
  }
}
