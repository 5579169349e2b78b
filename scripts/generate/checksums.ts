import { CHECKSUMS_FILE, renderChecksums } from '../../src/cli/migration-file.js';
import type { GeneratedFile } from './generated-file.js';

/**
 * Returns the file of checksums. A version marks every unreleased migration as released by it.
 *
 * @throws MigrationFileError when a released migration was edited, renamed or removed
 */
export async function generateChecksums(release?: string): Promise<GeneratedFile> {
  return { path: CHECKSUMS_FILE, content: await renderChecksums(release) };
}
