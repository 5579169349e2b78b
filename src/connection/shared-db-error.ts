/**
 * The root of this package's errors. Their messages are written for people: one line, what was refused, why, and what to do;
 * never a connection string, query parameter, handle or post text. Anything else that is thrown may hold such things.
 */
export class SharedDbError extends Error {}
