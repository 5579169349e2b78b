/**
 * Writes every file that is generated from the source. Deletes all other files of docs/reference/, except those of BY_HAND.
 *
 *     npm run docs:generate              writes the files
 *     npm run docs:generate -- --check   exits with 1 when a file is out of date, missing or surplus
 *
 * Both fail when a released migration was edited, renamed or removed.
 */
import { rm } from 'node:fs/promises';
import 'reflect-metadata';
import { generateChecksums } from './generate/checksums.js';
import { generateComments } from './generate/comments.js';
import { generateEnvironmentPage } from './generate/environment.js';
import { generateErrorsPage } from './generate/errors.js';
import { findIssue, findSurplusFiles, runScript, write } from './generate/generated-file.js';
import { generateLintPage } from './generate/lint.js';
import { generateReference } from './generate/reference/index.js';
import { generateRolesPage } from './generate/roles.js';
import { generateVersion } from './generate/version.js';
import { SHIPPED_SNAPSHOT } from '../src/schema/shipped-snapshot.js';

/** Example configuration of a server, tested by test/operations/roles/. */
const BY_HAND = ['docs/reference/pg_hba.conf', 'docs/reference/postgresql.conf'];

const check = process.argv.includes('--check');
void runScript(async () => {
  const files = [
    ...[
      await generateChecksums(),
      await generateVersion(),
      generateComments(),
      generateEnvironmentPage(),
      generateErrorsPage(),
      generateLintPage(),
      generateRolesPage(),
    ],
    ...generateReference(SHIPPED_SNAPSHOT),
  ];
  for (const file of files) {
    if (!check) await write(file);
    else reportStaleFile(file.path, await findIssue(file));
  }
  for (const path of await findSurplusFiles('docs/reference', files)) {
    if (BY_HAND.includes(path)) continue;
    if (!check) await rm(path);
    else reportStaleFile(path, 'is no longer generated');
  }
});

function reportStaleFile(path: string, issue: string | undefined): void {
  if (issue === undefined) return;
  console.error(`${path} ${issue}: run npm run docs:generate and commit the result.`);
  process.exitCode = 1;
}
