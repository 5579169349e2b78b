import { describe, expect, it } from '@jest/globals';
import { castsTo, derivedName, localName, mentions, recast } from '../../../../src/operations/generator/draft.js';

describe('names in generated statements', () => {
  it.each([
    ['$schema.posts', '"posts"'],
    ['posts', '"posts"'],
    ['$schema."Posts"', '"Posts"'],
  ])('leave the schema of %s out', (path, name) => {
    expect(localName(path)).toBe(name);
  });

  it('stay within 63 bytes when something is added', () => {
    expect(derivedName('ck_posts__content_length', '__new')).toBe('"ck_posts__content_length__new"');
    const longest = `ck_${'ä'.repeat(30)}`;
    expect(derivedName(longest, '__new')).toBe(`"ck_${'ä'.repeat(27)}__new"`);
  });

  it('are found as names, not in texts', () => {
    expect(mentions(`CHECK ((platform = 'x'::text))`, 'platform')).toBe(true);
    expect(mentions(`CHECK ((kind = 'platform'::text))`, 'platform')).toBe(false);
  });

  it('of types are told from columns of the same name', () => {
    expect(castsTo(`CHECK ((platform = 'REDDIT'::platform))`, '"platform"')).toBe(true);
    expect(castsTo(`CHECK (((platform)::text = 'REDDIT'::text))`, '"platform"')).toBe(false);
  });

  it('of types are replaced in casts alone', () => {
    const sql = `((old.mood = ANY (ARRAY['mood'::mood, 'x'::mood])) AND ('mood::mood' <> old.mood))`;
    const recasted = `((old.mood = ANY (ARRAY['mood'::"Mood", 'x'::"Mood"])) AND ('mood::mood' <> old.mood))`;
    expect(recast(sql, '"mood"', '"Mood"')).toBe(recasted);
    expect(recast(sql, '"other"', '"Mood"')).toBe(sql);
  });
});
