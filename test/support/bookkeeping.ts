import { BOOKKEEPING_TABLES } from '../../src/operations/catalog/bookkeeping.js';

/** The migrator's own tables as an SQL list: `IN (…)`. */
export const BOOKKEEPING_LIST = BOOKKEEPING_TABLES.map((table) => `'${table}'`).join(', ');
