import type { AlterTableCmd, ColumnDef, Constraint, DefElem, Node, RangeVar } from 'libpg-query';

/** How tables are told apart here: without the schema where it is `public`. */
export function getTableName({ schemaname, relname = '' }: RangeVar): string {
  return schemaname === undefined || schemaname === 'public' ? relname : `${schemaname}.${relname}`;
}

/** `a.b` of the list of words that PostgreSQL makes of a name. */
export function getName(words: readonly Node[] = []): string {
  const [first, ...rest] = words.map((word) => ('String' in word ? (word.String.sval ?? '') : ''));
  return (first === 'public' && rest.length > 0 ? rest : [first, ...rest]).join('.');
}

/** The names that a DROP lists. */
export function listDroppedNames(objects: readonly Node[] = []): string[] {
  return objects.map((object) => {
    if ('List' in object) return getName(object.List.items);
    if ('TypeName' in object) return getName(object.TypeName.names);
    if ('ObjectWithArgs' in object) return getName(object.ObjectWithArgs.objname);
    return getName([object]);
  });
}

export interface TableChange {
  readonly table: string;
  readonly commands: readonly AlterTableCmd[];
}

/** What an ALTER TABLE does, command by command; undefined for other statements. */
export function getTableChange(node: Node): TableChange | undefined {
  if (!('AlterTableStmt' in node) || node.AlterTableStmt.relation === undefined) return undefined;
  const { relation, cmds = [] } = node.AlterTableStmt;
  return {
    table: getTableName(relation),
    commands: cmds.flatMap((command) => ('AlterTableCmd' in command ? [command.AlterTableCmd] : [])),
  };
}

/** The commands of one kind, with the table. */
export function listCommands(
  node: Node,
  ...subtypes: NonNullable<AlterTableCmd['subtype']>[]
): { table: string; command: AlterTableCmd }[] {
  const { table, commands } = getTableChange(node) ?? { table: '', commands: [] };
  return commands
    .filter(({ subtype }) => subtype !== undefined && subtypes.includes(subtype))
    .map((command) => ({ table, command }));
}

export interface AddedConstraint {
  readonly table: string;
  readonly constraint: Constraint;
  /** The column that it comes with, where one is added too. */
  readonly column: ColumnDef | undefined;
}

/** The constraints that an ALTER TABLE adds, by themselves or with a new column. */
export function listAddedConstraints(node: Node): AddedConstraint[] {
  const alone = listCommands(node, 'AT_AddConstraint').flatMap(({ table, command: { def } }) =>
    def !== undefined && 'Constraint' in def ? [{ table, constraint: def.Constraint, column: undefined }] : [],
  );
  return [...alone, ...listAddedColumns(node).flatMap(({ table, column }) => listConstraints(table, column))];
}

export function listAddedColumns(node: Node): { table: string; column: ColumnDef }[] {
  return listCommands(node, 'AT_AddColumn').flatMap(({ table, command: { def } }) =>
    def !== undefined && 'ColumnDef' in def ? [{ table, column: def.ColumnDef }] : [],
  );
}

/** The constraints of a CREATE TABLE. */
export function listCreatedConstraints(node: Node): AddedConstraint[] {
  if (!('CreateStmt' in node) || node.CreateStmt.relation === undefined) return [];
  const table = getTableName(node.CreateStmt.relation);
  return (node.CreateStmt.tableElts ?? []).flatMap((element) => {
    if ('Constraint' in element) return [{ table, constraint: element.Constraint, column: undefined }];
    return 'ColumnDef' in element ? listConstraints(table, element.ColumnDef) : [];
  });
}

function listConstraints(table: string, column: ColumnDef): AddedConstraint[] {
  return (column.constraints ?? []).flatMap((item) =>
    'Constraint' in item ? [{ table, constraint: item.Constraint, column }] : [],
  );
}

/** The columns of a constraint; of one that comes with a column, that. */
export function listColumns({ constraint, column }: AddedConstraint): string {
  if (column !== undefined) return column.colname ?? '';
  const names = constraint.fk_attrs ?? constraint.keys ?? [];
  return names.map((name) => getName([name])).join(', ');
}

/** An option like SUPERUSER or PASSWORD of a list of them. */
export function findOption(options: readonly Node[] | undefined, name: string): DefElem | undefined {
  return options?.map((item) => ('DefElem' in item ? item.DefElem : undefined)).find((item) => item?.defname === name);
}

/** Is an option given, and not as its opposite (NOSUPERUSER)? */
export function isOn(element: DefElem | undefined): boolean {
  if (element === undefined) return false;
  return element.arg === undefined || !('Boolean' in element.arg) || element.arg.Boolean.boolval === true;
}

/** Every object below a node, itself included, whatever it is. */
export function* findNodes(node: unknown): Generator<Readonly<Record<string, unknown>>> {
  const waiting: unknown[] = [node];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== 'object' || next === null) continue;
    if (!Array.isArray(next)) yield next as Readonly<Record<string, unknown>>;
    for (const value of Object.values(next)) if (typeof value === 'object') waiting.push(value);
  }
}

/** Every text that a node holds: literals, bodies of functions, options; names too. */
export function* listTexts(node: unknown): Generator<string> {
  for (const found of findNodes(node)) {
    for (const value of Object.values(found)) if (typeof value === 'string') yield value;
  }
}

/** Does it change tables, types, functions…? Not roles, rights and settings, which keep no lock on a table. */
export function changesSchema(node: Node): boolean {
  const [kind = ''] = Object.keys(node);
  if (/^(Alter|Create|Drop)(Role|Database|System|DefaultPrivileges|db|Owned)/.test(kind)) return false;
  return /^(Alter|Create|Drop|Index|Rename|View|Rule|Define|CompositeType)/.test(kind);
}
