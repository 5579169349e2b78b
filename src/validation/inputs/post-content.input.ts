import { Field, textRules } from '../../columns/index.js';
import type { ColumnRule } from '../../columns/registry.js';
import { Post } from '../../entities/index.js';
import type { Platform } from '../../entities/enums.js';
import { Like } from './words.js';

/** The requirements' rule, and that of X but for its length. Other platforms allow more: `AuthorInput` asks by platform. */
const STRICT_HANDLE = {
  pattern: /^[A-Za-z0-9_]+$/,
  sentence: 'must be letters, digits or underscores',
};

const notEmpty: ColumnRule = {
  kind: 'size',
  sentence: 'must hold at least one item',
  holds: (value) => Array.isArray(value) && value.length > 0,
};

/** A post as a monitor delivers it. Equivalent to PostContentSchema of the requirements. */
export class PostContentInput {
  /** 1..5,000 characters. */
  @Like(Post, 'content') content!: string;

  @Like(Post, 'platform') platform!: Platform;

  /** 1..100 letters, digits, dashes or underscores. */
  @Like(Post, 'platformPostId') platformPostId!: string;

  /** 1..50 letters, digits or underscores, whatever the platform. */
  @Field(textRules({ max: 50, format: STRICT_HANDLE })) authorHandle!: string;

  /** 1..50 different terms. */
  @Like(Post, 'keywordMatches', { required: true, also: [notEmpty] }) keywordMatches!: string[];
}
