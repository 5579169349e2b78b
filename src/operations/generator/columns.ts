import { quoteLiteral } from '../../errors/sql-text.js';
import type { CatalogObject } from '../catalog/snapshot.js';
import { unquoteName, type Change, deriveName, type Draft, quoteName } from './draft.js';
import { listTriggersReading } from './triggers.js';

const KNOWN = ['type', 'null', 'default', 'comment'];

/** Changes of type that keep every value as it is. */
const WIDENING: Readonly<Record<string, RegExp>> = {
  smallint: /^(integer|bigint|numeric)$/,
  integer: /^(bigint|numeric|double precision)$/,
  bigint: /^numeric$/,
  real: /^double precision$/,
};

/** A column of a table that is there. Its values are kept, whatever changes but its being dropped. */
export function planColumn({ from, to, facts, sentences }: Change, draft: Draft): void {
  if (to === undefined) {
    if (from) dropColumn(from, draft);
    return;
  }
  const unknown = [...facts, ...(from ? [] : Object.keys(to.facts))].filter((fact) => !KNOWN.includes(fact));
  if (unknown.length > 0) draft.problems.push(...sentences);
  else if (from === undefined) addColumn(to, draft);
  else changeColumn(from, to, facts, draft);
  if (to.facts.comment !== from?.facts.comment) draft.add('comments', createColumnComment(to, draft));
}

/** `"content" text NOT NULL DEFAULT ''`, as in CREATE TABLE and ADD. */
export function createColumnSql({ name, facts }: CatalogObject, draft: Draft): string {
  const required = facts.null === undefined ? '' : ' NOT NULL';
  const fallback = facts.default === undefined ? '' : ` DEFAULT ${draft.removeSchemaNames(facts.default)}`;
  return `${quoteName(name)} ${draft.removeSchemaNames(facts.type ?? '')}${required}${fallback}`;
}

export function createColumnComment(column: CatalogObject, draft: Draft): string {
  const text = column.facts.comment === undefined ? 'NULL' : quoteLiteral(column.facts.comment);
  return `COMMENT ON COLUMN ${draft.getTable(column)}.${quoteName(column.name)} IS ${text}`;
}

function addColumn(to: CatalogObject, draft: Draft): void {
  if (to.facts.null !== undefined && to.facts.default === undefined) {
    draft.problems.push(
      `${getPath(to, draft)} is new, required and has no default, so the rows that exist would have no value: give it a default, or make it nullable first (docs/DATABASE_MIGRATION_GUIDE.md, “Expand and contract”)`,
    );
    return;
  }
  draft.add('columns', `ALTER TABLE ${draft.getTable(to)} ADD ${createColumnSql(to, draft)}`);
}

function dropColumn(from: CatalogObject, draft: Draft): void {
  const [table, name] = [draft.getTable(from), quoteName(from.name)];
  const readers = listTriggersReading(from, draft.from).map((trigger) => trigger.name);
  if (readers.length > 0) {
    draft.problems.push(
      `${getPath(from, draft)} is gone from its entity, and ${readers.join(', ')} still reads it, which only a migration can change: drop or replace the trigger in a migration of its own, then generate this one`,
    );
    return;
  }
  draft.add('dropped columns', `ALTER TABLE ${table} DROP COLUMN ${name}`);
  draft.losses.push(`DROP COLUMN ${name} of table ${table}`);
}

function changeColumn(from: CatalogObject, to: CatalogObject, facts: readonly string[], draft: Draft): void {
  const alter = `ALTER TABLE ${draft.getTable(to)}`;
  const column = `ALTER COLUMN ${quoteName(to.name)}`;
  const fallback = to.facts.default;
  const setDefault =
    fallback === undefined ? `${column} DROP DEFAULT` : `${column} SET DEFAULT ${draft.removeSchemaNames(fallback)}`;
  if (facts.includes('type')) {
    const before = from.facts.default === undefined ? '' : `${column} DROP DEFAULT, `;
    const after = fallback === undefined ? '' : `, ${setDefault}`;
    draft.changeType(to, `${alter} ${before}${column} ${changeType(from, to, draft)}${after}`);
  } else if (facts.includes('default')) draft.add('columns', `${alter} ${setDefault}`);
  if (!facts.includes('null')) return;
  if (to.facts.null === undefined) draft.add('columns', `${alter} ${column} DROP NOT NULL`);
  else requireColumn(to, draft);
}

/** `TYPE bigint USING "count"::bigint`. */
function changeType(from: CatalogObject, to: CatalogObject, draft: Draft): string {
  const [is, shouldBe] = [from.facts.type ?? '', to.facts.type ?? ''];
  const isEnum = [is, shouldBe].some(
    (type) => `enum ${draft.removeSchemaNames(type)}` in { ...draft.from.objects, ...draft.to.objects },
  );
  const type = draft.removeSchemaNames(shouldBe);
  if (shouldBe !== 'text' && !WIDENING[is]?.test(shouldBe)) {
    draft.losses.push(
      `${getPath(to, draft)} becomes ${type}, was ${draft.removeSchemaNames(is)}: values that do not fit are rounded, or refused`,
    );
  }
  return `TYPE ${type} USING ${quoteName(to.name)}${isEnum && shouldBe !== 'text' ? '::text' : ''}::${type}`;
}

/** A validated CHECK proves it, so that SET NOT NULL reads no row while others wait. */
function requireColumn(to: CatalogObject, draft: Draft): void {
  const alter = `ALTER TABLE ${draft.getTable(to)}`;
  const name = quoteName(to.name);
  const proof = deriveName(`ck_${unquoteName(draft.getTable(to))}__${unquoteName(to.name)}`, '_present');
  draft.add('presence', `${alter} ADD CONSTRAINT ${proof} CHECK (${name} IS NOT NULL) NOT VALID`, { alone: true });
  draft.add('presence', `${alter} VALIDATE CONSTRAINT ${proof}`, { alone: true });
  draft.add('presence', `${alter} ALTER COLUMN ${name} SET NOT NULL`, { alone: true });
  draft.add('presence', `${alter} DROP CONSTRAINT ${proof}`);
  draft.checked.push(`${getPath(to, draft)} is required`);
}

function getPath(column: CatalogObject, draft: Draft): string {
  return `${unquoteName(draft.getTable(column))}.${unquoteName(column.name)}`;
}
