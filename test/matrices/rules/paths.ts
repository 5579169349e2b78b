import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { getEntityRules, type EntityClass } from '../../../src/columns/registry.js';
import { EntityValidationError } from '../../../src/validation/validation-error.js';
import { toDatabaseError } from '../../../src/validation/constraints.js';
import { rowOf, type Row } from '../../support/rows.js';
import { INSERT_PATHS, UPDATE_PATHS, type InsertPath, type UpdatePath } from '../../support/write-paths.js';

/** Checks whether a write was stored or refused as expected. */
export interface Expectation {
  readonly entity: EntityClass;
  /** The rule, for the report. */
  readonly rule: string;
  readonly lands: boolean;
}

/** The writes tried, by rule and path, and the unexpected results. */
export class Matrix {
  readonly issues: string[] = [];
  tries = 0;

  constructor(private readonly dataSource: DataSource) {}

  /** Writes a new row: on the paths that TypeORM announces, or on all. */
  async insert(expected: Expectation, row: Row, isTried: (path: InsertPath) => boolean = () => true): Promise<void> {
    const tried: { id: string; path: string; error: Error | undefined }[] = [];
    for (const { name, write } of INSERT_PATHS.filter(isTried)) {
      const id = randomUUID();
      const error = await this.refusal(() => write(this.dataSource, expected.entity, { ...row, id }));
      tried.push({ id, path: `insert by ${name}`, error });
    }
    const found = await this.read(
      expected.entity,
      tried.map(({ id }) => id),
    );
    for (const { id, path, error } of tried) this.check(expected, path, found.has(id), error);
  }

  /** Changes a stored row, one for each path. */
  async update(
    expected: Expectation,
    { stored, change }: { stored: Row; change: Row },
    isTried: (path: UpdatePath) => boolean = () => true,
  ): Promise<void> {
    const tried = UPDATE_PATHS.filter(isTried).map((path) => ({ ...path, id: randomUUID() }));
    const ids = tried.map(({ id }) => id);
    const rows = ids.map((id) => ({ ...rowOf(expected.entity), ...stored, id }));
    await this.dataSource.getRepository(expected.entity).insert(rows);
    const before = await this.read(expected.entity, ids);
    const errors: (Error | undefined)[] = [];
    for (const { id, write } of tried) {
      errors.push(await this.refusal(() => write(this.dataSource, expected.entity, id, change)));
    }
    const after = await this.read(expected.entity, ids);
    for (const [index, { id, name }] of tried.entries()) {
      this.check(expected, `update by ${name}`, before.get(id) !== after.get(id), errors[index]);
    }
  }

  private async refusal(write: () => Promise<unknown>): Promise<Error | undefined> {
    try {
      await write();
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }

  private check({ entity, rule, lands }: Expectation, path: string, landed: boolean, error: Error | undefined): void {
    this.tries += 1;
    const place = `${entity.name} ${rule}, ${path}`;
    if (landed !== lands) this.issues.push(`${place}: ${landed ? 'landed' : `did not land: ${String(error)}`}`);
    else if (!lands && !isTyped(error))
      this.issues.push(`${place}: ${error === undefined ? 'no error' : String(error)}`);
  }

  /** The rows as text, without the time of their last change. */
  private async read(entity: EntityClass, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { table = '' } = getEntityRules(entity);
    const sql = `SELECT id, (to_jsonb(t) - 'updated_at')::text AS row FROM ${table} t WHERE id = ANY ($1)`;
    const rows = await this.dataSource.query<{ id: string; row: string }[]>(sql, [ids]);
    return new Map(rows.map(({ id, row }) => [id, row]));
  }
}

/** Drops foreign keys and unique keys, so that rows need no parents and may be equal. */
export async function dropOtherKeys(dataSource: DataSource): Promise<void> {
  await dataSource.query(`
    DO $$
    DECLARE one record;
    BEGIN
      FOR one IN SELECT conrelid::regclass AS owner, conname FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype IN ('f', 'u') LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.owner, one.conname);
      END LOOP;
      FOR one IN SELECT indexrelid::regclass AS name FROM pg_index JOIN pg_class c ON c.oid = indrelid
        WHERE indisunique AND NOT indisprimary AND relnamespace = 'public'::regnamespace LOOP
        EXECUTE format('DROP INDEX %s', one.name);
      END LOOP;
    END $$`);
}

function isTyped(error: unknown): boolean {
  return error instanceof EntityValidationError || toDatabaseError(error) !== undefined;
}
