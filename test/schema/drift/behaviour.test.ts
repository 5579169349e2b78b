import { describe } from '@jest/globals';
import { RIGHT_DRIFTS } from './cases/rights.js';
import { ROUTINE_DRIFTS } from './cases/routines.js';
import { TABLE_DRIFTS } from './cases/tables.js';
import { testDrifts } from './planting.js';

describe('drift in tables, views, types, routines and rights', () => {
  testDrifts([...TABLE_DRIFTS, ...ROUTINE_DRIFTS, ...RIGHT_DRIFTS]);
});
