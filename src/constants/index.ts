/** Figures with units and sources, and lists of values. Imports no database code, so browsers can use it too. */
export * from './figures.js';
export * from './lists.js';
export * from './kpi-catalogue.js';
export * from './reply.js';
