/**
 * Writes src/entities/comments.ts alone: what `migration:generate` needs before it compares entities with a database. The rest of
 * `docs:generate` speaks of a database that is migrated already.
 */
import { generateComments } from './generate/comments.js';
import { write } from './generate/generated-file.js';

await write(generateComments());
