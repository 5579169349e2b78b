import { quoteLiteral } from '../../errors/sql-text.js';
import type { CatalogObject } from '../catalog/snapshot.js';
import { unquoteName, type Change, deriveName, type Draft, quoteName } from './draft.js';
import { listTriggersReading } from './triggers.js';

const KNOWN = ['type', 'null', 'default', 'comment'];

/** Changes of type that keep every value. */
const WIDENING: Readonly<Record<string, RegExp>> = {
  smallint: /^(integer|bigint|numeric)$/,
  integer: /^(bigint|numeric|double precision)$/,
  bigint: /^numeric$/,
  real: /^double precision$/,
};

/** Plans the change of a column of a table that exists. Every change but DROP COLUMN keeps the values. */
export function planColumn({ from, to, facts, messages }: Change, draft: Draft): void {
  if (to === undefined) {
    if (from) dropColumn(from, draft);
    return;
  }
  const unknown = [...facts, ...(from ? [] : Object.keys(to.facts))].filter((fact) => !KNOWN.includes(fact));
  if (unknown.length > 0) draft.problems.push(...messages);
  else if (from === undefined) addColumn(to, draft);
  else changeColumn(from, to, facts, draft);
  if (to.facts.comment !== from?.facts.comment) draft.add('comments', createColumnComment(to, draft));
}

/** Writes a column as CREATE TABLE and ADD have it: `"content" text NOT NULL DEFAULT ''`. */
export function createColumnSql({ name, facts }: CatalogObject, draft: Draft): string {
  const required = facts.null === undefined ? '' : ' NOT NULL';
  const defaultSql = facts.default === undefined ? '' : ` DEFAULT ${draft.removeSchemaNames(facts.default)}`;
  return `${quoteName(name)} ${draft.removeSchemaNames(facts.type ?? '')}${required}${defaultSql}`;
}

export function createColumnComment(column: CatalogObject, draft: Draft): string {
  const text = column.facts.comment === undefined ? 'NULL' : quoteLiteral(column.facts.comment);
  return `COMMENT ON COLUMN ${draft.getTable(column)}.${quoteName(column.name)} IS ${text}`;
}

function addColumn(to: CatalogObject, draft: Draft): void {
  if (to.facts.null !== undefined && to.facts.default === undefined) {
    draft.problems.push(
      `${getPath(to, draft)} is new, required and has no default, so existing rows would have no value: give it a default, or make it nullable first (docs/DATABASE_MIGRATION_GUIDE.md, “Expand and contract”)`,
    );
    return;
  }
  draft.alter('columns', draft.getTable(to), `ADD ${createColumnSql(to, draft)}`);
}

function dropColumn(from: CatalogObject, draft: Draft): void {
  const [table, name] = [draft.getTable(from), quoteName(from.name)];
  const readers = listTriggersReading(from, draft.from).map((trigger) => trigger.name);
  if (readers.length > 0) {
    draft.problems.push(
      `${getPath(from, draft)} is gone from its entity, but the trigger ${readers.join(', ')} still reads it: drop or replace the trigger in a migration of its own (npm run migration:create), then generate this one`,
    );
    return;
  }
  draft.alter('dropped columns', table, `DROP COLUMN ${name}`);
  draft.losses.push(`DROP COLUMN ${name} of table ${table}`);
}

function changeColumn(from: CatalogObject, to: CatalogObject, facts: readonly string[], draft: Draft): void {
  const table = draft.getTable(to);
  const column = `ALTER COLUMN ${quoteName(to.name)}`;
  const value = to.facts.default;
  const setDefault =
    value === undefined ? `${column} DROP DEFAULT` : `${column} SET DEFAULT ${draft.removeSchemaNames(value)}`;
  if (facts.includes('type')) {
    const before = from.facts.default === undefined ? '' : `${column} DROP DEFAULT, `;
    const after = value === undefined ? '' : `, ${setDefault}`;
    draft.changeType(to, `${before}${column} ${changeType(from, to, draft)}${after}`);
  } else if (facts.includes('default')) draft.alter('columns', table, setDefault);
  if (!facts.includes('null')) return;
  if (to.facts.null === undefined) draft.alter('columns', table, `${column} DROP NOT NULL`);
  else requireColumn(to, draft);
}

/** Writes the new type with its conversion: `TYPE bigint USING "count"::bigint`. */
function changeType(from: CatalogObject, to: CatalogObject, draft: Draft): string {
  const [is, shouldBe] = [from.facts.type ?? '', to.facts.type ?? ''];
  const isEnum = [is, shouldBe].some(
    (type) => `enum ${draft.removeSchemaNames(type)}` in { ...draft.from.objects, ...draft.to.objects },
  );
  const type = draft.removeSchemaNames(shouldBe);
  if (shouldBe !== 'text' && !WIDENING[is]?.test(shouldBe)) {
    draft.losses.push(
      `${getPath(to, draft)} becomes ${type}, was ${draft.removeSchemaNames(is)}: PostgreSQL rounds or refuses values that do not fit`,
    );
  }
  return `TYPE ${type} USING ${quoteName(to.name)}${isEnum && shouldBe !== 'text' ? '::text' : ''}::${type}`;
}

/** Plans SET NOT NULL behind a validated CHECK, which spares PostgreSQL the scan of the table under an exclusive lock. */
function requireColumn(to: CatalogObject, draft: Draft): void {
  const table = draft.getTable(to);
  const name = quoteName(to.name);
  const proof = deriveName(`ck_${unquoteName(table)}__${unquoteName(to.name)}`, '_present');
  draft.alter('constraints', table, `ADD CONSTRAINT ${proof} CHECK (${name} IS NOT NULL) NOT VALID`, { alone: true });
  draft.alter('validation', table, `VALIDATE CONSTRAINT ${proof}`, { alone: true });
  draft.alter('presence', table, `ALTER COLUMN ${name} SET NOT NULL`, { alone: true });
  draft.alter('presence proofs', table, `DROP CONSTRAINT ${proof}`);
  draft.checked.push(`${getPath(to, draft)} is required`);
}

function getPath(column: CatalogObject, draft: Draft): string {
  return `${unquoteName(draft.getTable(column))}.${unquoteName(column.name)}`;
}
