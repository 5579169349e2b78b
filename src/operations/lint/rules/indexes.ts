import type { Node } from 'libpg-query';
import { listCommands, isOn, getName, findOption, getTableName } from '../ast.js';
import type { Context, Rule } from '../rule.js';

/** Rules about indexes, and about other statements that hold a strong lock for long. */
export const INDEX_RULES: readonly Rule[] = [
  {
    id: 'create-index',
    problem: 'An index is built on a table that has rows, without CONCURRENTLY.',
    blocks: 'SHARE while the whole table is read and sorted: writes wait.',
    instead: 'Build it CONCURRENTLY in a migration of its own with `transaction = false`.',
    recipe: [
      {
        sql: `CREATE INDEX CONCURRENTLY "ix_posts__spam_filtered" ON "posts" ("spam_filtered");`,
        transaction: false,
      },
    ],
    squawk: ['require-concurrent-index-creation'],
    exempt: 'isEmpty',
  },
  {
    id: 'drop-index',
    problem: 'An index of a table in use is dropped without CONCURRENTLY.',
    blocks: 'ACCESS EXCLUSIVE on its table: held briefly, but while it waits for open queries, all others wait too.',
    instead: 'Drop it CONCURRENTLY in a migration of its own with `transaction = false`.',
    recipe: [{ sql: `DROP INDEX CONCURRENTLY "ix_audit_logs__actor_created_at";`, transaction: false }],
    squawk: ['require-concurrent-index-deletion'],
    exempt: 'isEmpty',
  },
  {
    id: 'concurrently-in-transaction',
    problem: 'A statement that PostgreSQL refuses inside a transaction is in a migration that runs in one.',
    blocks: 'The deployment: the migration fails with SQLSTATE 25001.',
    instead: 'Set `transaction = false` in the class, and move all other statements to other migrations.',
    recipe: [
      {
        sql: `CREATE INDEX CONCURRENTLY "ix_posts__error_message" ON "posts" ("error_message") WHERE "error_message" IS NOT NULL;`,
        transaction: false,
      },
    ],
    find: ({ node, shown }, { inTransaction }) =>
      inTransaction && isRefusedInTransaction(node) ? [shown.split(' ', 2).join(' ')] : [],
  },
  {
    id: 'rewrite-table',
    problem: 'A table or index is rewritten (CLUSTER, VACUUM FULL, REINDEX, REFRESH, SET LOGGED, SET TABLESPACE).',
    blocks: 'ACCESS EXCLUSIVE (REINDEX: SHARE) until the statement ends: all reads and writes wait.',
    instead: 'Use the CONCURRENTLY form outside a transaction. Rewrite tables outside deployments.',
    recipe: [{ sql: `REINDEX TABLE CONCURRENTLY "posts";`, transaction: false }],
    find: ({ node }, context) =>
      listRewritten(node).filter((name) => !context.isEmpty(name) && !isOnEmptyTable(name, context)),
  },
  {
    id: 'lock-table',
    problem: 'A table is locked with LOCK TABLE.',
    blocks: 'Until the migration ends, all statements that need a conflicting lock: by default all reads and writes.',
    instead: 'Let each statement take the lock that it needs. Against concurrent writes, lock rows (FOR UPDATE).',
    recipe: [{ sql: `SELECT "id" FROM "kpi_types" WHERE "name" = 'COMMERCIAL' FOR UPDATE;` }],
    find: ({ node }, context) =>
      'LockStmt' in node
        ? (node.LockStmt.relations ?? [])
            .map((item) => ('RangeVar' in item ? getTableName(item.RangeVar) : ''))
            .filter((table) => !context.isEmpty(table))
        : [],
  },
];

function isOnEmptyTable(index: string, context: Context): boolean {
  const table = context.tableOfIndex(index);
  return table !== undefined && context.isEmpty(table);
}

function isRefusedInTransaction(node: Node): boolean {
  if ('IndexStmt' in node) return node.IndexStmt.concurrent === true;
  if ('DropStmt' in node) return node.DropStmt.concurrent === true;
  if ('ReindexStmt' in node) {
    return isConcurrent(node) || node.ReindexStmt.name !== undefined;
  }
  if ('RefreshMatViewStmt' in node) return false;
  if ('VacuumStmt' in node) return node.VacuumStmt.is_vacuumcmd === true;
  const detached = listCommands(node, 'AT_DetachPartition').some(
    ({ command: { def } }) => def !== undefined && 'PartitionCmd' in def && def.PartitionCmd.concurrent === true,
  );
  return (
    detached || ['CreatedbStmt', 'DropdbStmt', 'AlterSystemStmt', 'CreateTableSpaceStmt'].some((kind) => kind in node)
  );
}

function isConcurrent(node: Node): boolean {
  return 'ReindexStmt' in node && isOn(findOption(node.ReindexStmt.params, 'concurrently'));
}

/** Returns the tables, indexes or views that a statement rewrites under a strong lock. */
function listRewritten(node: Node): string[] {
  if ('ReindexStmt' in node) {
    const { relation, name = '' } = node.ReindexStmt;
    return isConcurrent(node) ? [] : [relation === undefined ? name : getTableName(relation)];
  }
  if ('ClusterStmt' in node) {
    return [node.ClusterStmt.relation === undefined ? 'every table' : getTableName(node.ClusterStmt.relation)];
  }
  if ('RefreshMatViewStmt' in node) {
    const { concurrent, relation } = node.RefreshMatViewStmt;
    return concurrent === true || relation === undefined ? [] : [getTableName(relation)];
  }
  if ('VacuumStmt' in node) {
    if (!isOn(findOption(node.VacuumStmt.options, 'full'))) return [];
    const tables = node.VacuumStmt.rels?.map((item) =>
      'VacuumRelation' in item && item.VacuumRelation.relation
        ? getTableName(item.VacuumRelation.relation)
        : getName([]),
    );
    return tables ?? ['every table'];
  }
  return listCommands(node, 'AT_SetTableSpace', 'AT_SetLogged', 'AT_SetUnLogged', 'AT_SetAccessMethod').map(
    ({ table }) => table,
  );
}
