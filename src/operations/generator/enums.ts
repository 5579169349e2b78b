import { quoteLiteral } from '../../errors/sql-text.js';
import type { CatalogObject, Kind, Snapshot } from '../catalog/snapshot.js';
import { unquoteName, hasCastTo, type Change, deriveName, type Draft, quoteLocalName, quoteName } from './draft.js';
import { dropTrigger, readsColumn } from './triggers.js';

const RECIPE =
  'docs/DATABASE_MIGRATION_GUIDE.md, “Enum values”, describes it; npm run migration:create creates the file';

/**
 * Plans the change of an enum. A new value gets the place that the entities give it. Removing a value means creating the type again, which
 * only `down` does: a running service could neither write nor read a value that the type no longer has.
 */
export function planEnum({ from, to, facts, messages }: Change, draft: Draft, isDown: boolean): void {
  if (from === undefined || to === undefined) {
    if (to) draft.add('enums', `CREATE TYPE ${quoteLocalName(to.name)} AS ENUM (${readValues(to).join(', ')})`);
    else if (from) draft.add('dropped enums', `DROP TYPE ${quoteLocalName(from.name)}`);
  } else if (facts.some((fact) => fact !== 'values' && fact !== 'comment')) {
    draft.problems.push(...messages);
    return;
  } else if (facts.includes('values')) {
    const problem = isDown ? undefined : findProblem(from, to, draft);
    if (problem !== undefined) draft.problems.push(problem);
    else if (isDown) replaceEnum(to, draft);
    else addValues(from, to, draft);
  }
  if (to && to.facts.comment !== from?.facts.comment) {
    const text = to.facts.comment === undefined ? 'NULL' : quoteLiteral(to.facts.comment);
    draft.add('comments', `COMMENT ON TYPE ${quoteLocalName(to.name)} IS ${text}`);
  }
}

/** Returns the values as SQL literals, in their order. */
function readValues({ facts }: CatalogObject): string[] {
  return facts.values?.match(/'(?:[^']|'')*'/g) ?? [];
}

function findProblem(from: CatalogObject, to: CatalogObject, draft: Draft): string | undefined {
  const [before, after] = [readValues(from), readValues(to)];
  const used = listColumns(from, draft.from).map(
    (column) => `${unquoteName(draft.getTable(column))}.${unquoteName(column.name)}`,
  );
  const where = `enum ${unquoteName(quoteLocalName(from.name))} (${used.join(', ')})`;
  const removed = before.filter((value) => !after.includes(value));
  const added = after.filter((value) => !before.includes(value));
  if (removed.length > 0) {
    const additions = added.length > 0 ? ` and ${added.join(', ')} added (renamed?)` : '';
    return `${where}: ${removed.join(', ')} is removed${additions}, but PostgreSQL cannot remove a value of a type in use: write the migration by hand; ${RECIPE}`;
  }
  if (after.filter((value) => before.includes(value)).join() === before.join()) return undefined;
  return `${where}: the order of its values changes from ${before.join(', ')} to ${after.join(', ')}, which PostgreSQL cannot do: declare them in the old order, or write the migration by hand; ${RECIPE}`;
}

/** Adds one statement for each new value; each names a neighbour that exists by then. */
function addValues(from: CatalogObject, to: CatalogObject, draft: Draft): void {
  const [first = ''] = readValues(from);
  const after = readValues(to);
  for (const [place, value] of after.entries()) {
    if (readValues(from).includes(value)) continue;
    const where = place === 0 ? `BEFORE ${first}` : `AFTER ${after[place - 1]}`;
    draft.add('enums', `ALTER TYPE ${quoteLocalName(to.name)} ADD VALUE ${value} ${where}`);
  }
}

/**
 * Creates the type again, in one transaction. Constraints, partial indexes and triggers that compare with its values are dropped and created
 * again; PostgreSQL rebuilds keys and other indexes by itself. It fails (22P02) and changes nothing when a row has a removed value.
 */
function replaceEnum(to: CatalogObject, draft: Draft): void {
  const name = quoteLocalName(to.name);
  const old = deriveName(name, '__old');
  const columns = listColumns(to, draft.to);
  const dependents = listDependents(to, columns, draft);
  const statements = [
    ...dependents.map((object) => dropSql(object, draft)),
    `ALTER TYPE ${name} RENAME TO ${old}`,
    `CREATE TYPE ${name} AS ENUM (${readValues(to).join(', ')})`,
    ...columns.map((column) => moveColumn(column, draft)),
    `DROP TYPE ${old}`,
    ...dependents.map((object) => createSql(object, draft)),
  ];
  draft.add('enum values', statements.join(';\n'));
}

function moveColumn(column: CatalogObject, draft: Draft): string {
  const { type = '', default: value } = column.facts;
  const [name, newType] = [quoteName(column.name), draft.removeSchemaNames(type)];
  const text = newType.endsWith('[]') ? 'text[]' : 'text';
  const alter = `ALTER COLUMN ${name}`;
  const commands = [
    ...(value === undefined ? [] : [`${alter} DROP DEFAULT`]),
    `${alter} TYPE ${newType} USING ${name}::${text}::${newType}`,
    ...(value === undefined ? [] : [`${alter} SET DEFAULT ${draft.removeSchemaNames(value)}`]),
  ];
  return `ALTER TABLE ${draft.getTable(column)} ${commands.join(', ')}`;
}

function listColumns({ name }: CatalogObject, { objects }: Snapshot): CatalogObject[] {
  return Object.values(objects).filter(
    ({ kind, facts: { type } }) => kind === 'column' && (type === name || type === `${name}[]`),
  );
}

const CREATED_AGAIN: readonly Kind[] = ['constraint', 'index', 'trigger'];

/** Returns the constraints, partial indexes and triggers that name the type, and the triggers that read one of its columns. */
function listDependents(type: CatalogObject, columns: readonly CatalogObject[], draft: Draft): CatalogObject[] {
  return Object.values(draft.to.objects).filter((object) => {
    const { definition = '' } = object.facts;
    if (!CREATED_AGAIN.includes(object.kind)) return false;
    if (hasCastTo(draft.removeSchemaNames(definition), quoteLocalName(type.name))) return true;
    return (
      object.kind === 'trigger' &&
      columns.some((column) => column.parent === object.parent && readsColumn(object, column))
    );
  });
}

function dropSql(object: CatalogObject, draft: Draft): string {
  if (object.kind === 'index') return `DROP INDEX ${quoteLocalName(object.name)}`;
  if (object.kind === 'trigger') return dropTrigger(object, draft);
  return `ALTER TABLE ${draft.getTable(object)} DROP CONSTRAINT ${quoteName(object.name)}`;
}

function createSql(object: CatalogObject, draft: Draft): string {
  return draft.createRemakeSql(object);
}
