import { describe } from '@jest/globals';
import { COLUMN_DRIFTS } from '../schema/drift/cases/columns.js';
import { CONSTRAINT_DRIFTS } from '../schema/drift/cases/constraints.js';
import { testDrifts } from '../schema/drift/planting.js';

describe('drift in columns, constraints and indexes', () => {
  testDrifts([...COLUMN_DRIFTS, ...CONSTRAINT_DRIFTS]);
});
