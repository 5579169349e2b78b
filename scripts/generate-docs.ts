/**
 * Writes everything that is generated from the source and kept in git.
 *
 *     npm run docs:generate              writes the files
 *     npm run docs:generate -- --check   exit 1 when one is out of date
 */
import 'reflect-metadata';
import { commentsFile } from './generate/comments.js';
import { errorsFile } from './generate/errors.js';
import { isCurrent, write } from './generate/generated-file.js';

const check = process.argv.includes('--check');
for (const file of [commentsFile(), errorsFile()]) {
  if (!check) {
    await write(file);
  } else if (!(await isCurrent(file))) {
    console.error(`${file.path} is out of date: run npm run docs:generate and commit what it writes.`);
    process.exitCode = 1;
  }
}
