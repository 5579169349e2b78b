import { ConfirmationNeeded, ConfirmationWrong, quoted, type Deed } from './errors.js';
import { readSituation, type Query, type Situation } from './marker.js';

/** Environments in which anything may be destroyed without a question. */
const HARMLESS: readonly string[] = ['development', 'test'];

export interface Destruction {
  /** Completes "Refused to …": `take back a migration`. */
  readonly action: string;
  /** It is the whole database that goes, and not the schema alone. */
  readonly wholeDatabase?: boolean;
  /** NODE_ENV in lower case; undefined when it is not set. */
  readonly nodeEnv: string | undefined;
  /** The database's name as the operator gave it; undefined: nobody did. */
  readonly confirmedName: string | undefined;
  /** How the operator can give it. Default `--database`. */
  readonly confirmBy?: string;
}

/**
 * May something be destroyed in the database behind this connection? Free only where the database says that it is one of
 * development or tests and NODE_ENV does not say otherwise, and where there is nothing. Else its name must be given, exactly; a
 * wrong one is refused everywhere.
 *
 * Ask on the connection that does the deed, under the lock or in the transaction of the deed where there is one.
 *
 * @throws ConfirmationNeeded, ConfirmationWrong, and what the query throws
 */
export async function assertMayDestroy(query: Query, destruction: Destruction): Promise<void> {
  assertConfirmed(await readSituation(query), destruction);
}

/** The same where the situation is known already. */
export function assertConfirmed(situation: Situation, destruction: Destruction): void {
  const { action, nodeEnv, confirmedName, wholeDatabase = false, confirmBy = '--database' } = destruction;
  const { databaseName, otherSchemas } = situation;
  const deed: Deed = { action, confirmBy };
  if (confirmedName === databaseName) return;
  if (confirmedName !== undefined) throw new ConfirmationWrong(deed, databaseName, confirmedName);
  const others = wholeDatabase && otherSchemas.length > 0;
  const reasons = [
    ...(others ? [`it holds other schemas too, which go with it: ${otherSchemas.join(', ')}`] : []),
    ...reasonsToAsk(situation, nodeEnv),
  ];
  if (reasons.length > 0) throw new ConfirmationNeeded(deed, databaseName, reasons);
}

/** Why the name is asked for, in words; none: what destroys is free. */
export function reasonsToAsk({ databaseName, empty, marker }: Situation, nodeEnv: string | undefined): string[] {
  if (empty) return [];
  const database = `the database ${quoted(databaseName)}`;
  const reasons: string[] = [];
  if (marker.state === 'unset') reasons.push(`${database} does not say of which environment it is`);
  else if (marker.state === 'unreadable') reasons.push(`this role cannot read of which environment ${database} is`);
  else if (!HARMLESS.includes(marker.environment)) reasons.push(`${database} says it is ${marker.environment}`);
  if (nodeEnv !== undefined && !HARMLESS.includes(nodeEnv)) reasons.push(`NODE_ENV is ${quoted(nodeEnv)}`);
  return reasons;
}
