/** The documented figures, each with its unit and its source. Imports nothing alive: safe for a browser bundle. */
export * from './figures.js';
export * from './lists.js';
export * from './kpi-catalogue.js';
export * from './reply.js';
