import { describe, expect, it } from '@jest/globals';
import {
  hasCastTo,
  deriveName,
  quoteLocalName,
  mentionsName,
  recast,
} from '../../../../src/operations/generator/draft.js';

describe('names in generated statements', () => {
  it.each([
    ['$schema.posts', '"posts"'],
    ['posts', '"posts"'],
    ['$schema."Posts"', '"Posts"'],
  ])('are quoted without the schema: %s', (path, name) => {
    expect(quoteLocalName(path)).toBe(name);
  });

  it('stay within 63 bytes when a suffix is added', () => {
    expect(deriveName('ck_posts__content_length', '__new')).toBe('"ck_posts__content_length__new"');
    const longest = `ck_${'ä'.repeat(30)}`;
    expect(deriveName(longest, '__new')).toBe(`"ck_${'ä'.repeat(27)}__new"`);
  });

  it('are found as identifiers, not in string literals', () => {
    expect(mentionsName(`CHECK ((platform = 'x'::text))`, 'platform')).toBe(true);
    expect(mentionsName(`CHECK ((kind = 'platform'::text))`, 'platform')).toBe(false);
  });

  it('of types are found in casts, not as columns of the same name', () => {
    expect(hasCastTo(`CHECK ((platform = 'REDDIT'::platform))`, '"platform"')).toBe(true);
    expect(hasCastTo(`CHECK (((platform)::text = 'REDDIT'::text))`, '"platform"')).toBe(false);
  });

  it('of types are replaced in casts only', () => {
    const sql = `((old.mood = ANY (ARRAY['mood'::mood, 'x'::mood])) AND ('mood::mood' <> old.mood))`;
    const recasted = `((old.mood = ANY (ARRAY['mood'::"Mood", 'x'::"Mood"])) AND ('mood::mood' <> old.mood))`;
    expect(recast(sql, '"mood"', '"Mood"')).toBe(recasted);
    expect(recast(sql, '"other"', '"Mood"')).toBe(sql);
  });
});
