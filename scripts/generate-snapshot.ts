/**
 * Migrates a new database and writes its catalog to src/schema/shipped-snapshot.ts, which `migration:check` compares live databases with.
 * Then generates docs/reference/ from it. Uses a temporary embedded server, or the server of TEST_DATABASE_URL.
 *
 *     npm run docs:snapshot              writes the files
 *     npm run docs:snapshot -- --check   exits with 1 when the snapshot is out of date
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readScratchSnapshots } from '../src/operations/catalog/scratch-databases.js';
import { createScratchFactory } from '../src/cli/database.js';
import { isSnapshotCurrent, SNAPSHOT_FILE, writeSnapshotFile } from '../src/cli/snapshot-file.js';
import { acquireEmbeddedServer } from '../src/embedded/embedded-server.js';
import { DEFAULT_SCHEMA } from '../src/connection/session-settings.js';

const serverUrl = process.env.TEST_DATABASE_URL;
const { url, stop } = serverUrl ? { url: serverUrl, stop: undefined } : await startEmbedded();
try {
  const { migrated } = await readScratchSnapshots(
    { dataSourceFor: createScratchFactory({ url, schema: DEFAULT_SCHEMA }), note: console.error },
    ['migrated'],
  );
  if (!process.argv.includes('--check')) {
    await writeSnapshotFile(migrated);
    // Imported here, because it reads the file that was just written.
    await import('./generate-docs.js');
  } else if (!(await isSnapshotCurrent(migrated))) {
    console.error(`${SNAPSHOT_FILE} is out of date: run npm run docs:snapshot and commit the result.`);
    process.exitCode = 1;
  }
} finally {
  await stop?.();
}

async function startEmbedded(): Promise<{ url: string; stop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'shared-db-snapshot-'));
  const server = await acquireEmbeddedServer({ folder: join(folder, 'postgres'), durable: false });
  return {
    url: server.url(),
    stop: async () => {
      await server.release();
      await rm(server.folder, { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
    },
  };
}
