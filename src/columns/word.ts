import { Column, type ColumnOptions } from 'typeorm';
import { Field, type FieldOptions } from './field.js';
import type { ColumnRule } from './registry.js';

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
  const field = Field(rules, presenceOf(column));
  return (target, property) => {
    decorate(column)(target, property);
    field(target, property);
  };
}

function presenceOf({ nullable = false, default: fallback, generated }: ColumnOptions): FieldOptions {
  const optional = nullable || fallback !== undefined || generated !== undefined;
  // A function is SQL (now()): what it will say is not known here.
  const unknown = fallback === undefined || typeof fallback === 'function';
  return { nullable, optional, ...(unknown ? {} : { fallback: fallback as unknown }) };
}
