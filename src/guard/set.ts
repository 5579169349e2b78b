import { SharedDbError } from '../connection/shared-db-error.js';
import { assertMayDestroy, type Destruction } from './guard.js';
import { isEnvironmentName, MARKER_NAME, type Query } from './marker.js';

/** What a database says of itself cannot be set so. One line: why, and what to do. */
export class EnvironmentNotSet extends SharedDbError {
  override readonly name = 'EnvironmentNotSet';
}

/** @throws EnvironmentNotSet when it is no name of an environment */
export function assertEnvironmentName(text: string): void {
  if (isEnvironmentName(text)) return;
  throw new EnvironmentNotSet(
    'An environment is one word of a to z, digits, - and _, in lower case: development, test, staging, production.',
  );
}

/**
 * Writes of which environment the database is. Its name must be given where it must be to destroy something, since that is what
 * this would permit; but anybody may say that it is production.
 *
 * @param query of an open transaction, in which nothing else was done: the caller commits
 * @throws EnvironmentNotSet, ConfirmationNeeded, ConfirmationWrong
 */
export async function setEnvironment(
  query: Query,
  environment: string,
  { packageVersion, ...permission }: Omit<Destruction, 'action'> & { readonly packageVersion: string },
): Promise<void> {
  assertEnvironmentName(environment);
  const table = await lockedTable(query);
  const tightens = environment === 'production' && permission.confirmedName === undefined;
  if (!tightens) await assertMayDestroy(query, { action: `call it ${environment}`, ...permission });
  await query(`DELETE FROM ${table}`);
  await query(`INSERT INTO ${table} (environment, package_version) VALUES ($1, $2)`, [environment, packageVersion]);
}

/** Until the transaction ends nobody else writes there: what was asked still holds when it is written. */
async function lockedTable(query: Query): Promise<string> {
  const [row] = await query<{ name: string; there: boolean; writes: boolean | null }>(
    `SELECT name, to_regclass(name) IS NOT NULL AS there,
            has_table_privilege(to_regclass(name), 'INSERT') AND has_table_privilege(to_regclass(name), 'DELETE') AS writes
     FROM (${MARKER_NAME}) AS marker`,
  );
  if (row?.there !== true) {
    throw new EnvironmentNotSet(
      'The database has no place yet to say what it is: migration:run makes it, with NODE_ENV as what it says.',
    );
  }
  if (row.writes !== true) {
    throw new EnvironmentNotSet('This role may not write what the database is: use the one that migrates.');
  }
  await query(`LOCK TABLE ${row.name} IN EXCLUSIVE MODE`);
  return row.name;
}
