/**
 * Compares the rows of the database with the expected rows. Expected rows have names instead of ids, such as `Post TWITTER 17`, and refer to
 * each other by name.
 */
import { expect } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';
import { AuditLog, RECORD_ENTITIES, REFERENCE_ENTITIES } from '@shared/db';
import type { DataSource, ObjectType } from 'typeorm';

interface Stored {
  id: string;
  createdAt: Date;
  updatedAt?: Date;
}

/**
 * The type of a JSON column's values: plain objects of the shape that a class describes. With the class itself as the type, typescript-eslint
 * demands instances, which PostgreSQL never returns.
 */
export type Plain<Value> = Value extends Date | string | number | boolean | null | undefined
  ? Value
  : Value extends (infer Item)[]
    ? Plain<Item>[]
    : Value extends object
      ? { [Key in keyof Value]: Plain<Value[Key]> }
      : Value;

/** The columns that services write: all except id and timestamps of the row. Foreign keys contain the name of the other row. */
export type Columns<Row> = {
  -readonly [
    Key in keyof Row as Key extends keyof Stored ? never : NonNullable<Row[Key]> extends Stored | Stored[] ? never : Key
  ]: Plain<Row[Key]>;
};

type NameRow = (row: Readonly<Record<string, unknown>>, other: (property: string) => string) => string;

/** Builds the name of a row of each table, from columns that identify it. Tables that are not listed use their column `name`. */
const ROW_NAMES: Readonly<Record<string, NameRow>> = {
  Author: ({ platform, platformId }) => `${String(platform)} ${String(platformId)}`,
  Post: ({ platform, platformPostId }) => `${String(platform)} ${String(platformPostId)}`,
  Decision: (_, other) => other('postId'),
  Reply: ({ utmCode }) => String(utmCode),
  CompetitiveMention: (_, other) => `${other('postId')} ${other('competitorId')}`,
  CommunityChampion: (_, other) => other('authorId'),
  KpiMetric: ({ date, platform, metricName }) => `${String(date)} ${String(platform)} ${String(metricName)}`,
  Escalation: ({ replyId, decisionId }, other) =>
    `${other('reasonId')} ${other(replyId ? 'replyId' : decisionId ? 'decisionId' : 'postId')}`,
  AuditLog: ({ action }, other) => `${other('entityId')} ${String(action)}`,
  WeightAdjustmentLog: ({ action, date }) => `${String(action)} ${(date as Date).toISOString()}`,
  LearningEvent: ({ date }) => (date as Date).toISOString(),
  RandomizedExperiment: (_, other) => other('decisionId'),
  SegmentedWeight: ({ segmentKey }) => String(segmentKey),
};

/** Knows the name of each row that was read, by its id. A row keeps its name when a row that it refers to is deleted. */
export class RowNames {
  readonly #names = new Map<string, string>();

  constructor(readonly dataSource: DataSource) {}

  of(id: unknown): string {
    return this.#names.get(String(id)) ?? `unknown ${String(id)}`;
  }

  /** Reads all rows of a table, by name. */
  async read(entity: ObjectType<object>): Promise<Map<string, Readonly<Record<string, unknown>>>> {
    const rows = (await this.dataSource.manager.find(entity)) as (Stored & Readonly<Record<string, unknown>>)[];
    const byName = new Map<string, Readonly<Record<string, unknown>>>();
    for (const row of rows) {
      const naming = ROW_NAMES[entity.name] ?? (({ name }) => String(name));
      const name = this.#names.get(row.id) ?? `${entity.name} ${naming(row, (property) => this.of(row[property]))}`;
      if (byName.has(name)) throw new Error(`Two rows have the name ${name}.`);
      byName.set(name, row);
      this.#names.set(row.id, name);
    }
    return byName;
  }

  async readAll() {
    for (const entity of REFERENCE_ENTITIES) await this.read(entity);
    const tables = new Map<string, Map<string, Readonly<Record<string, unknown>>>>();
    // Audit entries last, because their names contain the names of rows of any table.
    const sorted = [...RECORD_ENTITIES].sort((a, b) => Number(a === AuditLog) - Number(b === AuditLog));
    for (const entity of sorted) tables.set(entity.name, await this.read(entity));
    return tables;
  }

  /** Returns a copy of a value with names in place of ids, at any depth. */
  replaceIds(value: unknown): unknown {
    return deepCopy(value, (text) => this.#names.get(text) ?? text);
  }
}

/** Copies a value deeply. structuredClone() would create dates of another realm than Jest's. */
function deepCopy<Value>(value: Value, rename = (text: string) => text): Value {
  if (typeof value === 'string') return rename(value) as Value;
  if (Array.isArray(value)) return value.map((item: unknown) => deepCopy(item, rename)) as Value;
  if (value instanceof Date) return new Date(value) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, deepCopy<unknown>(item, rename)]),
  ) as Value;
}

/** An ExpectedTable of any entity. */
export interface AnyExpectedTable {
  readonly entity: new () => object;
  readonly rows: ReadonlyMap<string, object>;
  readonly changed: ReadonlySet<string>;
}

export class ExpectedTable<Row extends object> {
  readonly rows = new Map<string, Columns<Row>>();
  /** The names of rows that were updated through TypeORM. */
  readonly changed = new Set<string>();

  constructor(readonly entity: new () => Row) {}

  name(key: string): string {
    return `${this.entity.name} ${key}`;
  }

  /** Adds a row and returns its name. */
  add(key: string, row: Columns<Row>): string {
    const name = this.name(key);
    if (this.rows.has(name)) throw new Error(`${name} exists already.`);
    this.rows.set(name, deepCopy(row));
    return name;
  }

  get(name: string): Columns<Row> {
    const row = this.rows.get(name);
    if (!row) throw new Error(`No row ${name} is expected.`);
    return row;
  }

  change(name: string, columns: Partial<Columns<Row>>): void {
    Object.assign(this.get(name), deepCopy(columns));
    this.changed.add(name);
  }

  /** Sets a foreign key to null in the children of deleted parents (ON DELETE SET NULL). */
  setNull(property: keyof Columns<Row>, parents: ReadonlySet<string>): void {
    for (const row of this.rows.values()) if (parents.has(String(row[property]))) row[property] = null as never;
  }

  /** Removes rows and returns their names. */
  remove(which: (row: Columns<Row>, name: string) => boolean): Set<string> {
    const removed = new Set([...this.rows].flatMap(([name, row]) => (which(row, name) ? [name] : [])));
    for (const name of removed) this.rows.delete(name);
    return removed;
  }
}

/** Expects the rows of a table to equal the expected ones in every column. */
export function expectRows(
  table: AnyExpectedTable,
  actual: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
  names: RowNames,
  startedAt: Date,
): void {
  const metadata = names.dataSource.getMetadata(table.entity);
  const columns = metadata.columns.map(({ propertyName }) => propertyName).sort();
  expect([...actual.keys()].sort()).toEqual([...table.rows.keys()].sort());
  const wrong: Record<string, { actual: unknown; expected: unknown }> = {};
  for (const [name, row] of actual) {
    const { id, createdAt, updatedAt, ...written } = row;
    const expected = { ...table.rows.get(name) };
    const named = names.replaceIds(written);
    if (!isDeepStrictEqual(named, expected)) wrong[name] = { actual: named, expected };
    const generated = { id, createdAt, ...('updatedAt' in row && { updatedAt }) };
    const error = findGeneratedIssue(generated, table.changed.has(name), startedAt);
    if (error) wrong[`${name} (generated)`] = { actual: generated, expected: error };
    if (!isDeepStrictEqual([...Object.keys(expected), ...Object.keys(generated)].sort(), columns)) {
      wrong[`${name} (columns)`] = { actual: Object.keys(expected), expected: columns };
    }
  }
  expect(wrong).toEqual({});
}

function findGeneratedIssue(row: Record<string, unknown>, changed: boolean, began: Date): string | undefined {
  const { id, createdAt, updatedAt = createdAt } = row;
  const soon = Date.now() + 1000;
  if (typeof id !== 'string' || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u.test(id)) return 'id is not a uuid';
  if (!(createdAt instanceof Date) || !(updatedAt instanceof Date)) return 'a timestamp is not a Date';
  if (createdAt.getTime() < began.getTime() - 1000 || createdAt.getTime() > soon)
    return 'createdAt is outside the time of this test';
  if (updatedAt < createdAt || updatedAt.getTime() > soon) return 'updatedAt is outside the time of this test';
  if (!changed && updatedAt.getTime() !== createdAt.getTime())
    return 'updatedAt differs from createdAt though the row was not updated';
  return undefined;
}
