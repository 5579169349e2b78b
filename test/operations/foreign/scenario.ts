/**
 * Runs the operations on the library's schema, which knows nothing of this package, and prints what they found as JSON.
 *
 *     node --import … scenario.ts <url of an empty database>
 */
import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { readSchemaCatalog, readSchemaSnapshot } from '../../../src/operations/catalog/compare.js';
import { diff } from '../../../src/operations/catalog/diff.js';
import { NO_REQUIREMENTS } from '../../../src/operations/catalog/rules/catalog.js';
import { validateCatalog } from '../../../src/operations/catalog/rules/index.js';
import { withScratchDatabases } from '../../../src/operations/catalog/scratch-databases.js';
import { lintMigrations } from '../../../src/operations/lint/lint.js';
import { previewMigrations } from '../../../src/operations/migrator/dry-run.js';
import { revertMigration, runMigrations } from '../../../src/operations/migrator/runner.js';
import { readMigrationStatus } from '../../../src/operations/migrator/status.js';
import { rehearse } from '../../../src/operations/rehearsal/rehearse.js';
import { createLibrary } from '../../support/library/data-source.js';
import { CreateLibrary1700000000000, RequireShelf1700000002000 } from '../../support/library/migrations.js';

const [, , url = ''] = process.argv;
const note = (): void => undefined;
const library = createLibrary(url);

const rehearsal = await rehearse({
  source: { url, schema: 'public', note },
  createDataSource: ({ url: at }) => createLibrary(at),
});
const preview = await previewMigrations(library);
const applied = await runMigrations(library, { environment: 'test' });
const again = await runMigrations(library);
const reverted = await revertMigration(library);
const reapplied = await runMigrations(library);

await library.initialize();
const { pending } = await readMigrationStatus(library);
const findings = validateCatalog(await readSchemaCatalog(library), NO_REQUIREMENTS).findings;
const drift = await withScratchDatabases(
  { dataSourceFor: (database) => createLibrary(url, database), note },
  ['migrated', 'synchronised'],
  async ({ migrated, synchronised }) => {
    const clean = diff(await readSchemaSnapshot(synchronised), await readSchemaSnapshot(migrated));
    await migrated.query('ALTER TABLE books ADD CONSTRAINT isbn_length CHECK (length(isbn) = 13)');
    const planted = diff(await readSchemaSnapshot(synchronised), await readSchemaSnapshot(migrated));
    return { clean: clean.map(({ message }) => message), planted: planted.map(({ message }) => message) };
  },
);
await library.destroy();
const lint = await lintMigrations({
  migrations: [new CreateLibrary1700000000000(), new RequireShelf1700000002000()],
  dataSource: createLibrary('postgres://nobody@127.0.0.1:1/none'),
});

// Messages of the loader's thread arrive a moment later.
await sleep(100);
const { loadedModules } = globalThis as unknown as { loadedModules: string[] };
console.log(
  JSON.stringify({
    rehearsal,
    preview: preview.map(({ name }) => name),
    ...{ applied, again, reverted, reapplied, pending, drift },
    findings: findings.map(({ rule, object }) => `${rule} ${object}`),
    lint: lint.findings.map(({ migration, rule }) => `${migration} ${rule}`),
    loadedModules,
  }),
);
