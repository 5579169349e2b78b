import { quoteLiteral } from '../../errors/sql-text.js';
import { fillInNames, type Names } from './describe.js';
import { withSchemaName } from './schema-placeholder.js';
import type { CatalogObject, Kind } from './snapshot.js';

/** Reverses a grant or a revocation: `SELECT ON TABLE $schema.posts TO app` → `SELECT ON TABLE $schema.posts FROM app`. */
export function reverseRight(right: string): string {
  const match = / (TO|FROM) ("(?:[^"]|"")*"|\S+)$/.exec(right);
  const reversed = match?.[1] === 'TO' ? 'FROM' : 'TO';
  const target = right.slice(0, match?.index).replace(/^(FOR ROLE .*?) (GRANT|REVOKE) /, (_, scope: string, verb) => {
    return `${scope} ${verb === 'GRANT' ? 'REVOKE' : 'GRANT'} `;
  });
  return `${target} ${reversed} ${match?.[2] ?? ''}`;
}

/** Returns SQL that grants or revokes the grant option of a privilege. */
function grantOption({ name }: CatalogObject, value: string | undefined): string {
  return value === undefined ? `REVOKE GRANT OPTION FOR ${reverseRight(name)}` : `GRANT ${name} WITH GRANT OPTION`;
}

/** Settings that are lists, and are stored with their commas and quotes. All other settings are one text. */
const LISTS = [
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
];

/** Returns SQL that sets a setting of a database or role, or resets it. */
function createSettingSql({ name, on }: CatalogObject, value: string | undefined): string {
  if (value === undefined) return `ALTER ${on} RESET ${name}`;
  if (!LISTS.includes(name) || value === '') return `ALTER ${on} SET ${name} TO ${quoteLiteral(value)}`;
  // PostgreSQL stores an empty entry as "", which is no valid name in SQL.
  return `ALTER ${on} SET ${name} TO ${value.replaceAll(/(?<=^|, )""(?=,|$)/g, "''")}`;
}

/** Returns SQL that sets a fact to a value; undefined stands for PostgreSQL's default. */
type FactRepair = (wanted: CatalogObject, value: string | undefined, found: CatalogObject) => string | undefined;

/** Returns the name of an object as a statement writes it: `$schema.posts.content`, `tg_audit_logs__no_truncate ON $schema.audit_logs`. */
function toSqlName({ kind, name, on }: CatalogObject): string {
  if (on === undefined) return name;
  return kind === 'column' ? `${on}.${name}` : `${name} ON ${on}`;
}

/** Returns the keyword of the kind in COMMENT ON and ALTER … OWNER. */
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

/** Returns SQL that resets the options that were found and sets those that are wanted. */
const repairOptions =
  (target: (wanted: CatalogObject) => string, prefix = ''): FactRepair =>
  (wanted, value, found) => {
    const current = found.facts[prefix === '' ? 'options' : 'toast options'];
    const list = (text: string, named: (option: string) => string): string =>
      text
        .split(', ')
        .map((option) => prefix + named(option))
        .join(', ');
    return [
      ...(current === undefined
        ? []
        : [`${target(wanted)} RESET (${list(current, (option) => option.split('=', 1)[0] ?? '')})`]),
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

/** Replaces a constraint in one statement, so that it always exists. PostgreSQL refuses this while foreign keys refer to it. */
const repairConstraintDefinition: FactRepair = ({ name, on }, value = '', found) => {
  if (found.facts.definition === `${value} NOT VALID`) return `ALTER TABLE ${on} VALIDATE CONSTRAINT ${name}`;
  return `ALTER TABLE ${on} DROP CONSTRAINT ${name}, ADD CONSTRAINT ${name} ${value}`;
};

/** Returns the name of the index of a constraint: that of the constraint, in the schema of its table. */
const repairConstraintIndex = ({ name, on = '' }: CatalogObject): string =>
  on.replace(/(?<=\.)("(?:[^"]|"")*"|[^.]+)$/, () => name);

/** Repairs by fact, or by kind and fact. Absent for facts that change rows or that PostgreSQL cannot change in place. */
const FACT_REPAIRS: Readonly<Record<string, FactRepair>> = {
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
  // Only an existing identity can be changed: adding or dropping one affects rows.
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
    // Another type would change the range of the numbers.
    value.split(' ', 2)[1] === found.facts.definition?.split(' ', 2)[1] ? `ALTER SEQUENCE ${name} ${value}` : undefined,
  'grant grant option': grantOption,
};

type CreateSql = (object: CatalogObject) => string | undefined;

const repairDefinition: CreateSql = ({ facts }) => facts.definition;
const dropObject: CreateSql = (object) => `DROP ${object.kind.toUpperCase()} ${toSqlName(object)}`;

/** SQL that creates a missing object. Absent for kinds that contain rows or define their columns. */
const CREATE: Partial<Record<Kind, CreateSql>> = {
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

/** SQL that drops an unexpected object. Absent for kinds that contain rows, that rows use, or that cannot be created again. */
const DROP: Partial<Record<Kind, CreateSql>> = {
  constraint: ({ name, on }) => `ALTER TABLE ${on} DROP CONSTRAINT ${name}`,
  index: dropObject,
  trigger: dropObject,
  'event trigger': dropObject,
  rule: dropObject,
  policy: dropObject,
  statistics: dropObject,
  // Only the role that granted a privilege can revoke it.
  grant: ({ name, facts }) => (facts['given by'] === undefined ? `REVOKE ${reverseRight(name)}` : undefined),
  revoked: ({ name }) => `GRANT ${reverseRight(name)}`,
  'default privilege': ({ name }) => `ALTER DEFAULT PRIVILEGES ${reverseRight(name)}`,
  setting: (object) => createSettingSql(object, undefined),
  role: ({ name }) => createRoleSql(name),
};

/** Facts that are not part of the definition, and so are set after an object was created. */
const SEPARATE_FACTS = ['firing', 'statistics target', 'owner', 'comment', 'comment on the index'];

/** Kinds that are dropped and created again when their definition differs. */
const REPLACED: readonly Kind[] = ['constraint', 'index', 'trigger', 'event trigger', 'rule', 'policy', 'statistics'];

/** Facts of such an object that can be changed in place. */
const IN_PLACE = [...SEPARATE_FACTS, 'validity', 'enforcement', 'clustered', 'index', 'options', 'part of'];

/** Returns SQL that creates a missing object or drops an unexpected one; undefined where no SQL is safe. */
export function repairObject(
  wanted: CatalogObject | undefined,
  found: CatalogObject | undefined,
  names: Names,
): string | undefined {
  if (wanted) return createObject(wanted, names);
  return found && fillIn(found, DROP[found.kind]?.(found), names);
}

/** Returns SQL that repairs one fact of an object; undefined where no SQL is safe. */
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
  const created = fillIn(object, CREATE[object.kind]?.(object), names);
  if (created === undefined) return undefined;
  const more = SEPARATE_FACTS.filter((fact) => object.facts[fact] !== undefined).map((fact) => {
    const repair = FACT_REPAIRS[`${object.kind} ${fact}`] ?? FACT_REPAIRS[fact];
    return fillIn(object, repair?.(object, object.facts[fact], object), names, fact);
  });
  return joinStatements([created, ...more]);
}

/** Returns CREATE OR REPLACE, which keeps owner, privileges and comment. PostgreSQL refuses another result or other argument names. */
function replaceRoutine(wanted: CatalogObject, found: CatalogObject): string | undefined {
  const shape = ({ facts }: CatalogObject): string => `${facts.result ?? ''} ${facts.arguments ?? ''}`;
  return shape(wanted) === shape(found) ? wanted.facts.definition?.trimEnd() : undefined;
}

function createViewSql(verb: string): CreateSql {
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
