import { tokenize } from '../../errors/sql-text.js';
import { type CatalogObject, toKey, type Snapshot } from '../catalog/snapshot.js';
import { unquoteName, type Change, type Draft, quoteLocalName, quoteName, recast } from './draft.js';

/** A trigger that differs. Only migrations make triggers; one that a changed type makes anew differs by what PostgreSQL adds. */
export function planTrigger({ from, to, sentences }: Change, draft: Draft): void {
  const isRemade = from !== undefined && to !== undefined && draft.getRetypedColumns(from).length > 0;
  if (!isRemade) draft.problems.push(...sentences);
}

/**
 * The changes of types. PostgreSQL changes no type of a column that a trigger reads, so such triggers are dropped before and made
 * again after it, in one call and so in one transaction.
 */
export function addTypeChanges(draft: Draft): void {
  const triggers = Object.values(draft.from.objects).filter(
    (object) => object.kind === 'trigger' && draft.getRetypedColumns(object).length > 0,
  );
  for (const [table, statements] of draft.typeChanges) {
    const readers = triggers.filter((trigger) => draft.getTable(trigger) === table);
    if (readers.length === 0) {
      for (const sql of statements) draft.add('columns', sql);
      continue;
    }
    const made = readers.map((trigger) =>
      draft.createRemakeSql(draft.to.objects[toKey(trigger)] ?? adaptDefinition(trigger, draft)),
    );
    draft.add(
      'columns',
      [...readers.map((trigger) => dropTrigger(trigger, draft)), ...statements, ...made].join(';\n'),
    );
  }
}

export function dropTrigger(trigger: CatalogObject, draft: Draft): string {
  return `DROP TRIGGER ${quoteName(trigger.name)} ON ${draft.getTable(trigger)}`;
}

/** The triggers of its table that PostgreSQL says depend on a column. */
export function listTriggersReading(column: CatalogObject, { objects }: Snapshot): CatalogObject[] {
  return Object.values(objects).filter(
    (object) => object.kind === 'trigger' && object.parent === column.parent && readsColumn(object, column),
  );
}

/** Whether its condition (`old.status`) or its list of columns (`UPDATE OF status`) names the column; what its function does is unknown. */
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
 * The trigger over the new types. Values of an enum are compared with values of that enum alone, so they become values of the new
 * type, and the other way round; all else PostgreSQL converts by itself, or refuses.
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
