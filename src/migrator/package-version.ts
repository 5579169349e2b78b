import { readFileSync } from 'node:fs';

/** The version of this package, of whichever folder it runs from: its source or what was built of it. */
export function packageVersion(): string {
  for (let folder = new URL('.', import.meta.url); ;) {
    const version = versionIn(folder);
    if (version !== undefined) return version;
    const parent = new URL('..', folder);
    if (parent.href === folder.href) return 'unknown';
    folder = parent;
  }
}

function versionIn(folder: URL): string | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as Record<
      string,
      unknown
    >;
    return name === '@shared/db' && typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}
