/** The documented figures, each with its unit and its source. Imports nothing alive: safe for a browser bundle. */
export * from './champions.js';
export * from './choices.js';
export * from './competition.js';
export * from './decision.js';
export * from './kpi-catalogue.js';
export * from './learning.js';
export * from './oversight.js';
export * from './queue.js';
export * from './reference-names.js';
export * from './relationship.js';
export * from './reply.js';
export * from './segments.js';
export * from './thresholds.js';
