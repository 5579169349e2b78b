import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Command } from 'commander';
import { createRowReader, withClient } from '../connection/client.js';
import {
  type DatabaseTarget,
  type Environment,
  readConfirmedDatabase,
  readEnvironmentWith,
} from '../connection/environment.js';
import { SharedDbError } from '../errors/shared-db-error.js';
import { assertDestructiveActionAllowed } from '../operations/environment-guard/guard.js';
import { FROM_SOURCE, packageRequire, PACKAGE_ROOT } from '../package.js';
import { createAction, formatExamples } from './command.js';
import { type ConfirmationFlags, createDatabaseOption, runConfirmed } from './confirmation.js';
import { withDatabase } from './database.js';

const command = new Command('typeorm')
  .description('run TypeORM’s own command line on ormconfig, with the database of this working folder')
  .argument('[arguments...]', 'the arguments for TypeORM')
  .addOption(createDatabaseOption())
  .allowUnknownOption()
  .helpOption(false)
  .addHelpText(
    'after',
    formatExamples('typeorm query "SELECT count(*) FROM posts"', 'typeorm --database antone_staging schema:drop'),
  )
  .action(
    createAction((environment, args: string[], { database: given }: ConfirmationFlags) =>
      withDatabase(environment, async (database) => {
        const confirmedName = await confirmTypeormCommand(args, environment, database, given);
        const { code } = await runTypeorm(database, args, 'inherit', confirmedName);
        process.exitCode = code;
      }),
    ),
  );

export const commands = [command];

/** TypeORM's destructive commands. The DataSource checks them too, but here the error is one line, and the terminal can ask. */
const DESTRUCTIVE_COMMANDS: Readonly<Record<string, string>> = {
  'schema:drop': 'drop every table',
  'schema:sync': 'synchronise the schema, which drops columns',
  'migration:revert': 'take back a migration',
};

/** Returns the name that confirms the database to the process of TypeORM. */
async function confirmTypeormCommand(
  args: readonly string[],
  { nodeEnv }: Environment,
  { url, schema }: DatabaseTarget,
  given = readConfirmedDatabase(),
): Promise<string | undefined> {
  const action = args.map((argument) => DESTRUCTIVE_COMMANDS[argument]).find((found) => found !== undefined);
  if (action === undefined) return given;
  return runConfirmed(given, async (confirmedName) => {
    await withClient(url, { schema, applicationName: 'shared-db cli', readOnly: true }, (client) =>
      assertDestructiveActionAllowed(createRowReader(client), { action, nodeEnv, confirmedName }),
    );
    return confirmedName;
  });
}

const LOADER = ['--import', '@swc-node/register/esm-register'];
const ORMCONFIG = join(PACKAGE_ROOT, `ormconfig.${FROM_SOURCE ? 'ts' : 'js'}`);

/**
 * Runs TypeORM's command line with our ormconfig, in a separate process.
 *
 * @param database undefined for commands that use none
 * @param output `inherit` prints to the terminal; `collect` returns what TypeORM prints
 */
export async function runTypeorm(
  database: DatabaseTarget | undefined,
  args: readonly string[],
  output: 'inherit' | 'collect',
  confirmedName?: string,
): Promise<{ code: number; printed: string }> {
  const cli = packageRequire.resolve('typeorm/cli.js');
  const withConfig = database === undefined || args.length === 0 ? args : [...args, '-d', ORMCONFIG];
  const stream = output === 'inherit' ? 'inherit' : 'pipe';
  const child = spawn(process.execPath, [...(FROM_SOURCE ? LOADER : []), cli, ...withConfig], {
    stdio: ['inherit', stream, stream],
    env: readEnvironmentWith(database, confirmedName),
  });
  let printed = '';
  for (const readable of [child.stdout, child.stderr])
    readable?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? 1, printed };
}

/** TypeORM's command line failed. Its output is not part of the message, because it may contain SQL. */
export class TypeormFailure extends SharedDbError {
  override readonly name = 'TypeormFailure';
}
