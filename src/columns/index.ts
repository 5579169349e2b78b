/** Column decorators. Each combines a TypeORM column, its class-validator rules and its named CHECKs. */
export { EnumColumn, declareEnum } from './basic.js';
export { Field, AllowUnknownKeys } from './define-column.js';
export { Flag, flagRule } from './basic.js';
export { Id, uuidRule } from './basic.js';
export { jsonObjectRule, JsonList, JsonObject, createListRule, createShapeRule } from './json.js';
export { TextList } from './list.js';
export { CreatedAt, Day, isoTimestampRule, Timestamp, UpdatedAt } from './timestamps.js';
export {
  createRangeRule,
  Count,
  createCountRule,
  Quantity,
  createQuantityRule,
  Ratio,
  ratioRule,
  Score,
  scoreRule,
} from './numbers.js';
export { BelongsTo, HasMany, HasOne } from './relations.js';
export type { FinalValues, RowRule } from './registry.js';
export { Final, Finals, IndexFor, Rule, Rules, Table, UniqueKey } from './table.js';
export {
  Choice,
  createChoiceRule,
  createFormatRule,
  LOWER_SNAKE,
  Text,
  createTextRules,
  UPPER_SNAKE,
  type TextFormat,
} from './text.js';
