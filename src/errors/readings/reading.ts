/**
 * What PostgreSQL's errors say in our words: more exactly than a class of errors can, because a SQLSTATE stands for several faults.
 *
 * A reading is chosen by the SQLSTATE, the function of PostgreSQL that raised the error, and the text of the message, which is known in
 * English only. A name in {braces} comes from the message or from the statement and must pass the check of `../shown-names.ts`: where it does
 * not, the next reading of the state is taken.
 */
export interface Reading {
  readonly state: string;
  /** Functions in PostgreSQL's source that raise the error in this sense. Absent: any. */
  readonly routines?: readonly string[];
  /** PostgreSQL's message, or its detail, in English. Groups `type…` are types, `n` and `m` numbers, all others names. */
  readonly message?: RegExp;
  readonly detail?: RegExp;
  /** At the place of the error stands a parameter of TypeORM, `:name`, which got no value. */
  readonly namedParameter?: true;
  /** Names are quoted as PostgreSQL quotes them, but for `{function}`. `{at}` is what stands in the statement at the place of the error, `{qualifier}` its first part. */
  readonly summary: string;
  /** What to do. Absent: what the class says. */
  readonly advice?: string;
}

const NAME = '[\\w.]+';
const TYPES = '[\\w ()\\[\\],"]+';
export const MIGRATE = 'Correct the name; if a newer version of the schema has it, run the migrations (migration:run).';
export const CAST = 'Give a value of the right type, or cast it: CAST(… AS type).';
export const VALIDATE = 'Validate the value before you send it to the database.';
export const DDL = 'Change the schema by migrations only.';

/** A regular expression with names: `<column>` becomes a group of that name. */
export function createMessagePattern(text: string): RegExp {
  const source = text.replaceAll(/<(\w+)>/g, (_, group: string) => {
    const content = group.startsWith('type') ? TYPES : group.startsWith('n') && group.length === 1 ? '\\d+' : NAME;
    return `(?<${group}>${content})`;
  });
  return new RegExp(`^${source}$`);
}
