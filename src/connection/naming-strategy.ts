import { DefaultNamingStrategy, type NamingStrategyInterface, type Table, type View } from 'typeorm';
import { snakeCase } from 'typeorm/util/StringUtils.js';

/** PostgreSQL truncates longer identifiers without an error (NAMEDATALEN - 1), and two truncated names can be equal. */
const MAX_IDENTIFIER_BYTES = 63;

export type ConstraintKind = 'pk' | 'fk' | 'uq' | 'ix' | 'ck' | 'tg';

/** Returns the column name of a property: `sssScore` → `sss_score`. */
export function toColumnName(property: string): string {
  return snakeCase(property);
}

/**
 * Returns the name of a constraint, index or trigger: `ck_replies__approved_has_approver`, `ix_posts__author_id_detected_at`.
 *
 * The columns keep their order, because indexes with different orders are different indexes.
 *
 * @throws Error when the name is longer than 63 bytes
 */
export function createConstraintName(kind: ConstraintKind, table: string, ...parts: readonly string[]): string {
  const name = [`${kind}_${table}`, ...parts].join('__');
  if (Buffer.byteLength(name) > MAX_IDENTIFIER_BYTES) {
    throw new Error(`The name "${name}" is longer than ${MAX_IDENTIFIER_BYTES} bytes: shorten its last part.`);
  }
  return name;
}

/**
 * Gives readable names to the objects that TypeORM would otherwise name by a hash. A CHECK or a partial index has no obvious name, so the
 * entity must name it.
 */
export class ReadableNamingStrategy extends DefaultNamingStrategy implements NamingStrategyInterface {
  override columnName(property: string, customName: string | undefined, prefixes: string[]): string {
    return snakeCase([...prefixes, customName ?? property].join('_'));
  }

  override relationName(property: string): string {
    return property;
  }

  override joinColumnName(relation: string, referencedColumn: string): string {
    return snakeCase(`${relation}_${referencedColumn}`);
  }

  override primaryKeyName(table: Table | string): string {
    return createConstraintName('pk', getPlainName(table));
  }

  override foreignKeyName(table: Table | string, columns: string[]): string {
    return createConstraintName('fk', getPlainName(table), columns.join('_'));
  }

  override uniqueConstraintName(table: Table | string, columns: string[]): string {
    return createConstraintName('uq', getPlainName(table), columns.join('_'));
  }

  override relationConstraintName(table: Table | string, columns: string[]): string {
    return this.uniqueConstraintName(table, columns);
  }

  override indexName(table: Table | View | string, columns: string[], where?: string): string {
    if (where) throw new Error(`The partial index on ${getPlainName(table)} (${columns.join(', ')}) needs a name.`);
    return createConstraintName('ix', getPlainName(table), columns.join('_'));
  }

  override checkConstraintName(table: Table | string, expression: string): string {
    throw new Error(
      `The CHECK (${expression}) on ${getPlainName(table)} needs a name: declare it with a column decorator or @Rule.`,
    );
  }

  override exclusionConstraintName(table: Table | string): string {
    throw new Error(`The exclusion constraint on ${getPlainName(table)} needs a name.`);
  }
}

/** Returns the table name without schema. TypeORM passes `schema.table` or an object. */
function getPlainName(table: Table | View | string): string {
  const name = typeof table === 'string' ? table : table.name;
  return name.split('.').at(-1) ?? name;
}
