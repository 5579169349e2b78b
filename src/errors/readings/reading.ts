/**
 * A message for one specific PostgreSQL error. One SQLSTATE covers several errors, so an error class alone cannot be this precise.
 *
 * A reading is chosen by the SQLSTATE, the function of PostgreSQL that raised the error, and the text of the message, which is known in
 * English only. A name in {braces} comes from the message or from the statement and must pass the name check in `../read-error.ts`; if it does
 * not, the next reading of the SQLSTATE is used.
 */
export interface Reading {
  readonly state: string;
  /** Functions in PostgreSQL's source that raise this error. Absent: any. */
  readonly routines?: readonly string[];
  /** PostgreSQL's message, or its detail, in English. Groups `type…` are types, `n` and `m` numbers, all others names. */
  readonly message?: RegExp;
  readonly detail?: RegExp;
  /** The error position is at a TypeORM parameter (`:name`) without a value. */
  readonly namedParameter?: true;
  /** Names are quoted, except `{function}`. `{at}` is the name at the error position of the statement, `{qualifier}` its first part. */
  readonly summary: string;
  /** What to do next. Absent: the advice of the error class. */
  readonly advice?: string;
}

const NAME = '[\\w.]+';
const TYPES = '[\\w ()\\[\\],"]+';
export const MIGRATE = 'Correct the name; if a newer version of the schema has it, run the migrations (migration:run).';
export const CAST = 'Give a value of the right type, or cast it: CAST(… AS type).';
export const VALIDATE = 'Validate the value before you send it to the database.';
export const DDL = 'Change the schema by migrations only.';

/** Creates a regular expression in which `<column>` is a capture group named `column`. */
export function createMessagePattern(text: string): RegExp {
  const source = text.replaceAll(/<(\w+)>/g, (_, group: string) => {
    const content = group.startsWith('type') ? TYPES : group.startsWith('n') && group.length === 1 ? '\\d+' : NAME;
    return `(?<${group}>${content})`;
  });
  return new RegExp(`^${source}$`);
}
