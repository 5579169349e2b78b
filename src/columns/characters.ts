/** Unicode version of the ranges below. A test compares them with the tables of the running Node. */
export const UNICODE_VERSION = '17.0';

/**
 * All invisible characters: white space, control and format characters, default-ignorable characters (`\p{Z}`, `\p{Cc}`, `\p{Cf}`,
 * `\p{Default_Ignorable_Code_Point}`) and the four `BLANK_SYMBOLS`.
 *
 * They are listed as code points, so that the validator and the CHECK use the same list: JavaScript and PostgreSQL have different
 * versions of Unicode, and PostgreSQL's regular expressions have no Unicode properties. NUL is absent because PostgreSQL's text
 * cannot contain it.
 *
 * A combining mark alone counts as visible, because it is drawn on a dotted circle or a space. Private-use and unassigned characters
 * count as visible too, because they are drawn as a box.
 */
export const INVISIBLE = [
  ...['1-20', '7F-A0', 'AD', '34F', '600-605', '61C', '6DD', '70F', '890-891', '8E2', '115F-1160', '1680', '17B4-17B5'],
  ...['180B-180F', '2000-200F', '2028-202F', '205F-206F', '2800', '3000', '3164', 'FE00-FE0F', 'FEFF', 'FFA0'],
  ...['FFF0-FFFC', '110BD', '110CD', '13430-1343F', '16FE4', '1BCA0-1BCA3', '1D159', '1D173-1D17A', 'E0000-E0FFF'],
] as const;

/**
 * Characters that Unicode classifies as symbols or marks but that are blank on the screen: the braille pattern without dots, the
 * object replacement character, the Khitan filler and the null notehead.
 */
export const BLANK_SYMBOLS = ['2800', 'FFFC', '16FE4', '1D159'] as const;

/** The control characters (`\p{Cc}`). */
export const CONTROLS = ['1-1F', '7F-9F'] as const;

/** Invisible characters that may follow a visible one: joiners, direction marks, variation selectors, tags of flags. */
export const TRAILING_MARKS = [
  '200C-200F',
  '202A-202E',
  '2061-206F',
  'FE00-FE0F',
  'E0020-E007F',
  'E0100-E01EF',
] as const;

/** Returns the inside of a bracket expression of JavaScript (`u` flag): `[${toCharacterClass(INVISIBLE)}]`. */
export function toCharacterClass(ranges: readonly string[]): string {
  return ranges.map((range) => range.split('-').map(escapeCharacter).join('-')).join('');
}

/** Converts a regular expression of JavaScript for PostgreSQL, which writes characters beyond U+FFFF differently. */
export function toPostgresRegex(source: string): string {
  return source.replace(/\\u\{([0-9A-F]+)\}/g, (_, code: string) => `\\U${code.padStart(8, '0')}`);
}

function escapeCharacter(code: string): string {
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
}
