import { quoteLiteral } from '../../errors/sql-text.js';
import { fillInNames, type Names } from './describe.js';
import { withSchemaName } from './schema-placeholder.js';
import type { CatalogObject, Kind } from './snapshot.js';

/** Granted becomes revoked, and back: `SELECT ON TABLE $schema.posts TO app` → `SELECT ON TABLE $schema.posts FROM app`. */
export function reverseRight(right: string): string {
  const word = / (TO|FROM) ("(?:[^"]|"")*"|\S+)$/.exec(right);
  const turned = word?.[1] === 'TO' ? 'FROM' : 'TO';
  const target = right.slice(0, word?.index).replace(/^(FOR ROLE .*?) (GRANT|REVOKE) /, (_, scope: string, verb) => {
    return `${scope} ${verb === 'GRANT' ? 'REVOKE' : 'GRANT'} `;
  });
  return `${target} ${turned} ${word?.[2] ?? ''}`;
}

/** Takes back the right to pass it on, or gives it. */
export function grantOption({ name }: CatalogObject, value: string | undefined): string {
  return value === undefined ? `REVOKE GRANT OPTION FOR ${reverseRight(name)}` : `GRANT ${name} WITH GRANT OPTION`;
}

/** Settings that are lists: kept with their commas and quotes, while all others are one text. */
const LISTS = [
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
];

/** Sets a setting of a database or role, or resets it. */
export function createSettingSql({ name, on }: CatalogObject, value: string | undefined): string {
  if (value === undefined) return `ALTER ${on} RESET ${name}`;
  if (!LISTS.includes(name) || value === '') return `ALTER ${on} SET ${name} TO ${quoteLiteral(value)}`;
  // An empty entry is stored as "", which SQL does not take for a name.
  return `ALTER ${on} SET ${name} TO ${value.replaceAll(/(?<=^|, )""(?=,|$)/g, "''")}`;
}

/** SQL that makes a fact what it should be (undefined: as PostgreSQL has it by itself). */
type FactRepair = (wanted: CatalogObject, value: string | undefined, found: CatalogObject) => string | undefined;

/** An object where a statement names it: `$schema.posts.content`, `tg_audit_logs__no_truncate ON $schema.audit_logs`. */
export function toSqlName({ kind, name, on }: CatalogObject): string {
  if (on === undefined) return name;
  return kind === 'column' ? `${on}.${name}` : `${name} ON ${on}`;
}

/** The word for the kind, in COMMENT ON and ALTER … OWNER. */
function toSqlKind({ kind, facts }: CatalogObject): string {
  if (kind === 'enum') return 'TYPE';
  if (kind === 'table' && facts.kind === 'foreign table') return 'FOREIGN TABLE';
  return kind.toUpperCase();
}

const repairComment: FactRepair = (wanted, value) =>
  `COMMENT ON ${toSqlKind(wanted)} ${toSqlName(wanted)} IS ${value === undefined ? 'NULL' : quoteLiteral(value)}`;

const repairOwner: FactRepair = (wanted, value = '$owner') =>
  `ALTER ${toSqlKind(wanted)} ${toSqlName(wanted)} OWNER TO ${value}`;

const alterColumn = ({ name, on }: CatalogObject, what: string): string =>
  `ALTER TABLE ${on} ALTER COLUMN ${name} ${what}`;

const alterTable =
  (yes: string, no: string): FactRepair =>
  ({ name }, value) =>
    `ALTER TABLE ${name} ${value === undefined ? no : yes}`;

/** Storage options: those found are taken back, those wanted set. */
const repairOptions =
  (target: (wanted: CatalogObject) => string, prefix = ''): FactRepair =>
  (wanted, value, found) => {
    const is = found.facts[prefix === '' ? 'options' : 'toast options'];
    const list = (text: string, named: (option: string) => string): string =>
      text
        .split(', ')
        .map((option) => prefix + named(option))
        .join(', ');
    return [
      ...(is === undefined ? [] : [`${target(wanted)} RESET (${list(is, (option) => option.split('=', 1)[0] ?? '')})`]),
      ...(value === undefined ? [] : [`${target(wanted)} SET (${list(value, (option) => option)})`]),
    ].join('; ');
  };

const FIRING: Readonly<Record<string, string>> = {
  disabled: 'DISABLE',
  'in replication only': 'ENABLE REPLICA',
  'in replication too': 'ENABLE ALWAYS',
};

const repairFiring: FactRepair = ({ kind, name, on }, value = '') => {
  const state = FIRING[value] ?? 'ENABLE';
  if (kind !== 'event trigger') return `ALTER TABLE ${on} ${state} ${kind.toUpperCase()} ${name}`;
  return `ALTER EVENT TRIGGER ${name} ${state}`;
};

/** In one statement: there is no moment without the constraint. PostgreSQL refuses while foreign keys refer to it. */
const repairConstraintDefinition: FactRepair = ({ name, on }, value = '', found) => {
  if (found.facts.definition === `${value} NOT VALID`) return `ALTER TABLE ${on} VALIDATE CONSTRAINT ${name}`;
  return `ALTER TABLE ${on} DROP CONSTRAINT ${name}, ADD CONSTRAINT ${name} ${value}`;
};

/** The index behind a constraint has its name, in the schema of its table. */
const repairConstraintIndex = ({ name, on = '' }: CatalogObject): string =>
  on.replace(/(?<=\.)("(?:[^"]|"")*"|[^.]+)$/, () => name);

/** By fact, or by kind and fact. Absent: what changes rows, what PostgreSQL cannot change in place. */
export const FACT_REPAIRS: Readonly<Record<string, FactRepair>> = {
  comment: repairComment,
  owner: repairOwner,
  firing: repairFiring,
  'comment on the index': (wanted, value) =>
    `COMMENT ON INDEX ${repairConstraintIndex(wanted)} IS ${value === undefined ? 'NULL' : quoteLiteral(value)}`,
  'column default': (wanted, value) =>
    alterColumn(wanted, value === undefined ? 'DROP DEFAULT' : `SET DEFAULT ${value}`),
  'column null': (wanted, value) => alterColumn(wanted, value === undefined ? 'DROP NOT NULL' : 'SET NOT NULL'),
  'column statistics target': (wanted, value) => alterColumn(wanted, `SET STATISTICS ${value ?? '-1'}`),
  'column compression': (wanted, value) => alterColumn(wanted, `SET COMPRESSION ${value ?? 'default'}`),
  // Giving it an identity, or taking it, is about rows.
  'column identity': (wanted, value, found) =>
    value && found.facts.identity ? alterColumn(wanted, `SET GENERATED ${value}`) : undefined,
  'column options': repairOptions((wanted) => alterColumn(wanted, '').trimEnd()),
  'constraint options': repairOptions((wanted) => `ALTER INDEX ${repairConstraintIndex(wanted)}`),
  'table options': repairOptions(({ name }) => `ALTER TABLE ${name}`),
  'table toast options': repairOptions(({ name }) => `ALTER TABLE ${name}`, 'toast.'),
  'table row security': alterTable('ENABLE ROW LEVEL SECURITY', 'DISABLE ROW LEVEL SECURITY'),
  'table row security of the owner': alterTable('FORCE ROW LEVEL SECURITY', 'NO FORCE ROW LEVEL SECURITY'),
  'table persistence': alterTable('SET UNLOGGED', 'SET LOGGED'),
  'table replica identity': ({ name }, value) => `ALTER TABLE ${name} REPLICA IDENTITY ${value ?? 'DEFAULT'}`,
  'constraint definition': repairConstraintDefinition,
  'constraint enforcement': ({ on }, value) =>
    value === undefined ? `ALTER TABLE ${on} ENABLE TRIGGER ALL` : undefined,
  'constraint clustered': ({ on, name }, value) =>
    `ALTER TABLE ${on} ${value === undefined ? 'SET WITHOUT CLUSTER' : `CLUSTER ON ${name}`}`,
  'index validity': ({ name }, value) => (value === undefined ? `REINDEX INDEX ${name}` : undefined),
  'statistics statistics target': ({ name }, value) => `ALTER STATISTICS ${name} SET STATISTICS ${value ?? '-1'}`,
  'sequence definition': ({ name }, value = '', found) =>
    // Another type is another range of numbers.
    value.split(' ', 2)[1] === found.facts.definition?.split(' ', 2)[1] ? `ALTER SEQUENCE ${name} ${value}` : undefined,
  'grant grant option': grantOption,
};

type Maker = (object: CatalogObject) => string | undefined;

const repairDefinition: Maker = ({ facts }) => facts.definition;
const dropObject: Maker = (object) => `DROP ${object.kind.toUpperCase()} ${toSqlName(object)}`;

/** Makes what is missing. Absent: what holds rows, or shapes them. */
const CREATE: Partial<Record<Kind, Maker>> = {
  constraint: ({ name, on, facts }) => `ALTER TABLE ${on} ADD CONSTRAINT ${name} ${facts.definition}`,
  index: repairDefinition,
  trigger: repairDefinition,
  'event trigger': repairDefinition,
  rule: repairDefinition,
  policy: repairDefinition,
  statistics: repairDefinition,
  function: repairDefinition,
  procedure: repairDefinition,
  view: createViewSql('CREATE'),
  grant: ({ name, facts }) => `GRANT ${name}${facts['grant option'] ? ' WITH GRANT OPTION' : ''}`,
  revoked: ({ name }) => `REVOKE ${name}`,
  'default privilege': ({ name, facts }) =>
    `ALTER DEFAULT PRIVILEGES ${name}${facts['grant option'] ? ' WITH GRANT OPTION' : ''}`,
  setting: (object) => createSettingSql(object, object.facts.value),
};

/** Takes away what should not be. Absent: what holds rows, is used by them, or is somebody's work that nobody else may have. */
const DROP: Partial<Record<Kind, Maker>> = {
  constraint: ({ name, on }) => `ALTER TABLE ${on} DROP CONSTRAINT ${name}`,
  index: dropObject,
  trigger: dropObject,
  'event trigger': dropObject,
  rule: dropObject,
  policy: dropObject,
  statistics: dropObject,
  // A right that somebody else gave only they can take back.
  grant: ({ name, facts }) => (facts['given by'] === undefined ? `REVOKE ${reverseRight(name)}` : undefined),
  revoked: ({ name }) => `GRANT ${reverseRight(name)}`,
  'default privilege': ({ name }) => `ALTER DEFAULT PRIVILEGES ${reverseRight(name)}`,
  setting: (object) => createSettingSql(object, undefined),
  role: ({ name }) => createRoleSql(name),
};

/** Facts that are no part of the definition and so must be said after an object was made. */
const AFTERWARDS = ['firing', 'statistics target', 'owner', 'comment', 'comment on the index'];

/** Kinds that are replaced as a whole when their definition differs. */
const REPLACED: readonly Kind[] = ['constraint', 'index', 'trigger', 'event trigger', 'rule', 'policy', 'statistics'];

/** Facts of such an object that can be changed in place. */
const IN_PLACE = [...AFTERWARDS, 'validity', 'enforcement', 'clustered', 'index', 'options', 'part of'];

/** SQL for an object that is missing or should not be there; undefined where it needs thought. */
export function repairObject(
  wanted: CatalogObject | undefined,
  found: CatalogObject | undefined,
  names: Names,
): string | undefined {
  if (wanted) return createObject(wanted, names);
  return found && fillIn(found, DROP[found.kind]?.(found), names);
}

/** SQL for one fact of an object; undefined where it needs thought. */
export function repairFact(
  fact: string,
  wanted: CatalogObject,
  found: CatalogObject,
  names: Names,
): string | undefined {
  const sql = findFactRepair(fact, wanted, found, names);
  return sql === undefined ? undefined : withSchemaName(sql, names.schema);
}

function findFactRepair(fact: string, wanted: CatalogObject, found: CatalogObject, names: Names): string | undefined {
  const value = wanted.facts[fact];
  const repair = FACT_REPAIRS[`${wanted.kind} ${fact}`] ?? FACT_REPAIRS[fact];
  if (repair) return fillIn(wanted, repair(wanted, value, found), names, fact);
  if (wanted.kind === 'function' || wanted.kind === 'procedure') return replaceRoutine(wanted, found);
  if (wanted.kind === 'view') return createViewSql('CREATE OR REPLACE')(wanted);
  if (wanted.kind === 'setting') return fillIn(wanted, createSettingSql(wanted, value), names);
  if (REPLACED.includes(wanted.kind) && !IN_PLACE.includes(fact)) {
    return joinStatements([DROP[wanted.kind]?.(found), createObject(wanted, names)]);
  }
  return undefined;
}

function createObject(object: CatalogObject, names: Names): string | undefined {
  const made = fillIn(object, CREATE[object.kind]?.(object), names);
  if (made === undefined) return undefined;
  const more = AFTERWARDS.filter((fact) => object.facts[fact] !== undefined).map((fact) => {
    const repair = FACT_REPAIRS[`${object.kind} ${fact}`] ?? FACT_REPAIRS[fact];
    return fillIn(object, repair?.(object, object.facts[fact], object), names, fact);
  });
  return joinStatements([made, ...more]);
}

/** Replacing keeps owner, rights and comment; another result or other names of arguments PostgreSQL refuses. */
function replaceRoutine(wanted: CatalogObject, found: CatalogObject): string | undefined {
  const shape = ({ facts }: CatalogObject): string => `${facts.result ?? ''} ${facts.arguments ?? ''}`;
  return shape(wanted) === shape(found) ? wanted.facts.definition?.trimEnd() : undefined;
}

function createViewSql(verb: string): Maker {
  return ({ name, facts }) =>
    `${verb} VIEW ${name}${facts.options === undefined ? '' : ` WITH (${facts.options})`} AS ${facts.query?.replace(/;\s*$/, '').trim()}`;
}

function createRoleSql(name: string): string {
  const [, role = '', what = ''] = /^("(?:[^"]|"")*"|\S+) (.*)$/.exec(name) ?? [];
  return what.startsWith('IN ROLE ') ? `REVOKE ${what.slice(8)} FROM ${role}` : `ALTER ROLE ${role} NO${what}`;
}

function joinStatements(statements: readonly (string | undefined)[]): string | undefined {
  return statements.includes(undefined) ? undefined : statements.map((sql) => sql?.trimEnd()).join('; ');
}

function fillIn({ kind }: CatalogObject, sql: string | undefined, names: Names, fact?: string): string | undefined {
  return sql === undefined ? undefined : fillInNames(kind, fact, sql, names);
}
