/** Validation before writing: the subscriber validates rows, `assertValid` validates data from outside. */
export { assertValid } from './assert-valid.js';
export { describeConstraint, toDatabaseError } from './constraints.js';
export { EntityValidationError } from './validation-error.js';
export { EntityValidationSubscriber } from './entity-validation.subscriber.js';
export { InputValidationError } from './validation-error.js';
export * from './inputs.js';
export { isScore, IsScore } from './input-rules.js';
export { validateEntity } from './validate-entity.js';
export { ValidationError, type Violation } from './validation-error.js';
