import { KEY_READINGS, NAME_READINGS, PARAMETER_READINGS } from './names.js';
import type { Reading } from './reading.js';
import { SCHEMA_CHANGE_READINGS, SERVER_READINGS, TRANSACTION_READINGS } from './server.js';
import { CLAUSE_READINGS, FEATURE_READINGS, SYNTAX_READINGS } from './statements.js';
import { VALUE_READINGS } from './values.js';

/** All readings, in the order in which they are tried. */
export const READINGS: readonly Reading[] = [
  ...NAME_READINGS,
  ...PARAMETER_READINGS,
  ...SYNTAX_READINGS,
  ...CLAUSE_READINGS,
  ...FEATURE_READINGS,
  ...KEY_READINGS,
  ...VALUE_READINGS,
  ...TRANSACTION_READINGS,
  ...SERVER_READINGS,
  ...SCHEMA_CHANGE_READINGS,
];
