import { IsOptional, ValidateBy, ValidateIf } from 'class-validator';
import { Column, type ColumnOptions } from 'typeorm';
import { rulesOf, type ColumnRule } from './registry.js';

/** When may a column be null? Most words take this. */
export interface Nullable {
  /** May be null; the property's comment says when. Default: NOT NULL. */
  nullable?: boolean;
}

/**
 * Makes a word of the vocabulary: one decorator that is a TypeORM column, its class-validator rules and its CHECKs. The
 * CHECKs wait in the registry until `@Table` names the table.
 */
export function defineWord(
  column: ColumnOptions,
  rules: readonly ColumnRule[],
  decorate: (options: ColumnOptions) => PropertyDecorator = Column,
): PropertyDecorator {
  return (target, property) => {
    decorate(column)(target, property);
    rulesOf(target.constructor).columns.set(property as string, rules);
    for (const rule of rules) mustHold(rule)(target, property);
    allowAbsence(column)?.(target, property);
  };
}

/** The class-validator half of a rule, for properties that are no columns (input classes, JSON shapes). */
export function mustHold({ kind, sentence, holds }: ColumnRule): PropertyDecorator {
  return ValidateBy({
    name: kind,
    validator: { validate: holds, defaultMessage: (args) => `${args?.property ?? 'value'} ${sentence}` },
  });
}

/**
 * Who may leave the value out: a nullable column (null and undefined pass) and one the database fills (undefined passes,
 * null does not: `IsOptional` would let it through to a NOT NULL column).
 */
function allowAbsence(column: ColumnOptions): PropertyDecorator | undefined {
  if (column.nullable) return IsOptional();
  if (column.default !== undefined || column.generated) return ValidateIf((_row, value) => value !== undefined);
  return undefined;
}
