import { describe, expect, it } from '@jest/globals';
import { formatCommand, removeSecrets } from '../../../src/cli/command.js';

describe('removeSecrets', () => {
  it.each([
    [`error: unknown option '--url=postgres://app:hunter2@db/antone'\n`, `error: unknown option '--url=<hidden>\n`],
    ['error: too many arguments: postgresql://app:hunter2 hunter2@db/antone', 'error: too many arguments: <hidden>\n'],
    [`unknown command 'host=db password=hunter2'`, `unknown command 'host=db <hidden>\n`],
    [`unknown option '--password=hunter2\nhunter2'`, `unknown option '--<hidden>\n`],
    [`PGPASSWORD: "hunter2 hunter2"`, `PG<hidden>\n`],
  ])('cuts off %j', (text, shown) => {
    expect(removeSecrets(text)).toBe(shown);
  });

  it('leaves a text without secrets unchanged', () => {
    const text = `error: unknown option '--jsn'\n(Did you mean --json?)\n`;
    expect(removeSecrets(text)).toBe(text);
  });
});

// In the installed package it returns `npx shared-db …`: the tests of the commands show that.
describe('formatCommand in the repository', () => {
  it.each([
    ['migration:run', 'npm run migration:run'],
    ['migration:run --dry-run', 'npm run migration:run -- --dry-run'],
    ['migration:show --json', 'npm run --silent migration:show -- --json'],
    ['DATABASE_URL=postgres://db/antone validate:schema', 'DATABASE_URL=postgres://db/antone npm run validate:schema'],
    ['PORT=4000 start', 'PORT=4000 npm start'],
  ])('returns the npm command for %j', (command, line) => {
    expect(formatCommand(command)).toBe(line);
  });
});
