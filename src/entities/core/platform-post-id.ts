import type { TextFormat } from '../../columns/index.js';

/** A post's id as platforms write it. Source: PostContentSchema of the requirements. */
export const PLATFORM_POST_ID: TextFormat = {
  pattern: /^[A-Za-z0-9_-]+$/,
  sentence: 'must be letters, digits, underscores or dashes',
};
