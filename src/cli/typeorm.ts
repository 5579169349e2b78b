import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { createRowReader, withClient } from '../connection/client.js';
import {
  readEnvironmentWith,
  readConfirmedDatabase,
  type DatabaseTarget,
  type Environment,
} from '../connection/environment.js';
import { SharedDbError } from '../errors/shared-db-error.js';
import { assertDestructiveActionAllowed } from '../operations/environment-guard/guard.js';
import { runConfirmed, createDatabaseOption, type Confirmable } from './confirmation.js';
import { acquireDatabase, type CommandDatabase } from './database.js';
import { createAction } from './command.js';

export const typeormCommand = new Command('typeorm')
  .description('TypeORM’s own command line on ormconfig, with the database of this working folder')
  .argument('[arguments...]', 'what TypeORM is to do')
  .addOption(createDatabaseOption())
  .allowUnknownOption()
  .helpOption(false)
  .addHelpText(
    'after',
    '\nExamples:\n  npm run typeorm -- query "SELECT count(*) FROM posts"\n  npm run typeorm -- --database antone_staging schema:drop',
  )
  .action(
    createAction(async (environment, args: string[], { database: given }: Confirmable) => {
      const database = await acquireDatabase(environment);
      try {
        const confirmedName = await confirmTypeormCommand(args, environment, database, given);
        const { code } = await runTypeorm(database, args, 'inherit', confirmedName);
        process.exitCode = code;
      } finally {
        await database.release();
      }
    }),
  );

/** What of TypeORM's destroys, and asks through the DataSource; asked here too, in one line and of whoever is at the terminal. */
const DESTROYS: Readonly<Record<string, string>> = {
  'schema:drop': 'drop every table',
  'schema:sync': 'synchronise the schema, which drops columns',
  'migration:revert': 'take back a migration',
};

/** The name that confirms the database to the process that does it. */
async function confirmTypeormCommand(
  args: readonly string[],
  { nodeEnv }: Environment,
  { url, schema }: CommandDatabase,
  given = readConfirmedDatabase(),
): Promise<string | undefined> {
  const action = args.map((argument) => DESTROYS[argument]).find((found) => found !== undefined);
  if (action === undefined) return given;
  return runConfirmed(given, async (confirmedName) => {
    await withClient(url, { schema, applicationName: 'shared-db cli', readOnly: true }, (client) =>
      assertDestructiveActionAllowed(createRowReader(client), { action, nodeEnv, confirmedName }),
    );
    return confirmedName;
  });
}

/** Whether this is the TypeScript source, run through a loader, or what `npm run build` made of it. */
const FROM_SOURCE = import.meta.url.endsWith('.ts');
const LOADER = ['--import', '@swc-node/register/esm-register'];
const ORMCONFIG = fileURLToPath(new URL(`../../ormconfig.${FROM_SOURCE ? 'ts' : 'js'}`, import.meta.url));

/**
 * TypeORM's command line as a process of its own, on our ormconfig. With `inherit` it speaks to the terminal, otherwise what
 * it printed is returned.
 */
export async function runTypeorm(
  database: DatabaseTarget | undefined,
  args: readonly string[],
  output: 'inherit' | 'collect',
  confirmedName?: string,
): Promise<{ code: number; printed: string }> {
  const cli = fileURLToPath(import.meta.resolve('typeorm/cli.js'));
  const withConfig = database === undefined || args.length === 0 ? args : [...args, '-d', ORMCONFIG];
  const child = spawn(process.execPath, [...(FROM_SOURCE ? LOADER : []), cli, ...withConfig], {
    stdio: ['inherit', output === 'inherit' ? 'inherit' : 'pipe', output === 'inherit' ? 'inherit' : 'pipe'],
    env: readEnvironmentWith(database, confirmedName),
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? 1, printed };
}

/** TypeORM's command line failed; what it printed was its own and may quote SQL, so only its last line is passed on. */
export class TypeormFailure extends SharedDbError {
  override readonly name = 'TypeormFailure';
}
