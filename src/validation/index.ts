/** The rules, asked before data is written: of rows by the subscriber, of data from outside by `assertValid`. */
export { assertValid } from './assert-valid.js';
export { describeConstraint, toDatabaseError } from './constraints.js';
export { EntityValidationError } from './validation-error.js';
export { EntityValidationSubscriber } from './entity-validation.subscriber.js';
export { InputValidationError } from './validation-error.js';
export * from './inputs/index.js';
export { validateEntity } from './validate-entity.js';
export { ValidationError, type Violation } from './validation-error.js';
