import type { TextFormat } from '../../columns/index.js';

/** A tracking code. Source: ReplyContentSchema of the requirements. */
export const UTM_CODE: TextFormat = {
  pattern: /^[a-z0-9_-]+$/,
  sentence: 'must be lower-case letters, digits, underscores or dashes',
};
