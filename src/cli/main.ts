#!/usr/bin/env node
/**
 * The command line: `npx shared-db <command>`, and behind the npm scripts of this repository.
 *
 * Commands load what needs TypeORM when they are run, with `await import(…)`: that takes four times as long as all the rest,
 * and neither --help nor a refused argument needs it.
 */
import { Command } from 'commander';
import { readDebug } from '../connection/environment.js';
import { checkCommand } from './check.js';
import { COULD_NOT_CHECK, explain, output, removeSecrets } from './command.js';
import { createSchemaOption } from './database.js';
import { environmentCommand } from './environment.js';
import { finishCommand } from './finish.js';
import { healthCommand } from './health.js';
import { lintCommand } from './lint.js';
import { writingCommands } from './migration-writing.js';
import { migrationCommands } from './migrations.js';
import { rehearseCommand } from './rehearse.js';
import { restoreCommand } from './restore.js';
import { rolesCommand } from './roles.js';
import { seedCommands } from './seed.js';
import { startCommand } from './start.js';
import { typeormCommand } from './typeorm.js';
import { validateCommand } from './validate.js';

const program = new Command('shared-db')
  .description('The data layer of Antone (Vita): schema, migrations, seeds and upkeep.')
  .showHelpAfterError('(add --help for examples)')
  .addHelpText(
    'after',
    '\nWithout DATABASE_URL, and outside production, commands work on an embedded PostgreSQL in .data/ of the working folder.\nEvery NODE_ENV but development and test counts as production, staging too; none does not.',
  );

for (const command of [
  startCommand,
  healthCommand,
  ...writingCommands,
  finishCommand,
  ...migrationCommands,
  restoreCommand,
  rehearseCommand,
  checkCommand,
  lintCommand,
  validateCommand,
  rolesCommand,
  environmentCommand,
  ...seedCommands,
  typeormCommand,
]) {
  // Nothing is written to a database by the only one that does not connect to it.
  if (command.name() !== 'migration:create') command.addOption(createSchemaOption());
  program.addCommand(command);
}

// A reader that has seen enough (`| head`) is no reason to stop half-way: what is left to say is dropped.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

// The reasons of commands are told by `action`; this is for what is thrown where nobody waits. It is never a finding (1).
process.on('uncaughtException', (error) => {
  output.note(`error: ${explain(error, readDebug())}`);
  process.exit(COULD_NOT_CHECK);
});

// Commander repeats what it was given, and somebody gave it a connection string.
for (const command of [program, ...program.commands]) {
  command.configureOutput({
    outputError: (text, write) => {
      write(removeSecrets(text));
    },
  });
}

await program.parseAsync();
