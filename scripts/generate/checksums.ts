import { CHECKSUMS_FILE, renderChecksums } from '../../src/cli/migration-file.js';
import type { GeneratedFile } from './generated-file.js';

/**
 * The checksums of the migrations. With a version: that one releases all that were not.
 *
 * @throws MigrationFileError when a released migration was edited, renamed or removed
 */
export async function generateChecksums(release?: string): Promise<GeneratedFile> {
  return { path: CHECKSUMS_FILE, content: await renderChecksums(release) };
}
