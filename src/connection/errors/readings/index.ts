import type { Reading } from './reading.js';
import { CLAUSE_READINGS } from './clauses.js';
import { FEATURE_READINGS } from './features.js';
import { KEY_READINGS } from './keys.js';
import { NAME_READINGS } from './names.js';
import { PARAMETER_READINGS } from './parameters.js';
import { SCHEMA_CHANGE_READINGS } from './schema-changes.js';
import { SERVER_READINGS } from './server.js';
import { SYNTAX_READINGS } from './syntax.js';
import { TRANSACTION_READINGS } from './transactions.js';
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
