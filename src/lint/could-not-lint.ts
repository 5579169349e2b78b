import { SharedDbError } from '../connection/shared-db-error.js';

/** The migrations were not linted: a tool is missing or does not answer as it should. Says nothing about the migrations. */
export class CouldNotLint extends SharedDbError {
  override readonly name = 'CouldNotLint';
}

/** What to install where `migration:lint` is to run: the package itself needs neither. */
export const INSTALL = 'npm install --save-dev squawk-cli@2.61.0 libpg-query@18';
