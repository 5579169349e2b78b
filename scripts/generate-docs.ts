/**
 * Writes everything that is generated from the source and kept in git.
 *
 *     npm run docs:generate              writes the files
 *     npm run docs:generate -- --check   exit 1 when one is out of date
 *
 * Both refuse when a released migration is not what was released.
 */
import 'reflect-metadata';
import { checksumsFile } from './generate/checksums.js';
import { commentsFile } from './generate/comments.js';
import { errorsFile } from './generate/errors.js';
import { isCurrent, write } from './generate/generated-file.js';
import { refusing } from './generate/refusing.js';

const check = process.argv.includes('--check');
await refusing(async () => {
  for (const file of [await checksumsFile(), commentsFile(), errorsFile()]) {
    if (!check) {
      await write(file);
    } else if (!(await isCurrent(file))) {
      console.error(`${file.path} is out of date: run npm run docs:generate and commit what it writes.`);
      process.exitCode = 1;
    }
  }
});
