import type { ColumnRule } from './registry.js';
import { defineWord } from './word.js';

export const flagRule: ColumnRule = {
  kind: 'flag',
  sentence: 'must be true or false',
  holds: (value) => typeof value === 'boolean',
};

/** Yes or no; never null, since "unknown" would be a third answer. */
export function Flag(options: { default: boolean }): PropertyDecorator {
  return defineWord({ type: 'boolean', default: options.default }, [flagRule]);
}
