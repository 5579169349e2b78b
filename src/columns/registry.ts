/** A class with rules: an entity, an input class or a JSON class. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- decorators receive constructors as Function
export type EntityClass = Function;

/** A broken rule of a value, with its place inside the value. */
export interface Issue {
  /** Path inside the value: empty for the value itself, `.type`, `[2].type`. Contains only names and positions. */
  readonly path: string;
  readonly kind: string;
  readonly message: string;
}

/** One rule of one column, for the validator and the CHECK. */
export interface ColumnRule {
  /** Kind of the rule (`range`, `length`, `format`…), the last part of the name of the CHECK: `ck_<table>__<column>_<kind>`. */
  readonly kind: string;
  /** The rule without its subject: "must be a number from 0 to 1". For error messages and generated documents. */
  readonly message: string;
  /** The validator. It gets no null or absent values. */
  readonly isValid: (value: unknown) => boolean;
  /** The CHECK for a quoted column name; NULL passes. Absent when the type of the column already enforces the rule. */
  readonly sql?: (column: string) => string;
  /** If this rule fails, the rules after it are skipped: a value that is not text has no length. */
  readonly stopOnFailure?: true;
  /** For rules over nested data: returns the issues with their paths, none exactly when the rule holds. */
  readonly issues?: (value: unknown) => readonly Issue[];
}

/** Whether a value may be null or absent, and its default. */
export interface Presence {
  readonly nullable: boolean;
  /** The value may be absent: it is nullable or has a default. */
  readonly optional: boolean;
  /** Constant default in PostgreSQL. Absent: the default is null or the result of a function such as now(). */
  readonly fallback?: unknown;
}

/** A rule over several columns of one row. */
export interface RowRule<Row = Record<string, unknown>> {
  /** Meaning in snake case, the last part of the name of the CHECK: `ck_<table>__<meaning>`. */
  readonly meaning: string;
  /** The rule as a sentence: "an approved reply has an approver and a time of approval". */
  readonly message: string;
  /**
   * Properties that the rule reads. If a write contains only some of them and the stored row is unknown, only the CHECK decides;
   * a rule without CHECK then refuses the write.
   */
  readonly properties: readonly (keyof Row & string)[];
  /** The validator. Absent values of the row are null. */
  readonly isValid: (row: Row) => boolean;
  /** The CHECK. Absent when PostgreSQL must not enforce the rule; then `beforeSaveOnly` gives the reason. */
  readonly sql?: string;
  /** Reason why there is no CHECK, for example an ON DELETE SET NULL that must succeed. */
  readonly beforeSaveOnly?: string;
  /** The rule applies to new rows only, because a later purge may break it. */
  readonly onInsertOnly?: boolean;
}

/** Values of a stored row that must not change. The validator checks it before save, and a trigger checks every write. */
export interface FinalValues<Row = Record<string, unknown>> {
  /** Last part of the name of the trigger: `tg_<table>__<meaning>`. */
  readonly meaning: string;
  /** The rule as a sentence: "a deleted reply stays deleted". */
  readonly message: string;
  /** The final properties; `except`: all properties but these. */
  readonly properties: readonly (keyof Row & string)[] | { readonly except: readonly (keyof Row & string)[] };
  /** Returns true when the values of this stored row are final. Absent: they are final as soon as the row is stored. */
  readonly since?: (stored: Row) => boolean;
  /** Returns true when the changed row is allowed nevertheless. Absent: no change is allowed. */
  readonly allows?: (changed: Row) => boolean;
}

/** An index and the query it serves. */
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

/** The meaning of a named constraint. */
export interface ConstraintMeaning {
  readonly columns: readonly string[];
  /** The rule as a sentence. Absent for foreign keys, which either of two tables can violate. */
  readonly summary?: string;
}

/** The rules of a class, as its decorators recorded them. */
export interface EntityRules {
  /** Name of the table. Absent for input classes and JSON classes. */
  table?: string;
  /** JSON classes only: keys that the class does not declare are allowed. */
  open?: boolean;
  readonly columns: Map<string, readonly ColumnRule[]>;
  /** Presence of each of `columns`. */
  readonly presences: Map<string, Presence>;
  readonly rows: RowRule[];
  readonly finals: FinalValues[];
  readonly indexes: QueryIndex[];
  /** Query that each index serves, by the name of the index in PostgreSQL. Unique indexes are in `constraints`. */
  readonly queries: Map<string, string>;
  /** Relation property → its foreign key: `author` → `authorId`. */
  readonly relations: Map<string, ForeignKey>;
  /** Relation properties whose foreign key is in the other table: `posts`. */
  readonly children: Set<string>;
  /** Each constraint of the table by its name in PostgreSQL. */
  readonly constraints: Map<string, ConstraintMeaning>;
}

const entities = new Map<EntityClass, EntityRules>();

/** Returns the rules of a class; empty rules for a class that has none yet. */
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

/** Returns true when the class itself has rules. */
export function hasRules(entity: EntityClass): boolean {
  return (entities.get(entity)?.columns.size ?? 0) > 0;
}

export interface FieldRules {
  readonly rules: readonly ColumnRule[];
  readonly presence: Presence;
}

const fields = new WeakMap<EntityClass, ReadonlyMap<string, FieldRules>>();

/** Returns the fields of a class and of its parent classes. Cached, because all decorators run before the first validation. */
export function getFields(shape: EntityClass): ReadonlyMap<string, FieldRules> {
  let known = fields.get(shape);
  if (!known) {
    known = new Map(classChain(shape).flatMap(readOwnFields));
    fields.set(shape, known);
  }
  return known;
}

/** Returns the rules over several fields of a class and of its parent classes. */
export function getRowRules(shape: EntityClass): RowRule[] {
  return classChain(shape).flatMap((one) => getEntityRules(one).rows);
}

/** Returns whether the class or a parent class allows keys that it does not declare. */
export function isOpen(shape: EntityClass): boolean {
  return classChain(shape).some((one) => getEntityRules(one).open);
}

function readOwnFields(shape: EntityClass): [string, FieldRules][] {
  const { columns, presences } = getEntityRules(shape);
  return [...presences].map(([name, presence]) => [name, { rules: columns.get(name) ?? [], presence }]);
}

/** Returns the parent classes and the class itself, the class last. */
function classChain(shape: EntityClass): EntityClass[] {
  const parent = Object.getPrototypeOf(shape) as EntityClass;
  return parent === Function.prototype ? [shape] : [...classChain(parent), shape];
}
