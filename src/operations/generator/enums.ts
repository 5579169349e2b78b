import { quoteLiteral } from '../../errors/sql-text.js';
import type { CatalogObject, Kind, Snapshot } from '../catalog/snapshot.js';
import { unquoteName, hasCastTo, type Change, deriveName, type Draft, quoteLocalName, quoteName } from './draft.js';
import { dropTrigger, readsColumn } from './triggers.js';

const RECIPE =
  'docs/DATABASE_MIGRATION_GUIDE.md, “Enum values”, has the recipe; npm run migration:create writes the file';

/**
 * An enum. A new value is put where the entities have it. To take values away is to make the type anew, which only the way back
 * does: there is no moment at which running services could use the old value and the new type.
 */
export function planEnum({ from, to, facts, sentences }: Change, draft: Draft, isWayBack: boolean): void {
  if (from === undefined || to === undefined) {
    if (to) draft.add('enums', `CREATE TYPE ${quoteLocalName(to.name)} AS ENUM (${readValues(to).join(', ')})`);
    else if (from) draft.add('dropped enums', `DROP TYPE ${quoteLocalName(from.name)}`);
  } else if (facts.some((fact) => fact !== 'values' && fact !== 'comment')) {
    draft.problems.push(...sentences);
    return;
  } else if (facts.includes('values')) {
    const problem = isWayBack ? undefined : findProblem(from, to, draft);
    if (problem !== undefined) draft.problems.push(problem);
    else if (isWayBack) replaceEnum(to, draft);
    else addValues(from, to, draft);
  }
  if (to && to.facts.comment !== from?.facts.comment) {
    const text = to.facts.comment === undefined ? 'NULL' : quoteLiteral(to.facts.comment);
    draft.add('comments', `COMMENT ON TYPE ${quoteLocalName(to.name)} IS ${text}`);
  }
}

/** The values as literals, in their order. */
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
    const became = added.length > 0 ? ` and ${added.join(', ')} added (renamed?)` : '';
    return `${where}: ${removed.join(', ')} is removed${became}; PostgreSQL cannot take a value away from a type in use, so this is written by hand: ${RECIPE}`;
  }
  if (after.filter((value) => before.includes(value)).join() === before.join()) return undefined;
  return `${where}: the order of its values changes from ${before.join(', ')} to ${after.join(', ')}, which PostgreSQL cannot do: declare them in the old order, or write it by hand: ${RECIPE}`;
}

/** One statement for each value, each next to one that is there by then. */
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
 * Makes the type anew, in one transaction. Everything that compares with a value of it is dropped and made again; keys and other
 * indexes PostgreSQL rebuilds by itself. Fails, and changes nothing, where a row has a value that the type will not have.
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
  const { type = '', default: fallback } = column.facts;
  const [name, wanted] = [quoteName(column.name), draft.removeSchemaNames(type)];
  const text = wanted.endsWith('[]') ? 'text[]' : 'text';
  const alter = `ALTER COLUMN ${name}`;
  const commands = [
    ...(fallback === undefined ? [] : [`${alter} DROP DEFAULT`]),
    `${alter} TYPE ${wanted} USING ${name}::${text}::${wanted}`,
    ...(fallback === undefined ? [] : [`${alter} SET DEFAULT ${draft.removeSchemaNames(fallback)}`]),
  ];
  return `ALTER TABLE ${draft.getTable(column)} ${commands.join(', ')}`;
}

function listColumns({ name }: CatalogObject, { objects }: Snapshot): CatalogObject[] {
  return Object.values(objects).filter(
    ({ kind, facts: { type } }) => kind === 'column' && (type === name || type === `${name}[]`),
  );
}

const REMADE: readonly Kind[] = ['constraint', 'index', 'trigger'];

/** Rules, partial indexes and triggers that name the type, and triggers that name one of its columns. */
function listDependents(type: CatalogObject, columns: readonly CatalogObject[], draft: Draft): CatalogObject[] {
  return Object.values(draft.to.objects).filter((object) => {
    const { definition = '' } = object.facts;
    if (!REMADE.includes(object.kind)) return false;
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
