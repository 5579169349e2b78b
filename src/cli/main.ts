#!/usr/bin/env node
/** The command line: `npx shared-db <command>` in the installed package, and the npm scripts of this repository. */
import { Command } from 'commander';
import { readDebug } from '../connection/environment.js';
import { PACKAGE_VERSION } from '../version.js';
import { COULD_NOT_CHECK, explain, output, removeSecrets } from './command.js';
import { createSchemaOption } from './database.js';

/** The module of each command, in the order of `--help`. Only the module of the command to run is loaded. */
const MODULES: Readonly<Record<string, () => Promise<{ readonly commands: readonly Command[] }>>> = {
  start: () => import('./start.js'),
  health: () => import('./health.js'),
  'migration:generate': () => import('./migration-writing.js'),
  'migration:create': () => import('./migration-writing.js'),
  'migration:finish': () => import('./finish.js'),
  'migration:run': () => import('./migrations.js'),
  'migration:revert': () => import('./migrations.js'),
  'migration:show': () => import('./migrations.js'),
  'migration:restore': () => import('./restore.js'),
  'migration:rehearse': () => import('./rehearse.js'),
  'migration:check': () => import('./check.js'),
  'migration:lint': () => import('./lint.js'),
  'validate:schema': () => import('./validate.js'),
  'db:roles': () => import('./roles.js'),
  'db:environment': () => import('./environment.js'),
  'seed:reference': () => import('./seed.js'),
  seed: () => import('./seed.js'),
  typeorm: () => import('./typeorm.js'),
};

const HELP = `
Without DATABASE_URL, and outside production, commands use an embedded PostgreSQL in .data/ of the working folder.
Every NODE_ENV but development and test counts as production, also staging. An unset NODE_ENV does not.`;

const program = new Command('shared-db')
  .description('The data layer of Antone (Vita): schema, migrations, seeds and upkeep.')
  .version(PACKAGE_VERSION, '--version', 'print the version of the package')
  .showHelpAfterError('(add --help for examples)')
  .addHelpText('after', HELP);

// A closed pipe (`| head`) does not stop a command; the rest of its output is dropped.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

// Unhandled exceptions: exit code 2. In some commands 1 means that they found something.
process.on('uncaughtException', (error) => {
  output.note(`error: ${explain(error, readDebug())}`);
  process.exit(COULD_NOT_CHECK);
});

/** Loads the command that was asked for, and runs it. */
async function main(): Promise<void> {
  // --help, an unknown command and no command need every module.
  const all = Object.entries(MODULES);
  const asked = all.filter(([name]) => name === process.argv[2]);
  for (const [name, load] of asked.length > 0 ? asked : all) {
    const { commands } = await load();
    for (const command of commands.filter((each) => each.name() === name)) program.addCommand(command);
  }

  for (const command of [program, ...program.commands]) {
    // migration:create is the only command that uses no database.
    if (command !== program && command.name() !== 'migration:create') command.addOption(createSchemaOption());
    // Commander repeats the arguments in its errors, and one may be a connection string.
    command.configureOutput({
      outputError: (text, write) => {
        write(removeSecrets(text));
      },
    });
  }

  await program.parseAsync();
}

void main();
