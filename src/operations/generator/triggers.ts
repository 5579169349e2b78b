import { tokenize } from '../../errors/sql-text.js';
import { type CatalogObject, toKey, type Snapshot } from '../catalog/snapshot.js';
import { alterSql, unquoteName, type Change, type Draft, quoteLocalName, quoteName, recast } from './draft.js';

/**
 * Reports a trigger that differs, because entities declare none. A trigger that is created again for a changed type may differ: PostgreSQL
 * writes other casts into its condition.
 */
export function planTrigger({ from, to, messages }: Change, draft: Draft): void {
  const isCreatedAgain = from !== undefined && to !== undefined && draft.getRetypedColumns(from).length > 0;
  if (!isCreatedAgain) draft.problems.push(...messages);
}

/**
 * Adds the changes of column types. PostgreSQL refuses to change the type of a column that a trigger reads, so such triggers are dropped
 * before it and created again after it, in one call and so in one transaction.
 */
export function addTypeChanges(draft: Draft): void {
  const triggers = Object.values(draft.from.objects).filter(
    (object) => object.kind === 'trigger' && draft.getRetypedColumns(object).length > 0,
  );
  for (const [table, actions] of draft.typeChanges) {
    const readers = triggers.filter((trigger) => draft.getTable(trigger) === table);
    if (readers.length === 0) {
      // A group of their own: one rewrite of the table, and no cheap change waits for it.
      for (const action of actions) draft.alter('columns', table, action, { group: 'types' });
      continue;
    }
    const created = readers.map((trigger) =>
      draft.createRemakeSql(draft.to.objects[toKey(trigger)] ?? adaptDefinition(trigger, draft)),
    );
    draft.add(
      'columns',
      [...readers.map((trigger) => dropTrigger(trigger, draft)), alterSql(table, actions), ...created].join(';\n'),
    );
  }
}

export function dropTrigger(trigger: CatalogObject, draft: Draft): string {
  return `DROP TRIGGER ${quoteName(trigger.name)} ON ${draft.getTable(trigger)}`;
}

/** Returns the triggers of the column's table that read the column. */
export function listTriggersReading(column: CatalogObject, { objects }: Snapshot): CatalogObject[] {
  return Object.values(objects).filter(
    (object) => object.kind === 'trigger' && object.parent === column.parent && readsColumn(object, column),
  );
}

/**
 * Returns whether the condition of the trigger (`old.status`) or its list of columns (`UPDATE OF status`) names the column. The body of its
 * function is not read.
 */
export function readsColumn({ facts: { definition = '' } }: CatalogObject, { name }: CatalogObject): boolean {
  const tokens = tokenize(definition).filter(({ kind }) => kind !== 'space');
  const isWord = (place: number, pattern: RegExp): boolean => pattern.test(tokens[place]?.text ?? '');
  const table = tokens.findIndex((_, place) => isWord(place, /^ON$/i));
  const list = tokens.findIndex((_, place) => isWord(place, /^OF$/i));
  return tokens.some(({ kind, text }, place) => {
    if ((kind !== 'name' && kind !== 'word') || unquoteName(text) !== unquoteName(name)) return false;
    const isListed = list >= 0 && place > list && place < table;
    return isListed || (isWord(place - 1, /^\.$/) && isWord(place - 2, /^(old|new)$/i));
  });
}

/**
 * Returns the trigger with the casts of its condition changed to the new types. That is needed for enums only, since PostgreSQL compares
 * values of an enum with values of the same enum alone.
 */
function adaptDefinition(trigger: CatalogObject, draft: Draft): CatalogObject {
  const isEnum = (type: string): boolean =>
    `enum ${draft.removeSchemaNames(type)}` in { ...draft.from.objects, ...draft.to.objects };
  const elementType = (type = ''): string => type.replace(/\[\]$/, '');
  const kept = Object.values(draft.to.objects).filter(
    (column) =>
      column.kind === 'column' &&
      column.parent === trigger.parent &&
      readsColumn(trigger, column) &&
      !draft.getRetypedColumns(trigger).includes(column),
  );
  const definition = draft.getRetypedColumns(trigger).reduce(
    (sql, column) => {
      const [was, is] = [elementType(draft.from.objects[toKey(column)]?.facts.type), elementType(column.facts.type)];
      if (![was, is].some(isEnum) || kept.some(({ facts }) => elementType(facts.type) === was)) return sql;
      return recast(sql, quoteLocalName(was), draft.removeSchemaNames(is));
    },
    draft.removeSchemaNames(trigger.facts.definition ?? ''),
  );
  return { ...trigger, facts: { ...trigger.facts, definition } };
}
