import { dropConstraint, insert, type Attack, type Attempt, type Case, type Statement } from './case.js';
import { FOREIGN_KEYS, idOf, rowOf, type ForeignKey } from './rows.js';

/** Attempts with an invalid foreign key, and with the deletion of a parent. */
export const FOREIGN_KEY_CASES: readonly Case[] = FOREIGN_KEYS.map((key) => ({
  guard: { kind: 'foreign key', table: key.table, name: key.name },
  attacks: [...orphans(key), changeOfParent(key), ...(key.onDelete === 'RESTRICT' ? [refusedDeletion(key)] : [])],
  validCounterparts: [
    { label: `${key.column} = an existing id`, statement: child(key, idOf(key.parent, 2)) },
    ...(key.onDelete === 'SET NULL' ? [{ label: `${key.column} = null`, statement: child(key, null) }] : []),
    deletionOfChildless(key),
    ...(key.onDelete === 'RESTRICT' ? [] : [deletion(key)]),
  ],
  removal: dropConstraint(key.table, key.name),
}));

function orphans(key: ForeignKey): Attack[] {
  const elsewhere = key.parent === 'authors' ? 'posts' : 'authors';
  return [
    ['an id of no row', idOf(key.parent, 99)] as const,
    [`an id of ${elsewhere}`, idOf(elsewhere, 1)] as const,
  ].map(([label, id]) => ({ label: `${key.column} = ${label}`, statement: child(key, id), refusal: refusalBy(key) }));
}

function changeOfParent(key: ForeignKey): Attack {
  const { parent, column } = key;
  return {
    label: `another id for a row of ${parent} that ${column} refers to`,
    // A trigger refuses every change of a decision.
    dropFirst: parent === 'decisions' ? ['ALTER TABLE decisions DISABLE TRIGGER tg_decisions__written_once'] : [],
    before: family(key),
    statement: { sql: `UPDATE ${parent} SET id = $1 WHERE id = $2`, parameters: [idOf(parent, 99), idOf(parent, 4)] },
    refusal: refusalBy(key),
  };
}

function refusedDeletion(key: ForeignKey): Attack {
  return {
    label: `deleting a row of ${key.parent} that ${key.column} refers to`,
    before: family(key),
    statement: deleteParent(key),
    // RESTRICT has an SQLSTATE of its own since PostgreSQL 18.
    refusal: { ...refusalBy(key), code: '23001', codeBefore18: '23503' },
  };
}

function deletion(key: ForeignKey): Attempt {
  const { table, column, parent, onDelete } = key;
  return {
    label: `deleting a row of ${parent} that ${column} refers to (${onDelete})`,
    before: family(key),
    statement: deleteParent(key),
    leaves: {
      question: { sql: `SELECT ${column} FROM ${table} WHERE id = $1`, parameters: [idOf(table, 3)] },
      rows: onDelete === 'CASCADE' ? [] : [{ [column]: null }],
    },
  };
}

function deletionOfChildless(key: ForeignKey): Attempt {
  const { parent } = key;
  return {
    label: `deleting a row of ${parent} that nothing refers to`,
    before: [insert(parent, rowOf(parent, 4))],
    statement: deleteParent(key),
    leaves: { question: { sql: `SELECT id FROM ${parent} WHERE id = $1`, parameters: [idOf(parent, 4)] }, rows: [] },
  };
}

/** Returns the statements that write a parent, number 4, and its only child. */
function family(key: ForeignKey): Statement[] {
  const { parent } = key;
  return [insert(parent, rowOf(parent, 4)), child(key, idOf(parent, 4))];
}

function child({ table, column }: ForeignKey, parentId: string | null): Statement {
  return insert(table, rowOf(table, 3, { [column]: parentId }));
}

function deleteParent({ parent }: ForeignKey): Statement {
  return { sql: `DELETE FROM ${parent} WHERE id = $1`, parameters: [idOf(parent, 4)] };
}

function refusalBy({ table, name }: ForeignKey): { code: string; table: string; constraint: string } {
  return { code: '23503', table, constraint: name };
}
