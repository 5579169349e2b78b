import type { Node } from 'libpg-query';
import { listCommands, listDroppedNames, isOn, getName, findOption, getTableName } from '../ast.js';
import type { Context, Rule } from '../rule.js';

/** Rules about indexes, and about what else takes a strong lock for long. */
export const INDEX_RULES: readonly Rule[] = [
  {
    id: 'create-index',
    problem: 'An index is built on a table that has rows, without CONCURRENTLY.',
    blocks: 'SHARE while the whole table is read and sorted: writers wait.',
    instead: 'Build it CONCURRENTLY in a migration of its own with `transaction = false`.',
    recipe: [
      {
        sql: `CREATE INDEX CONCURRENTLY "ix_posts__spam_filtered" ON "posts" ("spam_filtered");`,
        transaction: false,
      },
    ],
    squawk: ['require-concurrent-index-creation'],
    find: ({ node }, context, said) => {
      if (!said || !('IndexStmt' in node) || node.IndexStmt.concurrent === true) return [];
      const table = node.IndexStmt.relation === undefined ? '' : getTableName(node.IndexStmt.relation);
      return context.isEmpty(table) ? [] : [node.IndexStmt.idxname ?? table];
    },
  },
  {
    id: 'drop-index',
    problem: 'An index of a table in use is dropped without CONCURRENTLY.',
    blocks:
      'ACCESS EXCLUSIVE on its table: short, but it queues behind every open query, and everybody else behind it.',
    instead: 'Drop it CONCURRENTLY in a migration of its own with `transaction = false`.',
    recipe: [{ sql: `DROP INDEX CONCURRENTLY "ix_audit_logs__actor_created_at";`, transaction: false }],
    squawk: ['require-concurrent-index-deletion'],
    find: ({ node }, context, said) => {
      if (!said || !('DropStmt' in node) || node.DropStmt.removeType !== 'OBJECT_INDEX') return [];
      if (node.DropStmt.concurrent === true) return [];
      return listDroppedNames(node.DropStmt.objects).filter((index) => !isOnEmptyTable(index, context));
    },
  },
  {
    id: 'concurrently-in-transaction',
    problem: 'A statement that PostgreSQL refuses inside a transaction is in a migration that runs in one.',
    blocks: 'The deployment: the migration fails with SQLSTATE 25001.',
    instead: 'Set `transaction = false` in the class, and have nothing else in the migration.',
    recipe: [
      {
        sql: `CREATE INDEX CONCURRENTLY "ix_posts__error_message" ON "posts" ("error_message") WHERE "error_message" IS NOT NULL;`,
        transaction: false,
      },
    ],
    squawk: ['ban-concurrent-index-creation-in-transaction'],
    find: ({ node }, { inTransaction }) => (inTransaction && isRefusedInTransaction(node) ? [getVerb(node)] : []),
  },
  {
    id: 'rewrite-table',
    problem:
      'A table or its indexes are written anew (CLUSTER, VACUUM FULL, REINDEX, REFRESH, SET LOGGED, SET TABLESPACE).',
    blocks: 'ACCESS EXCLUSIVE, of REINDEX SHARE, until it is done: all readers and writers wait.',
    instead: 'Use the CONCURRENTLY form outside a transaction; a table is repacked outside deployments.',
    recipe: [{ sql: `REINDEX TABLE CONCURRENTLY "posts";`, transaction: false }],
    squawk: ['require-concurrent-reindex'],
    find: ({ node }, context) =>
      suggestConcurrently(node).filter((name) => !context.isEmpty(name) && !isOnEmptyTable(name, context)),
  },
  {
    id: 'lock-table',
    problem: 'A table is locked by hand.',
    blocks: 'Whoever needs a lock that conflicts, until the migration ends: by default all readers and writers.',
    instead: 'Let each statement take the lock it needs; for correctness against writers, lock rows (FOR UPDATE).',
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

/** `IndexStmt` as a word for people. */
function getVerb(node: Node): string {
  const [kind = ''] = Object.keys(node);
  return VERBS[kind] ?? 'ALTER TABLE … DETACH PARTITION CONCURRENTLY';
}

const VERBS: Readonly<Record<string, string>> = {
  IndexStmt: 'CREATE INDEX CONCURRENTLY',
  DropStmt: 'DROP INDEX CONCURRENTLY',
  ReindexStmt: 'REINDEX',
  VacuumStmt: 'VACUUM',
  CreatedbStmt: 'CREATE DATABASE',
  DropdbStmt: 'DROP DATABASE',
  AlterSystemStmt: 'ALTER SYSTEM',
  CreateTableSpaceStmt: 'CREATE TABLESPACE',
};

/** Tables, indexes or views that a statement writes anew under a strong lock. */
function suggestConcurrently(node: Node): string[] {
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
