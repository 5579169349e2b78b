import type { QueryRunner } from 'typeorm';
import type { MigrationClass } from '../../src/migrations/migration.js';

interface More {
  /** False: outside a transaction. */
  readonly transaction?: boolean;
}

/** Creates a migration with these statements. */
export function reversible(name: string, up: string, down: string, more: More = {}): MigrationClass {
  class Planted {
    readonly name = name;
    readonly reversible = true;
    readonly transaction = more.transaction ?? true;
    up(queryRunner: QueryRunner): Promise<unknown> {
      return queryRunner.query(up);
    }
    down(queryRunner: QueryRunner): Promise<unknown> {
      return queryRunner.query(down);
    }
  }
  return named(name, Planted);
}

/** An irreversible migration whose down() runs statements before it throws. */
export function irreversible(
  name: string,
  up: string,
  because: string,
  more: More & { readonly first?: string; readonly silent?: boolean } = {},
): MigrationClass {
  class Planted {
    readonly name = name;
    readonly reversible = false;
    readonly irreversibleBecause = because;
    readonly transaction = more.transaction ?? true;
    up(queryRunner: QueryRunner): Promise<unknown> {
      return queryRunner.query(up);
    }
    async down(queryRunner: QueryRunner): Promise<never> {
      if (more.first !== undefined) await queryRunner.query(more.first);
      if (more.silent) return undefined as never;
      throw new Error(this.irreversibleBecause);
    }
  }
  return named(name, Planted);
}

function named(name: string, migration: MigrationClass): MigrationClass {
  Object.defineProperty(migration, 'name', { value: name });
  return migration;
}
