import { describe } from '@jest/globals';
import { COLUMN_DRIFTS } from './cases/columns.js';
import { CONSTRAINT_DRIFTS } from './cases/constraints.js';
import { testDrifts } from './planting.js';

describe('drift in columns, constraints and indexes', () => {
  testDrifts([...COLUMN_DRIFTS, ...CONSTRAINT_DRIFTS]);
});
