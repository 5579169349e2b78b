/**
 * Signature that every reply must contain: U+2014 (em dash) directly followed by the name. Advertising law requires this
 * disclosure. Source: requirements for reply texts.
 */
export const REPLY_SIGNATURE = '—Antone (Vita)';

/** Smallest and largest length of a reply on any platform, in characters (code points). Source: requirements for reply texts. */
export const REPLY_LENGTH = { min: 10, max: 1000 } as const;

/**
 * Largest length of a reply on each platform, in characters. Source: product requirements, reply limits. A basic X account allows
 * only 280 characters; the service that posts there must shorten or split the text.
 */
export const REPLY_LIMITS = { TWITTER: 320, REDDIT: 500, THREADS: 320 } as const;

/**
 * Medical claims that a reply must not contain, in upper or lower case, anywhere in the text. Source: requirements for reply texts.
 * It is better to refuse too much than too little: the pattern also matches "secure", "obscure", "pedicure", "epicure", "retreat",
 * "treat yourself" and the disclaimer "not a cure".
 */
export const PROHIBITED_CLAIMS = /(cure|prevent|treat|clinically proven)/i;

/**
 * Returns true when a text contains a prohibited claim in any spelling. Before the comparison, compatibility forms (full-width
 * letters, ligatures, circled letters) become plain letters, accents and invisible characters are removed, and white space
 * becomes one space. Similar letters of other alphabets are not converted.
 *
 * @param text any text of any length
 */
export function containsProhibitedClaim(text: string): boolean {
  const plain = text
    .normalize('NFKD')
    .replace(/(?!\p{White_Space})[\p{M}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\uFFFC\u{1D159}]/gu, '')
    .replace(/[\p{White_Space}\u2800]+/gu, ' ')
    // Upper case first, because it converts variants such as the dotless i into plain letters.
    .toUpperCase()
    .toLowerCase();
  return CLAIMS.test(plain);
}

// The space is optional, because two words may be separated only by a zero-width space, which is removed.
const CLAIMS = new RegExp(PROHIBITED_CLAIMS.source.replaceAll(' ', ' ?'));
