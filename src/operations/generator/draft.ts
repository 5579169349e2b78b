import { quoteIdentifier, type Token, tokenize } from '../../errors/sql-text.js';
import { repairObject } from '../catalog/repair.js';
import { SCHEMA, removeSchema } from '../catalog/schema-placeholder.js';
import { type CatalogObject, toKey, type Snapshot } from '../catalog/snapshot.js';
import { readsColumn } from './triggers.js';

/** Bytes of the longest name. PostgreSQL truncates longer ones without an error. */
const LONGEST = 63;

/** Removes the schema from a name and puts it in double quotes: `$schema.posts` → `"posts"`. */
export function quoteLocalName(path: string): string {
  return quoteName(
    tokenize(path)
      .filter(({ kind }) => kind === 'name' || kind === 'word')
      .at(-1)?.text ?? path,
  );
}

/** Puts a name in double quotes unless it has them already. */
export function quoteName(name: string): string {
  return name.startsWith('"') ? name : `"${name}"`;
}

/** Removes the double quotes of a name. */
export function unquoteName(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

/** Appends a suffix to a name, shortened to what PostgreSQL allows, in double quotes: `"ck_posts__content_length__new"`. */
export function deriveName(name: string, suffix: string): string {
  let stem = unquoteName(name);
  while (Buffer.byteLength(stem + suffix) > LONGEST) stem = stem.slice(0, -1);
  return quoteIdentifier(stem + suffix);
}

/** Returns whether the SQL contains this name as an identifier; the text of a string literal does not count. */
export function mentionsName(sql: string, name: string): boolean {
  return tokenize(sql).some(
    ({ kind, text }) => (kind === 'name' || kind === 'word') && unquoteName(text) === unquoteName(name),
  );
}

/** Returns whether the SQL casts to this type (a name without its schema). */
export function hasCastTo(sql: string, type: string): boolean {
  const tokens = tokenize(sql);
  return tokens.some((_, place) => isCast(tokens, place, type));
}

/** Replaces every cast to the type `from` (a name without its schema) by a cast to the type `to`. */
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

/** One `queryRunner.query()` call of a migration. */
export interface Step {
  /** One statement without a semicolon at its end, or several that must run in one transaction. */
  readonly sql: string;
  /** Whether the call needs a transaction of its own. The migration then runs with `transaction = false`. */
  readonly alone: boolean;
}

/** A step of the plan. One that has `alter` may be merged with others into one ALTER TABLE. */
interface PlannedStep extends Step {
  readonly alter?: { readonly table: string; readonly group: string; readonly actions: readonly string[] };
}

/**
 * The order of the statements. Objects are created before the objects that depend on them and dropped after them; an old constraint is
 * dropped only when its replacement is validated.
 */
const PHASES = [
  'enums',
  'tables',
  'renames',
  'obstacles',
  'columns',
  'constraints',
  'validation',
  'replaced constraints',
  'renamed constraints',
  'indexes',
  'presence',
  'presence proofs',
  'dropped constraints',
  'dropped indexes',
  'dropped columns',
  'dropped tables',
  'enum values',
  'dropped enums',
  'comments',
] as const;
export type Phase = (typeof PHASES)[number];

/**
 * Phases whose actions on a table may share one ALTER TABLE. Everything else is merged within its phase only: VALIDATE must not share a
 * transaction with ADD … NOT VALID, and SET NOT NULL needs the proof that is dropped after it.
 */
const MERGE_GROUPS: Partial<Record<Phase, string>> = {
  columns: 'changes',
  constraints: 'changes',
  'dropped constraints': 'drops',
  'dropped columns': 'drops',
};

/** All differences of one object. */
export interface Change {
  /** The object as it is now; undefined when it is missing. */
  readonly from: CatalogObject | undefined;
  /** The object as it should be; undefined when it should not exist. */
  readonly to: CatalogObject | undefined;
  /** The facts that differ; empty when the object is missing or surplus. */
  readonly facts: readonly string[];
  /** The differences as messages. */
  readonly messages: readonly string[];
}

/** How the entities write the definitions of objects, by key of the object. PostgreSQL's catalog stores them in another form. */
export type SourceTexts = ReadonlyMap<string, string>;

/** The statements of a migration while they are planned. */
export class Draft {
  /** Differences that cannot be written, one message each. */
  readonly problems: string[] = [];
  /** Statements that lose data, or may lose it. */
  readonly losses: string[] = [];
  /** Constraints and unique indexes that existing rows may violate. */
  readonly checked: string[] = [];
  readonly #steps = new Map<Phase, PlannedStep[]>();
  /** Actions of ALTER TABLE that change the types of columns, by table. */
  readonly typeChanges = new Map<string, string[]>();

  constructor(
    readonly from: Snapshot,
    readonly to: Snapshot,
    /** The columns whose type changes, as they should be. */
    private readonly retyped: readonly CatalogObject[] = [],
    private readonly texts: SourceTexts = new Map(),
  ) {}

  add(phase: Phase, sql: string, { alone = false } = {}): void {
    this.#push(phase, { sql, alone });
  }

  /**
   * Adds an action of ALTER TABLE. Actions on one table are merged into one statement, unless a statement of another kind stands between.
   *
   * @param table in double quotes
   * @param group actions of one group are merged. Default: the group of the phase
   */
  alter(
    phase: Phase,
    table: string,
    action: string,
    { alone = false, group = MERGE_GROUPS[phase] ?? phase }: { alone?: boolean; group?: string } = {},
  ): void {
    this.#push(phase, { sql: alterSql(table, [action]), alone, alter: { table, group, actions: [action] } });
  }

  #push(phase: Phase, step: PlannedStep): void {
    this.#steps.set(phase, [...(this.#steps.get(phase) ?? []), step]);
  }

  /** Returns the steps in the order in which they run. */
  collectSteps(): Step[] {
    return mergeAlters(PHASES.flatMap((phase) => this.#steps.get(phase) ?? []));
  }

  /** Removes the schema from SQL of the catalog, because migrations name no schema. */
  removeSchemaNames(sql: string): string {
    return removeSchema(sql);
  }

  /** Returns the table of a column, constraint, index or trigger, in double quotes. */
  getTable({ on, parent = '' }: CatalogObject): string {
    return quoteLocalName(on ?? (this.to.objects[parent] ?? this.from.objects[parent])?.name ?? '');
  }

  /** Returns the definition of an object: as the entities write it, else as PostgreSQL does. */
  getDefinition(object: CatalogObject): string {
    return this.texts.get(toKey(object)) ?? this.removeSchemaNames(object.facts.definition ?? '');
  }

  /** Returns the SQL that creates a constraint, index or trigger again, with its comment and all other facts. */
  createRemakeSql(object: CatalogObject): string {
    return this.removeSchemaNames(repairObject(object, undefined, { ...this.to, schema: SCHEMA }) ?? '');
  }

  /** Returns how the entities write an object; undefined when they do not. */
  getText(object: CatalogObject): string | undefined {
    return this.texts.get(toKey(object));
  }

  /** Returns whether the object must be dropped before a column that it names can change its type. */
  isObstacle(object: CatalogObject): boolean {
    return this.retyped.some(
      (column) => column.parent === object.parent && mentionsName(object.facts.definition ?? '', column.name),
    );
  }

  /** Returns the columns whose type changes and that the trigger reads. */
  getRetypedColumns(trigger: CatalogObject): CatalogObject[] {
    return this.retyped.filter((column) => column.parent === trigger.parent && readsColumn(trigger, column));
  }

  changeType(column: CatalogObject, action: string): void {
    const table = this.getTable(column);
    this.typeChanges.set(table, [...(this.typeChanges.get(table) ?? []), action]);
  }
}

/** Writes an ALTER TABLE with one or more actions; several stand on a line each. */
export function alterSql(table: string, actions: readonly string[]): string {
  const [first = ''] = actions;
  return actions.length === 1 ? `ALTER TABLE ${table} ${first}` : `ALTER TABLE ${table}\n  ${actions.join(',\n  ')}`;
}

/** Merges the ALTER TABLE statements of one table and group. A step that is no such statement ends every merge before it. */
function mergeAlters(steps: readonly PlannedStep[]): Step[] {
  const merged: PlannedStep[] = [];
  let places = new Map<string, number>();
  for (const step of steps) {
    const key = step.alter === undefined ? undefined : `${step.alter.table} ${step.alter.group}`;
    if (key === undefined) places = new Map();
    const place = key === undefined ? undefined : places.get(key);
    const before = place === undefined ? undefined : merged[place];
    if (place === undefined || before?.alter === undefined || step.alter === undefined) {
      if (key !== undefined) places.set(key, merged.length);
      merged.push(step);
      continue;
    }
    const { table, group } = step.alter;
    const actions = [...before.alter.actions, ...step.alter.actions];
    const alone = before.alone || step.alone;
    merged[place] = { sql: alterSql(table, actions), alone, alter: { table, group, actions } };
  }
  return merged.map(({ sql, alone }) => ({ sql, alone }));
}
