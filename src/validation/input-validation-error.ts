import { ValidationError, type Violation } from './validation-error.js';

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
