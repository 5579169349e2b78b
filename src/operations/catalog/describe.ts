import { removeSchema, withSchemaName } from './schema-placeholder.js';
import { type CatalogObject, type Kind, toPath, type Snapshot, WORDS } from './snapshot.js';

/** What `$owner`, `$database` and `$schema` are, where the sentence is read and the SQL is run. */
export type Names = Pick<Snapshot, 'owner' | 'database' | 'schema'>;

/** The placeholders of a snapshot, filled in. */
function withNames(text: string, { owner, database, schema }: Names): string {
  const named = text.replaceAll(/\$(owner|database)(?![\w$])/g, (_, name) => (name === 'owner' ? owner : database));
  return withSchemaName(named, schema);
}

/** Kinds whose names, and definitions, speak of the owner or the database. Others may hold such a text and mean it. */
const NAMING: readonly Kind[] = ['grant', 'revoked', 'default privilege', 'setting', 'policy'];

/** The placeholders filled in where they are placeholders. */
export function fillInNames(kind: Kind, fact: string | undefined, text: string, names: Names): string {
  return NAMING.includes(kind) || fact === 'owner' ? withNames(text, names) : withSchemaName(text, names.schema);
}

/** The object, at the beginning of a sentence: columns and constraints by their table, the others by their kind. */
export function getDisplayName(object: CatalogObject, names: Names): string {
  const path = fillInNames(object.kind, undefined, toPath(object), names);
  return object.kind === 'column' || object.kind === 'constraint' ? path : `${object.kind} ${path}`;
}

/** Says that an object is missing, or that it is there and should not be. */
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

/** How a fact reads that is absent from the snapshot: as PostgreSQL has it by itself. */
const BY_ITSELF: Readonly<Record<string, string>> = {
  'access method': 'heap',
  clustered: 'no',
  collation: 'that of its type',
  compression: 'the usual one',
  cost: 'the usual one',
  enforcement: 'enabled',
  firing: 'enabled',
  'given by': 'the owner',
  'grant option': 'no',
  index: 'valid',
  kind: 'ordinary table',
  leakproof: 'no',
  null: 'allowed',
  nulls: 'DISTINCT',
  owner: 'the owner of the others',
  parallel: 'UNSAFE',
  persistence: 'logged',
  'replica identity': 'DEFAULT',
  'row security': 'disabled',
  'row security of the owner': 'disabled',
  rows: 'the usual ones',
  security: 'INVOKER',
  'statistics target': 'the usual one',
  storage: 'that of its type',
  strictness: 'CALLED ON NULL INPUT',
  uniqueness: 'not UNIQUE',
  validity: 'valid',
  version: 'the usual one',
  volatility: 'VOLATILE',
};

/** A fact for a sentence: on one line. */
function formatFact(kind: Kind, fact: string, value: string | undefined, names: Names): string {
  if (value === undefined)
    return kind === 'materialized view' && fact === 'rows' ? 'there' : (BY_ITSELF[fact] ?? 'none');
  if (WORDS.includes(fact)) return `“${toOneLine(value)}”`;
  return toOneLine(fillInNames(kind, fact, removeSchema(value), names));
}

/** Without line breaks, and without what a terminal would obey. */
export function toOneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
}

/** Longer values are shown around the place where they begin to differ. */
const LONGEST = 160;
const BEFORE = 40;
const AFTER = 80;

/** Facts that speak of many things. */
const PLURAL = /(?<!s)s$/;

/** `default is 1, should be 0`. */
export function describeFact(
  kind: Kind,
  fact: string,
  is: string | undefined,
  should: string | undefined,
  names: Names,
): string {
  const shown = [formatFact(kind, fact, is, names), formatFact(kind, fact, should, names)] as const;
  // What differs only where a sentence makes it short (white space, a schema) is shown as it is.
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
