import { FACT_REPAIRS, sqlName } from './repair-facts.js';
import { reversed, settingSql } from './repair-rights.js';
import { withSchemaName } from './schema-placeholder.js';
import type { CatalogObject, Kind } from './snapshot.js';
import { filledIn, type Names } from './words.js';

type Maker = (object: CatalogObject) => string | undefined;

const definition: Maker = ({ facts }) => facts.definition;
const dropped: Maker = (object) => `DROP ${object.kind.toUpperCase()} ${sqlName(object)}`;

/** Makes what is missing. Absent: what holds rows, or shapes them. */
const CREATE: Partial<Record<Kind, Maker>> = {
  constraint: ({ name, on, facts }) => `ALTER TABLE ${on} ADD CONSTRAINT ${name} ${facts.definition}`,
  index: definition,
  trigger: definition,
  'event trigger': definition,
  rule: definition,
  policy: definition,
  statistics: definition,
  function: definition,
  procedure: definition,
  view: viewSql('CREATE'),
  grant: ({ name, facts }) => `GRANT ${name}${facts['grant option'] ? ' WITH GRANT OPTION' : ''}`,
  revoked: ({ name }) => `REVOKE ${name}`,
  'default privilege': ({ name, facts }) =>
    `ALTER DEFAULT PRIVILEGES ${name}${facts['grant option'] ? ' WITH GRANT OPTION' : ''}`,
  setting: (object) => settingSql(object, object.facts.value),
};

/** Takes away what should not be. Absent: what holds rows, is used by them, or is somebody's work that nobody else may have. */
const DROP: Partial<Record<Kind, Maker>> = {
  constraint: ({ name, on }) => `ALTER TABLE ${on} DROP CONSTRAINT ${name}`,
  index: dropped,
  trigger: dropped,
  'event trigger': dropped,
  rule: dropped,
  policy: dropped,
  statistics: dropped,
  // A right that somebody else gave only they can take back.
  grant: ({ name, facts }) => (facts['given by'] === undefined ? `REVOKE ${reversed(name)}` : undefined),
  revoked: ({ name }) => `GRANT ${reversed(name)}`,
  'default privilege': ({ name }) => `ALTER DEFAULT PRIVILEGES ${reversed(name)}`,
  setting: (object) => settingSql(object, undefined),
  role: ({ name }) => roleSql(name),
};

/** Facts that are no part of the definition and so must be said after an object was made. */
const AFTERWARDS = ['firing', 'statistics target', 'owner', 'comment', 'comment on the index'];

/** Kinds that are replaced as a whole when their definition differs. */
const REPLACED: readonly Kind[] = ['constraint', 'index', 'trigger', 'event trigger', 'rule', 'policy', 'statistics'];

/** Facts of such an object that can be changed in place. */
const IN_PLACE = [...AFTERWARDS, 'validity', 'enforcement', 'clustered', 'index', 'options', 'part of'];

/** SQL for an object that is missing or should not be there; undefined where it needs thought. */
export function repairOfObject(
  wanted: CatalogObject | undefined,
  found: CatalogObject | undefined,
  names: Names,
): string | undefined {
  if (wanted) return created(wanted, names);
  return found && filled(found, DROP[found.kind]?.(found), names);
}

/** SQL for one fact of an object; undefined where it needs thought. */
export function repairOfFact(
  fact: string,
  wanted: CatalogObject,
  found: CatalogObject,
  names: Names,
): string | undefined {
  const sql = factRepair(fact, wanted, found, names);
  return sql === undefined ? undefined : withSchemaName(sql, names.schema);
}

function factRepair(fact: string, wanted: CatalogObject, found: CatalogObject, names: Names): string | undefined {
  const value = wanted.facts[fact];
  const repair = FACT_REPAIRS[`${wanted.kind} ${fact}`] ?? FACT_REPAIRS[fact];
  if (repair) return filled(wanted, repair(wanted, value, found), names, fact);
  if (wanted.kind === 'function' || wanted.kind === 'procedure') return replacedRoutine(wanted, found);
  if (wanted.kind === 'view') return viewSql('CREATE OR REPLACE')(wanted);
  if (wanted.kind === 'setting') return filled(wanted, settingSql(wanted, value), names);
  if (REPLACED.includes(wanted.kind) && !IN_PLACE.includes(fact)) {
    return joined([DROP[wanted.kind]?.(found), created(wanted, names)]);
  }
  return undefined;
}

function created(object: CatalogObject, names: Names): string | undefined {
  const made = filled(object, CREATE[object.kind]?.(object), names);
  if (made === undefined) return undefined;
  const more = AFTERWARDS.filter((fact) => object.facts[fact] !== undefined).map((fact) => {
    const repair = FACT_REPAIRS[`${object.kind} ${fact}`] ?? FACT_REPAIRS[fact];
    return filled(object, repair?.(object, object.facts[fact], object), names, fact);
  });
  return joined([made, ...more]);
}

/** Replacing keeps owner, rights and comment; another result or other names of arguments PostgreSQL refuses. */
function replacedRoutine(wanted: CatalogObject, found: CatalogObject): string | undefined {
  const shape = ({ facts }: CatalogObject): string => `${facts.result ?? ''} ${facts.arguments ?? ''}`;
  return shape(wanted) === shape(found) ? wanted.facts.definition?.trimEnd() : undefined;
}

function viewSql(verb: string): Maker {
  return ({ name, facts }) =>
    `${verb} VIEW ${name}${facts.options === undefined ? '' : ` WITH (${facts.options})`} AS ${facts.query?.replace(/;\s*$/, '').trim()}`;
}

function roleSql(name: string): string {
  const [, role = '', what = ''] = /^("(?:[^"]|"")*"|\S+) (.*)$/.exec(name) ?? [];
  return what.startsWith('IN ROLE ') ? `REVOKE ${what.slice(8)} FROM ${role}` : `ALTER ROLE ${role} NO${what}`;
}

function joined(statements: readonly (string | undefined)[]): string | undefined {
  return statements.includes(undefined) ? undefined : statements.map((sql) => sql?.trimEnd()).join('; ');
}

function filled({ kind }: CatalogObject, sql: string | undefined, names: Names, fact?: string): string | undefined {
  return sql === undefined ? undefined : filledIn(kind, fact, sql, names);
}
