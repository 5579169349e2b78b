import { DefaultNamingStrategy, type NamingStrategyInterface, type Table, type View } from 'typeorm';
import { snakeCase } from 'typeorm/util/StringUtils.js';

/** PostgreSQL cuts longer identifiers silently, and two cut names may then be one (NAMEDATALEN - 1). */
const MAX_IDENTIFIER_BYTES = 63;

export type ConstraintKind = 'pk' | 'fk' | 'uq' | 'ix' | 'ck' | 'tg';

/** The column name of a property: `sssScore` → `sss_score`. */
export function toColumnName(property: string): string {
  return snakeCase(property);
}

/**
 * The name of a constraint, index or trigger: `ck_replies__approved_has_approver`, `ix_posts__author_id_detected_at`.
 *
 * Columns stay in the order given: it is their order in the index, and two orders are two indexes.
 *
 * @throws Error when the name would be longer than PostgreSQL keeps; shorten the meaning, do not rely on the cut.
 */
export function createConstraintName(kind: ConstraintKind, table: string, ...parts: readonly string[]): string {
  const name = [`${kind}_${table}`, ...parts].join('__');
  if (Buffer.byteLength(name) > MAX_IDENTIFIER_BYTES) {
    throw new Error(`The name "${name}" is longer than ${MAX_IDENTIFIER_BYTES} bytes: give it a shorter meaning.`);
  }
  return name;
}

/**
 * Names a psql user can read, for everything TypeORM names by itself. What has no readable name of its own (a CHECK, a
 * partial index) must be given one: guessing would bring the hash names back.
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
    return createConstraintName('pk', assertPlainName(table));
  }

  override foreignKeyName(table: Table | string, columns: string[]): string {
    return createConstraintName('fk', assertPlainName(table), columns.join('_'));
  }

  override uniqueConstraintName(table: Table | string, columns: string[]): string {
    return createConstraintName('uq', assertPlainName(table), columns.join('_'));
  }

  override relationConstraintName(table: Table | string, columns: string[]): string {
    return this.uniqueConstraintName(table, columns);
  }

  override indexName(table: Table | View | string, columns: string[], where?: string): string {
    if (where) throw new Error(`The partial index on ${assertPlainName(table)} (${columns.join(', ')}) needs a name.`);
    return createConstraintName('ix', assertPlainName(table), columns.join('_'));
  }

  override checkConstraintName(table: Table | string, expression: string): string {
    throw new Error(
      `The CHECK (${expression}) on ${assertPlainName(table)} needs a name: write it as a column word or a @Rule.`,
    );
  }

  override exclusionConstraintName(table: Table | string): string {
    throw new Error(`The exclusion constraint on ${assertPlainName(table)} needs a name.`);
  }
}

/** The bare table name; TypeORM hands over `schema.table` or an object that knows its name. */
function assertPlainName(table: Table | View | string): string {
  const name = typeof table === 'string' ? table : table.name;
  return name.split('.').at(-1) ?? name;
}
