import type { Node, ObjectType } from 'libpg-query';
import { listAddedColumns, listCommands, listDroppedNames, getName, getTableName } from '../ast.js';
import type { Context, Rule } from '../rule.js';

/** The kinds of objects that queries of a service name. */
const NAMED: readonly ObjectType[] = [
  'OBJECT_TABLE',
  'OBJECT_VIEW',
  'OBJECT_MATVIEW',
  'OBJECT_FOREIGN_TABLE',
  'OBJECT_TYPE',
  'OBJECT_SCHEMA',
];

/** Rules about objects that the running version of a service still uses. */
export const REMOVAL_RULES: readonly Rule[] = [
  {
    id: 'drop-column',
    problem: 'A column is dropped, and its data is lost.',
    blocks: 'The running version of a service, whose queries name the column. Reverting does not restore the data.',
    instead: 'Stop using it in one release. Drop it in the next one, and suppress this finding with that reason.',
    recipe: [
      {
        sql: `-- lint: accept drop-column: since 2.0 nothing reads or writes it
ALTER TABLE "posts" DROP COLUMN "error_message";`,
      },
    ],
    find: (statement, context) =>
      listDroppedColumns(statement.node, context).filter((name) => !isReplaced(name, context)),
  },
  {
    id: 'replace-column',
    problem: 'A column is dropped and added again, as TypeORM generates it when a type changes. Its data is lost.',
    blocks: 'The running version of a service, which needs the data. Reverting does not restore it.',
    instead: 'Add a second column, copy in batches, read the new one, drop the old one a release later.',
    recipe: [{ sql: `ALTER TABLE "authors" ADD COLUMN "display_name_long" text;` }],
    find: (statement, context) =>
      listDroppedColumns(statement.node, context).filter((name) => isReplaced(name, context)),
  },
  {
    id: 'drop-table',
    problem: 'A table is dropped, and its data is lost.',
    blocks: 'The running version of a service, whose queries name the table. Reverting does not restore the data.',
    instead: 'Stop using it in one release and archive it. Drop it in the next one, and suppress this finding.',
    recipe: [
      {
        sql: `-- lint: accept drop-table: since 2.0 nothing uses it; archived with the backup of that release
DROP TABLE "weight_adjustment_logs";`,
      },
    ],
    find: ({ node }, context) =>
      listDropped(node, 'OBJECT_TABLE', 'OBJECT_FOREIGN_TABLE').filter((name) => !context.isNew(name)),
  },
  {
    id: 'drop-schema',
    problem: 'A schema or database is dropped.',
    blocks: 'All services that use an object in it.',
    instead: 'Drop its objects by name, each as its own rule says. To drop an empty schema, suppress this finding.',
    recipe: [
      {
        sql: `CREATE SCHEMA "old_imports";
-- lint: accept drop-schema: it is empty
DROP SCHEMA "old_imports";`,
      },
    ],
    find: ({ node }) => {
      if ('DropdbStmt' in node) return [node.DropdbStmt.dbname ?? ''];
      return listDropped(node, 'OBJECT_SCHEMA');
    },
  },
  {
    id: 'drop-cascade',
    problem: 'CASCADE drops all objects that depend on the dropped object, without naming them.',
    blocks: 'All services that use a view, foreign key or default that depends on it.',
    instead: 'First drop the dependent objects by name.',
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
        .map(({ subject }) => subject);
    },
  },
  {
    id: 'rename-object',
    problem: 'A table, view, type or schema is renamed or moved.',
    blocks: 'The running version of a service, whose queries use the old name.',
    instead: 'Keep a view with the old name until nothing uses it, and suppress this finding with that reason.',
    recipe: [
      {
        sql: `-- lint: accept rename-object: the view keeps the old name for the running version
ALTER TABLE "segmented_weights" RENAME TO "segment_weights";
CREATE VIEW "segmented_weights" AS SELECT * FROM "segment_weights";`,
      },
    ],
    find: ({ node }, context) => getRenamed(node).filter((name) => !context.isNew(name)),
  },
  {
    id: 'rename-column',
    problem: 'A column is renamed.',
    blocks: 'The running version of a service, whose queries use the old name.',
    instead: 'Keep the name in the database and map it in the entity, or add, copy, read and drop over two releases.',
    recipe: [
      {
        sql: `COMMENT ON COLUMN "posts"."detected_at" IS 'When the monitor found the post; firstSeenAt in the entity.';`,
      },
    ],
    find: ({ node }, context) => {
      if (!('RenameStmt' in node) || node.RenameStmt.relation === undefined) return [];
      const { renameType, relation, subname = '' } = node.RenameStmt;
      if (renameType !== 'OBJECT_COLUMN' && renameType !== 'OBJECT_ATTRIBUTE') return [];
      return context.isNew(getTableName(relation)) ? [] : [`${getTableName(relation)}.${subname}`];
    },
  },
];

/** Returns the dropped columns of tables that a service may use. */
function listDroppedColumns(node: Node, context: Context): string[] {
  return listCommands(node, 'AT_DropColumn')
    .filter(({ table }) => !context.isNew(table))
    .map(({ subject }) => subject);
}

function isReplaced(name: string, { statements }: Context): boolean {
  return statements.some(({ node }) => listAddedColumns(node).some(({ subject }) => subject === name));
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
