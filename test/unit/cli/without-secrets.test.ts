import { describe, expect, it } from '@jest/globals';
import { withoutSecrets } from '../../../src/cli/without-secrets.js';

describe('what commander repeats of what was typed', () => {
  it.each([
    [
      `error: unknown option '--url=postgres://app:hunter2@db/antone'`,
      `error: unknown option '--url=<connection string>'`,
    ],
    [
      'error: too many arguments: postgresql://app:hunter2@db/antone now',
      'error: too many arguments: <connection string> now',
    ],
    [`unknown command 'host=db password=hunter2'`, `unknown command 'host=db password=<hidden>'`],
    [`unknown option '--password=hunter2'`, `unknown option '--password=<hidden>'`],
    [`PGPASSWORD: "hunter2 hunter2"`, `PGPASSWORD: <hidden>`],
  ])('%s', (text, shown) => {
    expect(withoutSecrets(text)).toBe(shown);
  });

  it('leaves everything else', () => {
    const text = `error: unknown option '--jsn'\n(Did you mean --json?)\n`;
    expect(withoutSecrets(text)).toBe(text);
  });
});
