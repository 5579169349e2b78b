import { Command } from 'commander';
import { action } from './action.js';
import { ABOUT_CONFIRMATION, confirming, databaseOption, type Confirmable } from './confirmation.js';

const HELP = `
Restores under another name, proves that it is equal to what was backed up (catalog, rows, sequences, settings, rights), and only
then exchanges the two in one transaction: killed at any moment, it leaves the one or the other. Ends the sessions of that database.
The database that was there is kept as <database>_failed_<time>.
${ABOUT_CONFIRMATION}

Examples:
  npm run migration:restore -- .data/backups/antone_20261123_075012_123
  npm run migration:restore -- --database antone /var/backups/antone/antone_20261123_075012_123`;

export const restoreCommand = new Command('migration:restore')
  .description('put a backup of migration:run --backup in the place of its database')
  .argument('<backup>', 'its folder')
  .addOption(databaseOption())
  .addHelpText('after', HELP)
  .action(
    action(async (environment, folder: string, { database }: Confirmable) => {
      const { restore } = await import('./backup/restore.js');
      await confirming(database, (confirmedName) => restore(environment, folder, confirmedName));
    }),
  );
