import { removeSchema, withSchemaName } from './schema-placeholder.js';
import { type CatalogObject, type Kind, toPath, type Snapshot, WORDS } from './snapshot.js';

/** The names for which `$owner`, `$database` and `$schema` stand in messages and in SQL. */
export type Names = Pick<Snapshot, 'owner' | 'database' | 'schema'>;

/** Replaces the placeholders of a snapshot. */
function withNames(text: string, { owner, database, schema }: Names): string {
  const named = text.replaceAll(/\$(owner|database)(?![\w$])/g, (_, name) => (name === 'owner' ? owner : database));
  return withSchemaName(named, schema);
}

/** Kinds whose names and definitions contain $owner and $database as placeholders. In other kinds these are ordinary text. */
const KINDS_WITH_NAMES: readonly Kind[] = ['grant', 'revoked', 'default privilege', 'setting', 'policy'];

/** Replaces the placeholders in the name or a fact of an object. */
export function fillInNames(kind: Kind, fact: string | undefined, text: string, names: Names): string {
  return KINDS_WITH_NAMES.includes(kind) || fact === 'owner'
    ? withNames(text, names)
    : withSchemaName(text, names.schema);
}

/** Returns the object as the beginning of a message: columns and constraints after their table, others after their kind. */
export function getDisplayName(object: CatalogObject, names: Names): string {
  const path = fillInNames(object.kind, undefined, toPath(object), names);
  return object.kind === 'column' || object.kind === 'constraint' ? path : `${object.kind} ${path}`;
}

/** Returns the message that an object is missing, or that it is there and should not be. */
export function describeObject(
  wanted: CatalogObject | undefined,
  found: CatalogObject | undefined,
  names: Names,
): string {
  const object = wanted ?? found;
  if (object === undefined) return '';
  if (object.kind === 'revoked') {
    const right = `right ${withNames(removeSchema(object.name), names)}`;
    return found ? `${right} is revoked, should not be` : `${right} is not revoked, should be`;
  }
  return `${getDisplayName(object, names)} ${found ? 'is there, should not be' : 'is missing'}`;
}

/** The values of facts that are absent from a snapshot: the defaults of PostgreSQL. */
const DEFAULTS: Readonly<Record<string, string>> = {
  'access method': 'heap',
  clustered: 'no',
  collation: 'the default of its type',
  compression: 'the default',
  cost: 'the default',
  enforcement: 'enabled',
  firing: 'enabled',
  'given by': 'the owner',
  'grant option': 'no',
  index: 'valid',
  kind: 'ordinary table',
  leakproof: 'no',
  null: 'allowed',
  nulls: 'DISTINCT',
  owner: 'the owner of most tables',
  parallel: 'UNSAFE',
  persistence: 'logged',
  'replica identity': 'DEFAULT',
  'row security': 'disabled',
  'row security of the owner': 'disabled',
  rows: 'the default',
  security: 'INVOKER',
  'statistics target': 'the default',
  storage: 'the default of its type',
  strictness: 'CALLED ON NULL INPUT',
  uniqueness: 'not UNIQUE',
  validity: 'valid',
  version: 'the default',
  volatility: 'VOLATILE',
};

/** Returns a fact as it reads in a message, on one line. */
function formatFact(kind: Kind, fact: string, value: string | undefined, names: Names): string {
  if (value === undefined)
    return kind === 'materialized view' && fact === 'rows' ? 'there' : (DEFAULTS[fact] ?? 'none');
  if (WORDS.includes(fact)) return `“${toOneLine(value)}”`;
  return toOneLine(fillInNames(kind, fact, removeSchema(value), names));
}

/** Replaces line breaks and control characters with blanks. */
export function toOneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
}

/** Longer values are cut around the place where they begin to differ. */
const LONGEST = 160;
const BEFORE = 40;
const AFTER = 80;

/** Facts with a plural name. */
const PLURAL = /(?<!s)s$/;

/** Returns the message `default is 1, should be 0`. */
export function describeFact(
  kind: Kind,
  fact: string,
  is: string | undefined,
  should: string | undefined,
  names: Names,
): string {
  const shown = [formatFact(kind, fact, is, names), formatFact(kind, fact, should, names)] as const;
  // Values that differ only in white space or the schema, which messages leave out, are shown in full.
  const texts = shown[0] === shown[1] ? ([JSON.stringify(is ?? null), JSON.stringify(should ?? null)] as const) : shown;
  const [found, wanted] = Math.max(...texts.map(({ length }) => length)) > LONGEST ? clipAround(...texts) : texts;
  return `${fact} ${PLURAL.test(fact) ? 'are' : 'is'} ${found}, should be ${wanted}`;
}

function clipAround(a: string, b: string): [string, string] {
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  return [clip(a, start), clip(b, start)];
}

function clip(text: string, at: number): string {
  const from = at > BEFORE ? at - BEFORE : 0;
  const to = at + AFTER;
  return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`;
}
