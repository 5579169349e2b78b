/** What PostgreSQL finds wrong with a statement, before or while it runs it. */
import { errorOf } from './database-error.js';

/** The statement is not one that PostgreSQL can run: syntax, names, types, parameters. */
export class InvalidStatement extends errorOf({
  code: 'INVALID_STATEMENT',
  states: [
    ...['42601', '42P02', '42P10', '42702', '42803', '42804', '42846', '42725', '42P08', '42P18', '42701', '42712'],
    ...['42809', '42P09', '42P19', '42P20', '42P21', '42P22', '42602', '42622', '428C9', '42P07', '42710', '42P06'],
    ...['42P04', '42723', '42P16', '42P17', '42830', '26000', '34000'],
  ],
  sentence: 'PostgreSQL cannot run the statement as it is written',
  advice: 'Correct the statement: it fails again as it is. The log of the server has it.',
}) {}

/** One row where there are several, or one row twice. */
export class CardinalityViolation extends errorOf({
  code: 'CARDINALITY_VIOLATION',
  states: ['21000'],
  sentence: 'the statement finds several rows where there must be one',
  advice: 'Make the condition unique, or limit it to one row.',
}) {}

/** PostgreSQL has no such feature. */
export class FeatureNotSupported extends errorOf({
  code: 'FEATURE_NOT_SUPPORTED',
  states: ['0A000'],
  sentence: 'PostgreSQL does not support what the statement asks for',
  advice: 'Write the statement in another way. The log of the server has it, with the reason.',
}) {}

/** The statement does not fit the state of its transaction. */
export class InvalidTransactionState extends errorOf({
  code: 'INVALID_TRANSACTION_STATE',
  states: ['25000', '25001', '25P01', '3B001', '2D000', '0B000'],
  sentence: 'the statement does not fit the state of its transaction',
  advice: 'Begin, commit and roll back with transaction() only.',
}) {}
