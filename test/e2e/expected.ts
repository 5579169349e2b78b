/** What every row of every table must be, kept beside the database; rows name each other instead of using ids. */
import { expect } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';
import { AuditLog, RECORD_ENTITIES, REFERENCE_ENTITIES } from '@shared/db';
import type { DataSource, ObjectType } from 'typeorm';
import type { Plain } from './plain.js';

interface Stored {
  id: string;
  createdAt: Date;
  updatedAt?: Date;
}

/** The columns that are written: all but what the database fills in. Foreign keys hold the name of the other row. */
export type Columns<Row> = {
  -readonly [
    Key in keyof Row as Key extends keyof Stored ? never : NonNullable<Row[Key]> extends Stored | Stored[] ? never : Key
  ]: Plain<Row[Key]>;
};

type Naming = (row: Readonly<Record<string, unknown>>, other: (property: string) => string) => string;

/** By what the rows of a table are told apart, other than their id. */
const NAMES: Readonly<Record<string, Naming>> = {
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

/** Names by id, and what was read last. A row keeps its name when what it refers to is gone. */
export class Names {
  readonly #names = new Map<string, string>();

  constructor(readonly dataSource: DataSource) {}

  of(id: unknown): string {
    return this.#names.get(String(id)) ?? `unknown ${String(id)}`;
  }

  /** All rows of a table, as they come, by name. */
  async read(entity: ObjectType<object>): Promise<Map<string, Readonly<Record<string, unknown>>>> {
    const rows = (await this.dataSource.manager.find(entity)) as (Stored & Readonly<Record<string, unknown>>)[];
    const byName = new Map<string, Readonly<Record<string, unknown>>>();
    for (const row of rows) {
      const naming = NAMES[entity.name] ?? (({ name }) => String(name));
      const name = this.#names.get(row.id) ?? `${entity.name} ${naming(row, (property) => this.of(row[property]))}`;
      if (byName.has(name)) throw new Error(`Two rows are called ${name}.`);
      byName.set(name, row);
      this.#names.set(row.id, name);
    }
    return byName;
  }

  async readAll() {
    for (const entity of REFERENCE_ENTITIES) await this.read(entity);
    const tables = new Map<string, Map<string, Readonly<Record<string, unknown>>>>();
    // Audit entries are called by what they are about, of any table.
    const last = [...RECORD_ENTITIES].sort((a, b) => Number(a === AuditLog) - Number(b === AuditLog));
    for (const entity of last) tables.set(entity.name, await this.read(entity));
    return tables;
  }

  /** The same value with names for ids, however deep. */
  named(value: unknown): unknown {
    return copy(value, (text) => this.#names.get(text) ?? text);
  }
}

/** A deep copy. Not structuredClone, whose dates are of another realm than Jest's. */
function copy<Value>(value: Value, rename = (text: string) => text): Value {
  if (typeof value === 'string') return rename(value) as Value;
  if (Array.isArray(value)) return value.map((item: unknown) => copy(item, rename)) as Value;
  if (value instanceof Date) return new Date(value) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy<unknown>(item, rename)])) as Value;
}

/** A table of any rows. */
export interface Comparable {
  readonly entity: new () => object;
  readonly rows: ReadonlyMap<string, object>;
  readonly changed: ReadonlySet<string>;
}

export class ExpectedTable<Row extends object> {
  readonly rows = new Map<string, Columns<Row>>();
  /** Which rows were written again through the ORM. */
  readonly changed = new Set<string>();

  constructor(readonly entity: new () => Row) {}

  name(key: string): string {
    return `${this.entity.name} ${key}`;
  }

  /** @returns the row's name. */
  add(key: string, row: Columns<Row>): string {
    const name = this.name(key);
    if (this.rows.has(name)) throw new Error(`${name} is there already.`);
    this.rows.set(name, copy(row));
    return name;
  }

  get(name: string): Columns<Row> {
    const row = this.rows.get(name);
    if (!row) throw new Error(`${name} is not expected.`);
    return row;
  }

  change(name: string, columns: Partial<Columns<Row>>): void {
    Object.assign(this.get(name), copy(columns));
    this.changed.add(name);
  }

  /** What a deleted parent does to its children. */
  forget(property: keyof Columns<Row>, parents: ReadonlySet<string>): void {
    for (const row of this.rows.values()) if (parents.has(String(row[property]))) row[property] = null as never;
  }

  /** @returns the names of the rows removed. */
  remove(which: (row: Columns<Row>, name: string) => boolean): Set<string> {
    const removed = new Set([...this.rows].flatMap(([name, row]) => (which(row, name) ? [name] : [])));
    for (const name of removed) this.rows.delete(name);
    return removed;
  }
}

/** Reads a table back and holds every row and column of it against what is expected. */
export function compare(
  table: Comparable,
  actual: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
  names: Names,
  began: Date,
): void {
  const metadata = names.dataSource.getMetadata(table.entity);
  const columns = metadata.columns.map(({ propertyName }) => propertyName).sort();
  expect([...actual.keys()].sort()).toEqual([...table.rows.keys()].sort());
  const wrong: Record<string, { actual: unknown; expected: unknown }> = {};
  for (const [name, row] of actual) {
    const { id, createdAt, updatedAt, ...written } = row;
    const expected = { ...table.rows.get(name) };
    const named = names.named(written);
    if (!isDeepStrictEqual(named, expected)) wrong[name] = { actual: named, expected };
    const generated = { id, createdAt, ...('updatedAt' in row && { updatedAt }) };
    const error = generatedTrouble(generated, table.changed.has(name), began);
    if (error) wrong[`${name} (generated)`] = { actual: generated, expected: error };
    if (!isDeepStrictEqual([...Object.keys(expected), ...Object.keys(generated)].sort(), columns)) {
      wrong[`${name} (columns)`] = { actual: Object.keys(expected), expected: columns };
    }
  }
  expect(wrong).toEqual({});
}

function generatedTrouble(row: Record<string, unknown>, changed: boolean, began: Date): string | undefined {
  const { id, createdAt, updatedAt = createdAt } = row;
  const soon = Date.now() + 1000;
  if (typeof id !== 'string' || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u.test(id)) return 'id is no uuid';
  if (!(createdAt instanceof Date) || !(updatedAt instanceof Date)) return 'a time is no Date';
  if (createdAt.getTime() < began.getTime() - 1000 || createdAt.getTime() > soon)
    return 'createdAt is not of this test';
  if (updatedAt < createdAt || updatedAt.getTime() > soon) return 'updatedAt is not of this test';
  if (!changed && updatedAt.getTime() !== createdAt.getTime()) return 'updatedAt moved though nothing changed';
  return undefined;
}
