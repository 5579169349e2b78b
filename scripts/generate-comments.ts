/**
 * Writes src/entities/comments.ts and src/migrations/checksums.ts, which commands load when they start. `migration:generate` and
 * `migration:finish` run it first; the other generated files follow from a migrated database.
 */
import { generateChecksums } from './generate/checksums.js';
import { generateComments } from './generate/comments.js';
import { runScript, write } from './generate/generated-file.js';

void runScript(async () => {
  await write(generateComments());
  await write(await generateChecksums());
});
