import type { TextFormat } from '../../columns/index.js';

/** A tracking code. Source: ReplyContentSchema of the requirements. */
export const UTM_CODE: TextFormat = {
  pattern: /^[a-z0-9_-]+$/,
  sentence: 'must be lower-case letters, digits, underscores or dashes',
};

export const UTM_CODE_TEXT = { max: 100, format: UTM_CODE } as const;
