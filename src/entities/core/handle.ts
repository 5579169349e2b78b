import { literal, type TextFormat } from '../../columns/index.js';
import type { Platform } from '../enums.js';

/** What a user name looks like on each platform; the requirements' own rule (letters, digits, underscore) is that of X. */
export const HANDLE_FORMATS: Readonly<Record<Platform, TextFormat>> = {
  TWITTER: { pattern: /^[A-Za-z0-9_]{1,15}$/, sentence: 'must be 1 to 15 letters, digits or underscores' },
  REDDIT: { pattern: /^[A-Za-z0-9_-]{3,20}$/, sentence: 'must be 3 to 20 letters, digits, underscores or hyphens' },
  THREADS: { pattern: /^[A-Za-z0-9_.]{1,30}$/, sentence: 'must be 1 to 30 letters, digits, underscores or periods' },
};

/** The same for PostgreSQL. */
export const HANDLE_OF_PLATFORM = `CASE "platform" ${Object.entries(HANDLE_FORMATS)
  .map(([platform, { pattern }]) => `WHEN '${platform}' THEN "handle" ~ ${literal(pattern.source)}`)
  .join(' ')} END`;
