/**
 * The disclosure every reply carries: U+2014 (em dash) directly followed by the name. Required by advertising law; source:
 * ReplyContentSchema of the requirements.
 */
export const REPLY_SIGNATURE = '—Antone (Vita)';

/** Bounds of any reply, in characters (code points). Source: ReplyContentSchema. */
export const REPLY_LENGTH = { min: 10, max: 1000 } as const;

/**
 * The longest reply on each platform, in characters. Source: product requirements FR7; 320 exceeds the 280 of a basic X
 * account, whose poster must shorten or split.
 */
export const REPLY_LIMITS = { TWITTER: 320, REDDIT: 500, THREADS: 320 } as const;

/**
 * Claims that a reply must not make, in any case, anywhere in the text. Source: ReplyContentSchema. Over-blocking is
 * preferred to under-blocking: as plain parts of words these also hit "secure", "obscure", "pedicure", "epicure", "retreat"
 * and "treat yourself", and refuse a disclaimer that says "not a cure".
 */
export const PROHIBITED_CLAIMS = /(cure|prevent|treat|clinically proven)/i;

/**
 * Does a text make a prohibited claim, however it is written? Before it is compared, compatibility forms (full-width letters,
 * ligatures, letters in circles) become plain ones, accents and invisible characters are dropped, and any white space counts
 * as one space. Letters of other alphabets that look alike stay what they are.
 *
 * @param text of any length and content.
 */
export function containsProhibitedClaim(text: string): boolean {
  const plain = text
    .normalize('NFKD')
    .replace(/(?!\p{White_Space})[\p{M}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\uFFFC\u{1D159}]/gu, '')
    .replace(/[\p{White_Space}\u2800]+/gu, ' ')
    // Upper case first: it turns the dotless i and other variants into the plain letter.
    .toUpperCase()
    .toLowerCase();
  return CLAIMS.test(plain);
}

// A zero-width space may be all that stands between two words.
const CLAIMS = new RegExp(PROHIBITED_CLAIMS.source.replaceAll(' ', ' ?'));
