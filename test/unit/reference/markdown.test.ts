import { describe, expect, it } from '@jest/globals';
import { format } from 'prettier';
import { renderCode, escapeProse, renderTable } from '../../../scripts/generate/reference/markdown.js';

const SPECIAL_TEXTS = [
  'a | b || c',
  'a \\| b \\\\| c \\',
  '<script>alert(1)</script> & &lt; <!-- x',
  'one ` only, `` two, and a `co|de` with `<b>`',
  '**bold** _it_ ~~gone~~ [x](y) ![i](j) $x$ __proto__',
  '# no heading',
  '- no list',
  '1. no list either',
  '> no quote',
  'two\nlines\r\n\n| with | a row',
  '---',
  '',
];

describe('text with special characters in a Markdown table', () => {
  it.each(SPECIAL_TEXTS)('stays within its cell: %j', async (text) => {
    const cells = [escapeProse(text), renderCode(text), renderCode(`"${text}"`)];
    const page = await format(renderTable(['a', 'b', 'c'], [cells]), { parser: 'markdown', proseWrap: 'never' });
    const rows = page.trimEnd().split('\n');
    expect(rows).toHaveLength(3);
    // Readers treat backslashes differently, so each pipe is escaped once or replaced.
    for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(4);
    expect(renderCode(text)).not.toContain('|');
  });

  it.each([
    ['a | b', 'a \\| b'],
    ['a \\| b', 'a \\\\\\| b'],
    ['<script>', '\\<script\\>'],
    ['&lt;', '\\&lt;'],
    ['the `posts` of `a|b`', 'the `posts` of <code>a&#124;b</code>'],
    ['one ` only', 'one \\` only'],
    ['# no heading', '\\# no heading'],
    ['- no list', '\\- no list'],
    ['12) no list', '12\\) no list'],
    ['click_rate and _this_', 'click_rate and \\_this\\_'],
    ['two\n\n lines ', 'two lines'],
  ])('is shown literally: %j', (text, markdown) => {
    expect(escapeProse(text)).toBe(markdown);
  });

  it.each([
    ["CHECK ((a ~ '^[A-Z]+$'::text))", "`CHECK ((a ~ '^[A-Z]+$'::text))`"],
    ["a || 'b'", "<code>a &#124;&#124; 'b'</code>"],
    ['`<b>*x*</b>`', '<code>&#96;&#60;b&#62;&#42;x&#42;&#60;/b&#62;&#96;</code>'],
    ['a_b|_c_', '<code>a_b&#124;_c_</code>'],
    ['a\n  b', '`a b`'],
    ['', ''],
  ])('is shown literally as SQL: %j', (text, markdown) => {
    expect(renderCode(text)).toBe(markdown);
  });
});
