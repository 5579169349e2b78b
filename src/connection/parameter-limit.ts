import { TooManyParameters } from './errors.js';

/** The protocol counts the parameters of a statement in 16 bits. node-postgres would send the rest of the count's division. */
export const MAX_PARAMETERS = 65_535;

/** @throws TooManyParameters before anything is sent. */
export function assertParametersFit(parameters: unknown): void {
  if (!Array.isArray(parameters) || parameters.length <= MAX_PARAMETERS) return;
  throw tooManyParameters(
    parameters.length,
    'Pass a long list as one parameter (Any(list) in TypeORM, = ANY($1) in SQL), or split the work (save(rows, { chunk: 1000 })).',
  );
}

/** The same for an INSERT, of which is known how many rows would fit. */
export function assertRowsFit(parameters: readonly unknown[], table: string, perRow: () => number): void {
  if (parameters.length <= MAX_PARAMETERS) return;
  const rows = Math.floor(MAX_PARAMETERS / perRow());
  throw tooManyParameters(
    parameters.length,
    `Write at most ${rows} rows of ${table} at once (save(rows, { chunk: ${rows} })).`,
  );
}

function tooManyParameters(count: number, advice: string): TooManyParameters {
  const numbers = `${count} parameters were given, and a statement takes at most ${MAX_PARAMETERS}`;
  return new TooManyParameters({ rule: numbers, advice });
}
