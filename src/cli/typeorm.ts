import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { environmentWith } from '../connection/environment.js';
import { SharedDbError } from '../connection/shared-db-error.js';
import { acquireDatabase } from './database.js';
import { action } from './action.js';

export const typeormCommand = new Command('typeorm')
  .description('TypeORM’s own command line on ormconfig, with the database of this working folder')
  .argument('[arguments...]', 'what TypeORM is to do')
  .allowUnknownOption()
  .helpOption(false)
  .addHelpText('after', '\nExample:\n  npm run typeorm -- query "SELECT count(*) FROM posts"')
  .action(
    action(async (environment, args: string[]) => {
      const database = await acquireDatabase(environment);
      try {
        const { code } = await runTypeorm(database.url, args, 'inherit');
        process.exitCode = code;
      } finally {
        await database.release();
      }
    }),
  );

/** Whether this is the TypeScript source, run through a loader, or what `npm run build` made of it. */
const FROM_SOURCE = import.meta.url.endsWith('.ts');
const LOADER = ['--import', '@swc-node/register/esm-register'];
const ORMCONFIG = fileURLToPath(new URL(`../../ormconfig.${FROM_SOURCE ? 'ts' : 'js'}`, import.meta.url));

/**
 * TypeORM's command line as a process of its own, on our ormconfig. With `inherit` it speaks to the terminal, otherwise what
 * it printed is returned.
 */
export async function runTypeorm(
  url: string | undefined,
  args: readonly string[],
  output: 'inherit' | 'collect',
): Promise<{ code: number; printed: string }> {
  const cli = fileURLToPath(import.meta.resolve('typeorm/cli.js'));
  const withConfig = url === undefined || args.length === 0 ? args : [...args, '-d', ORMCONFIG];
  const child = spawn(process.execPath, [...(FROM_SOURCE ? LOADER : []), cli, ...withConfig], {
    stdio: ['inherit', output === 'inherit' ? 'inherit' : 'pipe', output === 'inherit' ? 'inherit' : 'pipe'],
    env: environmentWith(url),
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
