import { describe, expect, it } from '@jest/globals';
import { removeSecrets } from '../../../src/cli/command.js';

describe('what commander repeats of what was typed', () => {
  it.each([
    [`error: unknown option '--url=postgres://app:hunter2@db/antone'\n`, `error: unknown option '--url=<hidden>\n`],
    ['error: too many arguments: postgresql://app:hunter2 hunter2@db/antone', 'error: too many arguments: <hidden>\n'],
    [`unknown command 'host=db password=hunter2'`, `unknown command 'host=db <hidden>\n`],
    [`unknown option '--password=hunter2\nhunter2'`, `unknown option '--<hidden>\n`],
    [`PGPASSWORD: "hunter2 hunter2"`, `PG<hidden>\n`],
  ])('%s', (text, shown) => {
    expect(removeSecrets(text)).toBe(shown);
  });

  it('leaves everything else', () => {
    const text = `error: unknown option '--jsn'\n(Did you mean --json?)\n`;
    expect(removeSecrets(text)).toBe(text);
  });
});
