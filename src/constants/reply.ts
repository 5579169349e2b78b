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
