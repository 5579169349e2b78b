import { describe } from '@jest/globals';
import { RIGHT_DRIFTS } from '../schema/drift/cases/rights.js';
import { ROUTINE_DRIFTS } from '../schema/drift/cases/routines.js';
import { TABLE_DRIFTS } from '../schema/drift/cases/tables.js';
import { testDrifts } from '../schema/drift/planting.js';

describe('drift in tables, views, types, routines and rights', () => {
  testDrifts([...TABLE_DRIFTS, ...ROUTINE_DRIFTS, ...RIGHT_DRIFTS]);
});
