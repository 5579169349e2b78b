/** The vocabulary of columns: one word is one TypeORM column, its class-validator rules and its named CHECKs. */
export { Enumeration, nativeEnum } from './basic.js';
export { Field, Open } from './define-column.js';
export { Flag, flagRule } from './basic.js';
export { Id, uuidRule } from './basic.js';
export { jsonObjectRule, JsonList, JsonObject, listRule, shapeRule } from './json.js';
export { TextList } from './list.js';
export { CreatedAt, Day, isoMomentRule, Moment, UpdatedAt } from './timestamps.js';
export {
  betweenRule,
  Count,
  countRule,
  Quantity,
  quantityRule,
  Ratio,
  ratioRule,
  Score,
  scoreRule,
} from './numbers.js';
export { BelongsTo, HasMany, HasOne } from './relations.js';
export type { ColumnRule, FinalValues, RowRule } from './registry.js';
export { Final, Finals, IndexFor, Rule, Rules, Table, UniqueKey } from './table.js';
export {
  Choice,
  choiceRule,
  formatRule,
  literal,
  LOWER_SNAKE,
  Text,
  textRules,
  UPPER_SNAKE,
  type TextFormat,
} from './text.js';
