/** A class whose properties are columns. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- decorators receive constructors as Function
export type EntityClass = Function;

/** What is wrong with a value, and where. */
export interface Issue {
  /** From the value on: empty for the value itself, `.type`, `[2].type`. Never holds more than names and positions. */
  readonly path: string;
  readonly kind: string;
  readonly message: string;
}

/** One rule of one column, written once for both guards. */
export interface ColumnRule {
  /** What it is about (`range`, `length`, `format`…): last part of the CHECK's name, `ck_<table>__<column>_<kind>`. */
  readonly kind: string;
  /** The rule in words, without subject: "must be between 0 and 1". For error messages and generated documents. */
  readonly message: string;
  /** What class-validator asks of a value that is neither null nor absent. */
  readonly isValid: (value: unknown) => boolean;
  /** What PostgreSQL asks, given the quoted column name. NULL passes. Absent where the column's type says it already. */
  readonly sql?: (column: string) => string;
  /** Where it does not hold, the rules after it make no sense: the length of what is no text. */
  readonly stopOnFailure?: true;
  /** What is wrong where inside the value; empty exactly when the rule holds. For rules over nested data. */
  readonly issues?: (value: unknown) => readonly Issue[];
}

/** May a value be null or left out, and what takes its place? */
export interface Presence {
  readonly nullable: boolean;
  /** May be left out: it is nullable, or somebody fills it in. */
  readonly optional: boolean;
  /** The constant that PostgreSQL fills in. Absent: it is null then, or what a database function says. */
  readonly fallback?: unknown;
}

/** A rule over several columns of one row. */
export interface RowRule<Row = Record<string, unknown>> {
  /** What must hold, in snake case: last part of the CHECK's name, `ck_<table>__<meaning>`. */
  readonly meaning: string;
  /** The rule in words: "an approved reply names its approver". */
  readonly message: string;
  /**
   * Properties it reads. A write that brings only some of them, and whose stored row is unknown, is left to the CHECK; where
   * there is none, it is refused.
   */
  readonly properties: readonly (keyof Row & string)[];
  /** The rule over a row whose absent values are null. */
  readonly isValid: (row: Row) => boolean;
  /** The same in SQL. Absent where PostgreSQL must not enforce it: `beforeSaveOnly` says why. */
  readonly sql?: string;
  /** Why there is no CHECK: a SET NULL that must succeed, legal wording that changes. */
  readonly beforeSaveOnly?: string;
  /** Asked of new rows only: what a later purge may take away. */
  readonly onInsertOnly?: boolean;
}

/** Values of a stored row that no longer change. Checked before save and, on every path, by a trigger of a migration. */
export interface FinalValues<Row = Record<string, unknown>> {
  /** Last part of the trigger's name, `tg_<table>__<meaning>`. */
  readonly meaning: string;
  /** The rule in words: "an approval or a rejection is final". */
  readonly message: string;
  /** The properties that no longer change; `except`: all but these. */
  readonly properties: readonly (keyof Row & string)[] | { readonly except: readonly (keyof Row & string)[] };
  /** Whether they are final in this stored row. Absent: they are final as soon as the row is stored. */
  readonly since?: (stored: Row) => boolean;
  /** Whether the changed row is allowed all the same. Absent: no change is allowed. */
  readonly allows?: (changed: Row) => boolean;
}

/** An index and the question it answers. */
export interface QueryIndex {
  readonly query: string;
  readonly properties: readonly string[];
  readonly name: string | undefined;
  readonly unique: boolean;
  readonly where: string | undefined;
}

/** The column behind a relation. */
export interface ForeignKey {
  readonly property: string;
  readonly column: string;
  readonly unique: boolean;
}

/** What a named constraint of the table means. */
export interface ConstraintMeaning {
  readonly columns: readonly string[];
  /** The rule in words. Absent for keys to other tables, whose violation has two sides. */
  readonly summary?: string;
}

/** What the vocabulary knows of an entity (or of an input or JSON class) beyond TypeORM and class-validator. */
export interface EntityRules {
  /** The table. Absent for a class that is none. */
  table?: string;
  /** JSON classes only: may hold keys that it does not declare. */
  open?: boolean;
  readonly columns: Map<string, readonly ColumnRule[]>;
  /** Of each of `columns`. */
  readonly presences: Map<string, Presence>;
  readonly rows: RowRule[];
  readonly finals: FinalValues[];
  readonly indexes: QueryIndex[];
  /** The query that an index of the table serves, by the name of the index in PostgreSQL. Unique ones are `constraints`. */
  readonly queries: Map<string, string>;
  /** Relation property → its foreign key: `author` → `authorId`. */
  readonly relations: Map<string, ForeignKey>;
  /** Relation properties whose key is in the other table: `posts`. */
  readonly children: Set<string>;
  /** Each constraint of the table by its name in PostgreSQL. */
  readonly constraints: Map<string, ConstraintMeaning>;
}

const entities = new Map<EntityClass, EntityRules>();

/** The rules of an entity; empty for a class that has none yet. */
export function getEntityRules(entity: EntityClass): EntityRules {
  let rules = entities.get(entity);
  if (!rules) {
    rules = {
      columns: new Map(),
      presences: new Map(),
      rows: [],
      finals: [],
      indexes: [],
      queries: new Map(),
      relations: new Map(),
      children: new Set(),
      constraints: new Map(),
    };
    entities.set(entity, rules);
  }
  return rules;
}

/** Was any rule ever written for the class itself? */
export function hasRules(entity: EntityClass): boolean {
  return (entities.get(entity)?.columns.size ?? 0) > 0;
}

export interface FieldRules {
  readonly rules: readonly ColumnRule[];
  readonly presence: Presence;
}

const fields = new WeakMap<EntityClass, ReadonlyMap<string, FieldRules>>();

/** The fields of a class and of those it extends. Kept: all decorators of a class have run before it judges anything. */
export function getFields(shape: EntityClass): ReadonlyMap<string, FieldRules> {
  let known = fields.get(shape);
  if (!known) {
    known = new Map(classChain(shape).flatMap(readOwnFields));
    fields.set(shape, known);
  }
  return known;
}

/** The rules over several fields, of a class and of those it extends. */
export function getRowRules(shape: EntityClass): RowRule[] {
  return classChain(shape).flatMap((one) => getEntityRules(one).rows);
}

/** May the class hold keys that it does not declare? */
export function isOpen(shape: EntityClass): boolean {
  return classChain(shape).some((one) => getEntityRules(one).open);
}

function readOwnFields(shape: EntityClass): [string, FieldRules][] {
  const { columns, presences } = getEntityRules(shape);
  return [...presences].map(([name, presence]) => [name, { rules: columns.get(name) ?? [], presence }]);
}

/** A class after those it extends. */
function classChain(shape: EntityClass): EntityClass[] {
  const parent = Object.getPrototypeOf(shape) as EntityClass;
  return parent === Function.prototype ? [shape] : [...classChain(parent), shape];
}
