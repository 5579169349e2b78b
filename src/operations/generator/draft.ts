import { quoteIdentifier, type Token, tokenize } from '../../errors/sql-text.js';
import { repairObject } from '../catalog/repair.js';
import { SCHEMA, removeSchema } from '../catalog/schema-placeholder.js';
import { type CatalogObject, toKey, type Snapshot } from '../catalog/snapshot.js';
import { readsColumn } from './triggers.js';

/** PostgreSQL cuts longer names silently. */
const LONGEST = 63;

/** A name without its schema, in double quotes: `$schema.posts` → `"posts"`. */
export function quoteLocalName(path: string): string {
  return quoteName(
    tokenize(path)
      .filter(({ kind }) => kind === 'name' || kind === 'word')
      .at(-1)?.text ?? path,
  );
}

/** A name as a statement writes it; one that is quoted already stays as it is. */
export function quoteName(name: string): string {
  return name.startsWith('"') ? name : `"${name}"`;
}

/** A name without its double quotes. */
export function unquoteName(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

/** A name that belongs to `name` and is no longer than PostgreSQL allows, in double quotes: `"ck_posts__content_length__new"`. */
export function deriveName(name: string, suffix: string): string {
  let stem = unquoteName(name);
  while (Buffer.byteLength(stem + suffix) > LONGEST) stem = stem.slice(0, -1);
  return quoteIdentifier(stem + suffix);
}

/** Whether the SQL names this column, type or table. */
export function mentionsName(sql: string, name: string): boolean {
  return tokenize(sql).some(
    ({ kind, text }) => (kind === 'name' || kind === 'word') && unquoteName(text) === unquoteName(name),
  );
}

/** Whether the SQL has a cast to this type, named without its schema. */
export function hasCastTo(sql: string, type: string): boolean {
  const tokens = tokenize(sql);
  return tokens.some((_, place) => isCast(tokens, place, type));
}

/** The SQL with every cast to the one type, named without its schema, made a cast to the other. */
export function recast(sql: string, from: string, to: string): string {
  const tokens = tokenize(sql);
  return tokens.map(({ text }, place) => (isCast(tokens, place, from) ? to : text)).join('');
}

function isCast(tokens: readonly Token[], place: number, type: string): boolean {
  const { kind, text = '' } = tokens[place] ?? {};
  return (
    (kind === 'name' || kind === 'word') &&
    unquoteName(text) === unquoteName(type) &&
    tokens[place - 1]?.text === ':' &&
    tokens[place - 2]?.text === ':'
  );
}

/** One call of the query runner in a migration. */
export interface Step {
  /** Without a semicolon at its end; several statements where they belong into one transaction. */
  readonly sql: string;
  /** It must be a transaction of its own, so the migration runs without one. */
  readonly alone: boolean;
}

/** In this order: what others stand on is made first and dropped last, and an old rule holds until the new one does. */
const PHASES = [
  'enums',
  'tables',
  'renames',
  'obstacles',
  'columns',
  'constraints',
  'indexes',
  'presence',
  'dropped constraints',
  'dropped indexes',
  'dropped columns',
  'dropped tables',
  'enum values',
  'dropped enums',
  'comments',
] as const;
export type Phase = (typeof PHASES)[number];

/** All differences of one object. */
export interface Change {
  /** What is there now; undefined when it is missing. */
  readonly from: CatalogObject | undefined;
  /** What should be there; undefined when it should not be. */
  readonly to: CatalogObject | undefined;
  /** Which facts differ; none when the object as a whole is missing, or too many. */
  readonly facts: readonly string[];
  /** The differences in words. */
  readonly sentences: readonly string[];
}

/** How the definitions of objects are written in the source, by key of the object; the catalog has them in its own words. */
export type SourceTexts = ReadonlyMap<string, string>;

/** A migration while it is written. */
export class Draft {
  /** What cannot be written, one sentence each. */
  readonly problems: string[] = [];
  /** Statements that lose data, or may. */
  readonly losses: string[] = [];
  /** Rules that rows which exist may break. */
  readonly checked: string[] = [];
  /** Sentences for the author of the migration. */
  readonly remarks: string[] = [];
  readonly #steps = new Map<Phase, Step[]>();
  /** Statements that change the types of columns, by table. */
  readonly typeChanges = new Map<string, string[]>();

  constructor(
    readonly from: Snapshot,
    readonly to: Snapshot,
    /** Columns whose type changes. */
    private readonly retyped: readonly CatalogObject[] = [],
    private readonly texts: SourceTexts = new Map(),
  ) {}

  add(phase: Phase, sql: string, { alone = false } = {}): void {
    this.#steps.set(phase, [...(this.#steps.get(phase) ?? []), { sql, alone }]);
  }

  /** In the order in which they run. */
  collectSteps(): Step[] {
    return PHASES.flatMap((phase) => this.#steps.get(phase) ?? []);
  }

  /** SQL of the catalog as a migration writes it: without the schema. */
  removeSchemaNames(sql: string): string {
    return removeSchema(sql);
  }

  /** The table of a column, constraint or index, in double quotes. */
  getTable({ on, parent = '' }: CatalogObject): string {
    return quoteLocalName(on ?? (this.to.objects[parent] ?? this.from.objects[parent])?.name ?? '');
  }

  /** A definition that should be, as the source says it. */
  getDefinition(object: CatalogObject): string {
    return this.texts.get(toKey(object)) ?? this.removeSchemaNames(object.facts.definition ?? '');
  }

  /** Makes a constraint, index or trigger that should be, with all its facts. */
  createRemakeSql(object: CatalogObject): string {
    return this.removeSchemaNames(repairObject(object, undefined, { ...this.to, schema: SCHEMA }) ?? '');
  }

  /** The text of the source for an object, where it has one. */
  getText(object: CatalogObject): string | undefined {
    return this.texts.get(toKey(object));
  }

  /** Whether the object keeps the type of a column from being changed. */
  isObstacle(object: CatalogObject): boolean {
    return this.retyped.some(
      (column) => column.parent === object.parent && mentionsName(object.facts.definition ?? '', column.name),
    );
  }

  /** Columns whose type changes and that the trigger reads. */
  getRetypedColumns(trigger: CatalogObject): CatalogObject[] {
    return this.retyped.filter((column) => column.parent === trigger.parent && readsColumn(trigger, column));
  }

  changeType(column: CatalogObject, sql: string): void {
    const table = this.getTable(column);
    this.typeChanges.set(table, [...(this.typeChanges.get(table) ?? []), sql]);
  }
}
