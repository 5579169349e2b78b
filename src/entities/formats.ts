import type { TextFormat } from '../columns/index.js';
import { quoteStandardLiteral } from '../errors/sql-text.js';
import type { Platform } from './enums.js';

/** Format of a user name on each platform. */
export const HANDLE_FORMATS: Readonly<Record<Platform, TextFormat & { readonly example: string }>> = {
  TWITTER: {
    pattern: /^[A-Za-z0-9_]{1,15}$/,
    message: 'must be 1 to 15 letters, digits or underscores',
    example: 'jane_doe7',
  },
  REDDIT: {
    pattern: /^[A-Za-z0-9_-]{3,20}$/,
    message: 'must be 3 to 20 letters, digits, underscores or hyphens',
    example: 'jane-doe_7',
  },
  THREADS: {
    pattern: /^[A-Za-z0-9_.]{1,30}$/,
    message: 'must be 1 to 30 letters, digits, underscores or periods',
    example: 'jane.doe_7',
  },
};

/** SQL condition of these formats. */
export const HANDLE_OF_PLATFORM = `CASE "platform" ${Object.entries(HANDLE_FORMATS)
  .map(([platform, { pattern }]) => `WHEN '${platform}' THEN "handle" ~ ${quoteStandardLiteral(pattern.source)}`)
  .join(' ')} END`;

/** Message: "a handle on TWITTER must be 1 to 15 letters, digits or underscores, like jane_doe7; on REDDIT it must be…" */
export const HANDLE_MESSAGE = `a handle ${Object.entries(HANDLE_FORMATS)
  .map(([platform, { message, example }], index) => {
    return `on ${platform} ${index === 0 ? '' : 'it '}${message}, like ${example}`;
  })
  .join('; ')}`;

/** Format of the id of a post. Source: requirements for posts. */
export const PLATFORM_POST_ID: TextFormat = {
  pattern: /^[A-Za-z0-9_-]+$/,
  message: 'must be letters, digits, underscores or dashes',
};

/** Format of a tracking code. Source: requirements for reply texts. */
const UTM_CODE: TextFormat = {
  pattern: /^[a-z0-9_-]+$/,
  message: 'must be lower-case letters, digits, underscores or dashes',
};

export const UTM_CODE_TEXT = { max: 100, format: UTM_CODE } as const;
