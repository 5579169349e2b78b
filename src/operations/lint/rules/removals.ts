import type { Node, ObjectType } from 'libpg-query';
import { listAddedColumns, listCommands, listDroppedNames, getName, getTableName } from '../ast.js';
import type { Context, Rule } from '../rule.js';

/** What a service may know by name. */
const NAMED: readonly ObjectType[] = [
  'OBJECT_TABLE',
  'OBJECT_VIEW',
  'OBJECT_MATVIEW',
  'OBJECT_FOREIGN_TABLE',
  'OBJECT_TYPE',
  'OBJECT_SCHEMA',
];

/** Rules about what the running version of a service still uses. */
export const REMOVAL_RULES: readonly Rule[] = [
  {
    id: 'drop-column',
    problem: 'A column is dropped, and its data with it.',
    blocks: 'Services of the running version, whose queries name it; no revert brings the data back.',
    instead: 'Stop using it in one release, drop it in the next, and accept with the release that stopped.',
    recipe: [
      {
        sql: `-- lint: accept drop-column: since 2.0 nothing reads or writes it
ALTER TABLE "posts" DROP COLUMN "error_message";`,
      },
    ],
    squawk: ['ban-drop-column'],
    find: (statement, context, said) =>
      said ? listDroppedColumns(statement.node, context).filter((name) => !isReplaced(name, context)) : [],
  },
  {
    id: 'replace-column',
    problem: 'A column is dropped and added again: what TypeORM writes where a type changed. All of its data is lost.',
    blocks: 'Everybody who needs the data; ACCESS EXCLUSIVE besides.',
    instead: 'Add a second column, copy in batches, read the new one, drop the old one a release later.',
    recipe: [{ sql: `ALTER TABLE "authors" ADD COLUMN "display_name_long" text;` }],
    find: (statement, context) =>
      listDroppedColumns(statement.node, context).filter((name) => isReplaced(name, context)),
  },
  {
    id: 'drop-table',
    problem: 'A table is dropped, and its data with it.',
    blocks: 'Services of the running version, whose queries name it; no revert brings the data back.',
    instead: 'Stop using it in one release, archive it, drop it in the next, and accept with that release.',
    recipe: [
      {
        sql: `-- lint: accept drop-table: since 2.0 nothing uses it; archived with the backup of that release
DROP TABLE "weight_adjustment_logs";`,
      },
    ],
    squawk: ['ban-drop-table'],
    find: ({ node }, context) =>
      listDropped(node, 'OBJECT_TABLE', 'OBJECT_FOREIGN_TABLE').filter((name) => !context.isNew(name)),
  },
  {
    id: 'drop-schema',
    problem: 'A schema or database is dropped.',
    blocks: 'Everybody who uses anything in it.',
    instead: 'Drop its objects by name, each as its rule says; an empty schema may go with a reason.',
    recipe: [
      {
        sql: `CREATE SCHEMA "old_imports";
-- lint: accept drop-schema: made empty above, to show it
DROP SCHEMA "old_imports";`,
      },
    ],
    squawk: ['ban-drop-database'],
    find: ({ node }) => {
      if ('DropdbStmt' in node) return [node.DropdbStmt.dbname ?? ''];
      return listDropped(node, 'OBJECT_SCHEMA');
    },
  },
  {
    id: 'drop-cascade',
    problem: 'CASCADE drops whatever depends on the object, without naming it.',
    blocks: 'Users of views, foreign keys and defaults that nobody listed.',
    instead: 'Drop what depends on it by name, first.',
    recipe: [{ sql: `ALTER TABLE "escalations" DROP CONSTRAINT "fk_escalations__reason_id";` }],
    find: ({ node }) => {
      if (
        'DropStmt' in node &&
        node.DropStmt.behavior === 'DROP_CASCADE' &&
        node.DropStmt.removeType !== 'OBJECT_SCHEMA'
      ) {
        return listDroppedNames(node.DropStmt.objects);
      }
      return listCommands(node, 'AT_DropColumn', 'AT_DropConstraint')
        .filter(({ command }) => command.behavior === 'DROP_CASCADE')
        .map(({ table, command: { name = '' } }) => `${table}.${name}`);
    },
  },
  {
    id: 'rename',
    problem: 'A table, view, type or schema is renamed or moved.',
    blocks: 'Services of the running version, whose queries name it.',
    instead: 'Leave a view with the old name until nobody uses it; accept the rename with that reason.',
    recipe: [
      {
        sql: `-- lint: accept rename: the view keeps the old name for the running version
ALTER TABLE "segmented_weights" RENAME TO "segment_weights";
CREATE VIEW "segmented_weights" AS SELECT * FROM "segment_weights";`,
      },
    ],
    squawk: ['renaming-table'],
    find: ({ node }, context) => getRenamed(node).filter((name) => !context.isNew(name)),
  },
  {
    id: 'rename-column',
    problem: 'A column is renamed.',
    blocks: 'Services of the running version, whose queries name it.',
    instead: 'Keep the name in the database and map it in the entity; else add, copy, read, drop over two releases.',
    recipe: [
      { sql: `COMMENT ON COLUMN "posts"."detected_at" IS 'When the monitor saw it; firstSeenAt in the entity.';` },
    ],
    squawk: ['renaming-column'],
    find: ({ node }, context) => {
      if (!('RenameStmt' in node) || node.RenameStmt.relation === undefined) return [];
      const { renameType, relation, subname = '' } = node.RenameStmt;
      if (renameType !== 'OBJECT_COLUMN' && renameType !== 'OBJECT_ATTRIBUTE') return [];
      return context.isNew(getTableName(relation)) ? [] : [`${getTableName(relation)}.${subname}`];
    },
  },
];

/** `table.column`, of tables that somebody may use. */
function listDroppedColumns(node: Node, context: Context): string[] {
  return listCommands(node, 'AT_DropColumn')
    .filter(({ table }) => !context.isNew(table))
    .map(({ table, command: { name = '' } }) => `${table}.${name}`);
}

function isReplaced(name: string, { statements }: Context): boolean {
  return statements.some(({ node }) =>
    listAddedColumns(node).some(({ table, column: { colname = '' } }) => `${table}.${colname}` === name),
  );
}

function listDropped(node: Node, ...kinds: ObjectType[]): string[] {
  if (!('DropStmt' in node) || node.DropStmt.removeType === undefined) return [];
  return kinds.includes(node.DropStmt.removeType) ? listDroppedNames(node.DropStmt.objects) : [];
}

function getRenamed(node: Node): string[] {
  if ('AlterObjectSchemaStmt' in node) {
    const { objectType, relation, object } = node.AlterObjectSchemaStmt;
    return NAMED.some((kind) => kind === objectType) ? [findName(relation, object)] : [];
  }
  if (!('RenameStmt' in node)) return [];
  const { renameType, relation, object, subname } = node.RenameStmt;
  return NAMED.some((kind) => kind === renameType) ? [findName(relation, object) || (subname ?? '')] : [];
}

function findName(relation: Parameters<typeof getTableName>[0] | undefined, object: Node | undefined): string {
  if (relation !== undefined) return getTableName(relation);
  return object !== undefined && 'List' in object ? getName(object.List.items) : '';
}
