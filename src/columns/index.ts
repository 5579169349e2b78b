/** The vocabulary of columns: one word is one TypeORM column, its class-validator rules and its named CHECKs. */
export { Enumeration, nativeEnum } from './enumeration.js';
export { Flag } from './flag.js';
export { Id } from './id.js';
export { JsonList, JsonObject } from './json.js';
export { TextList } from './list.js';
export { CreatedAt, Day, Moment, UpdatedAt } from './moments.js';
export { Count, Quantity, Ratio, Score } from './numbers.js';
export { BelongsTo, HasMany, HasOne } from './relations.js';
export type { RowRule } from './registry.js';
export { IndexFor, Rule, Rules, Table, UniqueKey } from './table.js';
export { Choice, LOWER_SNAKE, Text, UPPER_SNAKE, type TextFormat } from './text.js';
