import type { AlterTableCmd, ColumnDef, Constraint, DefElem, Node, RangeVar } from 'libpg-query';

/** Returns `posts`, or `archive.posts` for a schema other than `public`. */
export function getTableName({ schemaname, relname = '' }: RangeVar): string {
  return schemaname === undefined || schemaname === 'public' ? relname : `${schemaname}.${relname}`;
}

/** Returns `a.b` for the list of words into which the parser splits a name; the schema `public` is left out. */
export function getName(words: readonly Node[] = []): string {
  const [first, ...rest] = words.map((word) => ('String' in word ? (word.String.sval ?? '') : ''));
  return (first === 'public' && rest.length > 0 ? rest : [first, ...rest]).join('.');
}

/** Returns the names that a DROP lists. */
export function listDroppedNames(objects: readonly Node[] = []): string[] {
  return objects.map((object) => {
    if ('List' in object) return getName(object.List.items);
    if ('TypeName' in object) return getName(object.TypeName.names);
    if ('ObjectWithArgs' in object) return getName(object.ObjectWithArgs.objname);
    return getName([object]);
  });
}

/** One command of an ALTER TABLE. */
export interface TableCommand {
  readonly table: string;
  readonly command: AlterTableCmd;
  /** What the command changes: `posts.content`; the table where the command names nothing in it. */
  readonly subject: string;
}

/** Returns the commands of an ALTER TABLE that have one of these subtypes, or all of them; none for other statements. */
export function listCommands(node: Node, ...subtypes: NonNullable<AlterTableCmd['subtype']>[]): TableCommand[] {
  if (!('AlterTableStmt' in node) || node.AlterTableStmt.relation === undefined) return [];
  const { relation, cmds = [] } = node.AlterTableStmt;
  const table = getTableName(relation);
  return cmds
    .flatMap((item) => ('AlterTableCmd' in item ? [item.AlterTableCmd] : []))
    .filter(({ subtype }) => subtypes.length === 0 || (subtype !== undefined && subtypes.includes(subtype)))
    .map((command) => ({ table, command, subject: [table, getCommandName(command)].filter(Boolean).join('.') }));
}

function getCommandName({ name, def }: AlterTableCmd): string | undefined {
  if (name !== undefined || def === undefined) return name;
  if ('ColumnDef' in def) return def.ColumnDef.colname;
  return 'Constraint' in def ? (def.Constraint.conname ?? listKeys(def.Constraint).join(', ')) : undefined;
}

export interface AddedColumn {
  readonly table: string;
  readonly column: ColumnDef;
  readonly subject: string;
}

/** Returns the columns that an ALTER TABLE adds. */
export function listAddedColumns(node: Node): AddedColumn[] {
  return listCommands(node, 'AT_AddColumn').flatMap(({ table, command: { def }, subject }) =>
    def !== undefined && 'ColumnDef' in def ? [{ table, column: def.ColumnDef, subject }] : [],
  );
}

export interface AddedConstraint {
  readonly table: string;
  readonly constraint: Constraint;
  /** The column with which the constraint is added; undefined for a constraint of the table. */
  readonly column: ColumnDef | undefined;
  /** The constraint by its name, or by its columns where it has none: `posts.ck_posts__content_length`. */
  readonly subject: string;
}

/** Returns the constraints that an ALTER TABLE adds, by themselves or with a new column. */
export function listAddedConstraints(node: Node): AddedConstraint[] {
  const alone = listCommands(node, 'AT_AddConstraint').flatMap(({ table, command: { def }, subject }) =>
    def !== undefined && 'Constraint' in def ? [{ table, constraint: def.Constraint, column: undefined, subject }] : [],
  );
  return [...alone, ...listAddedColumns(node).flatMap(({ table, column }) => listColumnConstraints(table, column))];
}

/** Returns the constraints of a CREATE TABLE. */
export function listCreatedConstraints(node: Node): AddedConstraint[] {
  if (!('CreateStmt' in node) || node.CreateStmt.relation === undefined) return [];
  const table = getTableName(node.CreateStmt.relation);
  return (node.CreateStmt.tableElts ?? []).flatMap((element) => {
    if ('ColumnDef' in element) return listColumnConstraints(table, element.ColumnDef);
    if (!('Constraint' in element)) return [];
    const { Constraint: constraint } = element;
    const subject = `${table}.${constraint.conname ?? listKeys(constraint).join(', ')}`;
    return [{ table, constraint, column: undefined, subject }];
  });
}

function listColumnConstraints(table: string, column: ColumnDef): AddedConstraint[] {
  return (column.constraints ?? []).flatMap((item) => {
    if (!('Constraint' in item)) return [];
    const { Constraint: constraint } = item;
    return [{ table, constraint, column, subject: `${table}.${constraint.conname ?? column.colname ?? ''}` }];
  });
}

/** Returns the columns of a constraint of the table. */
export function listKeys({ fk_attrs: foreign, keys }: Constraint): string[] {
  return (foreign ?? keys ?? []).map((name) => getName([name]));
}

/** Returns an option such as SUPERUSER or PASSWORD from a list of options. */
export function findOption(options: readonly Node[] | undefined, name: string): DefElem | undefined {
  return options?.map((item) => ('DefElem' in item ? item.DefElem : undefined)).find((item) => item?.defname === name);
}

/** Whether an option is given, and not as its opposite (NOSUPERUSER). */
export function isOn(element: DefElem | undefined): boolean {
  if (element === undefined) return false;
  return element.arg === undefined || !('Boolean' in element.arg) || element.arg.Boolean.boolval === true;
}

/** Yields the node and every object below it. */
export function* findNodes(node: unknown): Generator<Readonly<Record<string, unknown>>> {
  const remaining: unknown[] = [node];
  while (remaining.length > 0) {
    const next = remaining.pop();
    if (typeof next !== 'object' || next === null) continue;
    if (!Array.isArray(next)) yield next as Readonly<Record<string, unknown>>;
    for (const value of Object.values(next)) if (typeof value === 'object') remaining.push(value);
  }
}

/** Yields every text below a node: literals, bodies of functions, options and names. */
export function* listTexts(node: unknown): Generator<string> {
  for (const found of findNodes(node)) {
    for (const value of Object.values(found)) if (typeof value === 'string') yield value;
  }
}

/** Whether the statement changes tables, types, functions and the like. Roles, rights and settings do not count: they lock no table. */
export function changesSchema(node: Node): boolean {
  const [kind = ''] = Object.keys(node);
  if (/^(Alter|Create|Drop)(Role|Database|System|DefaultPrivileges|db|Owned)/.test(kind)) return false;
  return /^(Alter|Create|Drop|Index|Rename|View|Rule|Define|CompositeType)/.test(kind);
}
