import type { DataSource, ObjectLiteral } from 'typeorm';
import {
  ARCHETYPE_NAMES,
  CHAMPION_TIER_NAMES,
  COMPETITOR_CATEGORY_NAMES,
  ESCALATION_REASON_NAMES,
  KPI_TYPE_NAMES,
  POWER_TIER_NAMES,
} from '../constants/lists.js';
import {
  Archetype,
  ChampionTier,
  CompetitorCategory,
  EscalationReason,
  KpiType,
  PowerTier,
} from '../entities/index.js';
import { SharedDbError } from '../errors/shared-db-error.js';
import { validateEntity } from '../validation/index.js';
import { assertActor, writeAudit } from './audit-trail.js';
import { toNewRow } from './new-row.js';
import { StateConflict } from './state-conflict.js';
import { RepositoryFor, TableRepository } from './table-repository.js';

/** No row of a reference table has the name. `names` has those that exist. */
export class UnknownReference extends SharedDbError {
  override readonly name = 'UnknownReference';
  readonly code = 'UNKNOWN_REFERENCE';

  /**
   * @param table name of the table
   * @param wanted the name that was looked up; shown when it is a name in upper snake case
   * @param names those that exist
   */
  constructor(
    readonly table: string,
    wanted: string,
    readonly names: readonly string[],
  ) {
    const shown = /^[A-Z][A-Z0-9_]{0,49}$/.test(wanted) ? `the name ${wanted}` : 'this name';
    super(`No row of ${table} has ${shown}. Use one of: ${names.join(', ')}.`);
  }
}

/** Code looks up rows by this name, so it cannot be renamed: add a row with the new name, and deactivate this one. */
export class NameIsUsedByCode extends StateConflict {
  override readonly name = 'NameIsUsedByCode';

  constructor(table: string) {
    super(`The row of ${table} cannot be renamed, because code looks it up by its name`, { status: 'USED_BY_CODE' });
  }
}

/** The columns that all reference tables have. */
interface ReferenceEntity extends ObjectLiteral {
  id: string;
  name: string;
  isActive: boolean;
  createdAt: Date;
  updatedAt: Date;
}

/** A row of a reference table, without its relations. */
export type ReferenceRow<Row> = Readonly<
  Omit<Row, 'authors' | 'champions' | 'competitors' | 'decisions' | 'escalations' | 'metrics' | 'replies'>
>;

/** A new row of a reference table. */
export type NewReference<Row> = Omit<ReferenceRow<Row>, 'createdAt' | 'id' | 'isActive' | 'updatedAt'>;

/** How long the rows of a table are kept. */
const LIFETIME_MS = 60_000;

interface CachedRows {
  readonly rows: Promise<ReferenceEntity[]>;
  readonly expiresAt: number;
}

const caches = new WeakMap<DataSource, Map<string, CachedRows>>();

/**
 * A reference table: lookup by name, and its management from a dashboard.
 *
 * The rows are kept per DataSource for 60 seconds. A write of this process is seen at once, one of another process within 60 seconds; a
 * name that is not among the kept rows is looked up again. Inside a transaction the rows are read from the table and not kept.
 */
export abstract class ReferenceRepository<Row extends ReferenceEntity> extends TableRepository<Row> {
  /** Names that code looks up: they cannot be changed. */
  protected abstract readonly codeNames: readonly string[];

  /**
   * Returns the row with this name, also when it is retired (`isActive` is false).
   *
   * @throws UnknownReference with the names that exist
   */
  async getByName(name: string): Promise<ReferenceRow<Row>> {
    const isNamed = (row: ReferenceRow<Row>): boolean => row.name === name;
    const row = (await this.#readRows()).find(isNamed) ?? (await this.#readRows({ fresh: true })).find(isNamed);
    if (row !== undefined) return row;
    const names = (await this.#readRows()).map((other) => (other as unknown as ReferenceEntity).name);
    throw new UnknownReference(this.metadata.tableName, name, names);
  }

  /** Lists the rows by name, at most 1,000. @param options `includeRetired`: default false */
  async list({ includeRetired = false }: { includeRetired?: boolean } = {}): Promise<ReferenceRow<Row>[]> {
    const rows = await this.#readRows();
    return rows.filter(({ isActive }) => includeRetired || isActive);
  }

  /**
   * Adds an active row, with its audit row.
   *
   * @throws EntityValidationError; UniqueViolation when the name exists
   */
  async add(row: NewReference<Row>, actor: string): Promise<ReferenceRow<Row>> {
    assertActor(actor);
    const { columns, placeholders, values } = toNewRow(this.metadata, row, 2);
    const [added] = await this.#write<ReferenceRow<Row>>(
      'add',
      `WITH added AS (INSERT INTO ${this.metadata.tableName} (${columns}) VALUES (${placeholders}) RETURNING *),
       ${this.#audit('added', 'create', `jsonb_build_object('name', changed.name)`)}
       SELECT ${this.#columns} FROM added`,
      [actor, ...values],
    );
    if (added === undefined) throw new Error(`${this.metadata.tableName}.add returned no row.`);
    return added;
  }

  /**
   * Renames a row, with its audit row.
   *
   * @throws NameIsUsedByCode for a name in the constants of this package, UnknownReference, EntityValidationError; UniqueViolation when
   *   the new name exists
   */
  async rename(name: string, newName: string, actor: string): Promise<void> {
    assertActor(actor);
    if (this.codeNames.includes(name)) throw new NameIsUsedByCode(this.metadata.tableName);
    validateEntity(this.metadata.target as new () => object, { name: newName }, { write: 'update' });
    const rows = await this.#write(
      'rename',
      `WITH renamed AS (UPDATE ${this.metadata.tableName} SET name = $3::text, updated_at = now() WHERE name = $2::text RETURNING id),
       ${this.#audit('renamed', 'rename', `jsonb_build_object('from', $2::text, 'to', $3::text)`)}
       SELECT id FROM renamed`,
      [actor, name, newName],
    );
    if (rows.length === 0) await this.getByName(name);
  }

  /**
   * Retires a row: new rows no longer use it, old ones keep it. Allowed also for names that code looks up. Repeating the call changes
   * nothing.
   *
   * @throws UnknownReference
   */
  async deactivate(name: string, actor: string): Promise<void> {
    await this.#setActive('deactivate', name, false, actor);
  }

  /** Takes a retired row into use again. Repeating the call changes nothing. @throws UnknownReference */
  async activate(name: string, actor: string): Promise<void> {
    await this.#setActive('activate', name, true, actor);
  }

  async #setActive(action: 'activate' | 'deactivate', name: string, isActive: boolean, actor: string): Promise<void> {
    assertActor(actor);
    const rows = await this.#write(
      action,
      `WITH switched AS (
         UPDATE ${this.metadata.tableName} SET is_active = $3, updated_at = now() WHERE name = $2::text AND is_active <> $3 RETURNING id
       ), ${this.#audit('switched', action, `jsonb_build_object('name', $2::text)`)}
       SELECT id FROM switched`,
      [actor, name, isActive],
    );
    if (rows.length === 0) await this.getByName(name);
  }

  async #write<Result extends object>(method: string, sql: string, parameters: unknown[]): Promise<Result[]> {
    try {
      return await this.send<Result>(method, sql, parameters);
    } finally {
      this.#cache.delete(this.metadata.tableName);
    }
  }

  #audit(source: string, action: string, details: string): string {
    const entityType = this.metadata.name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
    return writeAudit({ source, entityType, action, actor: '$1', details });
  }

  async #readRows({ fresh = false }: { fresh?: boolean } = {}): Promise<ReferenceRow<Row>[]> {
    const read = async (): Promise<ReferenceEntity[]> => {
      const sql = `SELECT ${this.#columns} FROM ${this.metadata.tableName} ORDER BY name LIMIT 1000`;
      // Frozen, because all callers share them.
      return (await this.send<ReferenceEntity>('list', sql)).map((row) => Object.freeze(row));
    };
    if (this.manager.queryRunner?.isTransactionActive === true) return (await read()) as unknown as ReferenceRow<Row>[];
    const { tableName } = this.metadata;
    const cached = this.#cache.get(tableName);
    if (!fresh && cached !== undefined && cached.expiresAt > performance.now()) {
      return (await cached.rows) as unknown as ReferenceRow<Row>[];
    }
    const entry: CachedRows = { rows: read(), expiresAt: performance.now() + LIFETIME_MS };
    this.#cache.set(tableName, entry);
    try {
      return (await entry.rows) as unknown as ReferenceRow<Row>[];
    } catch (error) {
      if (this.#cache.get(tableName) === entry) this.#cache.delete(tableName);
      throw error;
    }
  }

  get #cache(): Map<string, CachedRows> {
    const { dataSource } = this.manager;
    const cache = caches.get(dataSource) ?? new Map<string, CachedRows>();
    caches.set(dataSource, cache);
    return cache;
  }

  get #columns(): string {
    return this.metadata.columns
      .map(({ databaseName, propertyName }) => `"${databaseName}" AS "${propertyName}"`)
      .join(', ');
  }
}

/** Styles of replies. */
@RepositoryFor(Archetype)
export class ArchetypeRepository extends ReferenceRepository<Archetype> {
  protected override readonly codeNames = ARCHETYPE_NAMES;
}

/** Classes of authors by follower count. */
@RepositoryFor(PowerTier)
export class PowerTierRepository extends ReferenceRepository<PowerTier> {
  protected override readonly codeNames = POWER_TIER_NAMES;
}

/** Kinds of competing products. */
@RepositoryFor(CompetitorCategory)
export class CompetitorCategoryRepository extends ReferenceRepository<CompetitorCategory> {
  protected override readonly codeNames = COMPETITOR_CATEGORY_NAMES;
}

/** Families of KPIs. */
@RepositoryFor(KpiType)
export class KpiTypeRepository extends ReferenceRepository<KpiType> {
  protected override readonly codeNames = KPI_TYPE_NAMES;
}

/** Reasons for a review by a person. */
@RepositoryFor(EscalationReason)
export class EscalationReasonRepository extends ReferenceRepository<EscalationReason> {
  protected override readonly codeNames = ESCALATION_REASON_NAMES;
}

/** Classes of community champions. */
@RepositoryFor(ChampionTier)
export class ChampionTierRepository extends ReferenceRepository<ChampionTier> {
  protected override readonly codeNames = CHAMPION_TIER_NAMES;
}
