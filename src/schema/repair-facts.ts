import { grantOption, literal } from './repair-rights.js';
import type { CatalogObject } from './snapshot.js';

/** SQL that makes a fact what it should be (undefined: as PostgreSQL has it by itself). */
type FactRepair = (wanted: CatalogObject, value: string | undefined, found: CatalogObject) => string | undefined;

/** An object where a statement names it: `$schema.posts.content`, `tg_audit_logs__no_truncate ON $schema.audit_logs`. */
export function sqlName({ kind, name, on }: CatalogObject): string {
  if (on === undefined) return name;
  return kind === 'column' ? `${on}.${name}` : `${name} ON ${on}`;
}

/** The word for the kind, in COMMENT ON and ALTER … OWNER. */
function sqlKind({ kind, facts }: CatalogObject): string {
  if (kind === 'enum') return 'TYPE';
  if (kind === 'table' && facts.kind === 'foreign table') return 'FOREIGN TABLE';
  return kind.toUpperCase();
}

const comment: FactRepair = (wanted, value) =>
  `COMMENT ON ${sqlKind(wanted)} ${sqlName(wanted)} IS ${value === undefined ? 'NULL' : literal(value)}`;

const owner: FactRepair = (wanted, value = '$owner') => `ALTER ${sqlKind(wanted)} ${sqlName(wanted)} OWNER TO ${value}`;

const alterColumn = ({ name, on }: CatalogObject, what: string): string =>
  `ALTER TABLE ${on} ALTER COLUMN ${name} ${what}`;

const alterTable =
  (yes: string, no: string): FactRepair =>
  ({ name }, value) =>
    `ALTER TABLE ${name} ${value === undefined ? no : yes}`;

/** Storage options: those found are taken back, those wanted set. */
const options =
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

const firing: FactRepair = ({ kind, name, on }, value = '') => {
  const state = FIRING[value] ?? 'ENABLE';
  if (kind !== 'event trigger') return `ALTER TABLE ${on} ${state} ${kind.toUpperCase()} ${name}`;
  return `ALTER EVENT TRIGGER ${name} ${state}`;
};

/** In one statement: there is no moment without the constraint. PostgreSQL refuses while foreign keys refer to it. */
const constraintDefinition: FactRepair = ({ name, on }, value = '', found) => {
  if (found.facts.definition === `${value} NOT VALID`) return `ALTER TABLE ${on} VALIDATE CONSTRAINT ${name}`;
  return `ALTER TABLE ${on} DROP CONSTRAINT ${name}, ADD CONSTRAINT ${name} ${value}`;
};

/** The index behind a constraint has its name, in the schema of its table. */
const constraintIndex = ({ name, on = '' }: CatalogObject): string =>
  on.replace(/(?<=\.)("(?:[^"]|"")*"|[^.]+)$/, () => name);

/** By fact, or by kind and fact. Absent: what changes rows, what PostgreSQL cannot change in place. */
export const FACT_REPAIRS: Readonly<Record<string, FactRepair>> = {
  comment,
  owner,
  firing,
  'comment on the index': (wanted, value) =>
    `COMMENT ON INDEX ${constraintIndex(wanted)} IS ${value === undefined ? 'NULL' : literal(value)}`,
  'column default': (wanted, value) =>
    alterColumn(wanted, value === undefined ? 'DROP DEFAULT' : `SET DEFAULT ${value}`),
  'column null': (wanted, value) => alterColumn(wanted, value === undefined ? 'DROP NOT NULL' : 'SET NOT NULL'),
  'column statistics target': (wanted, value) => alterColumn(wanted, `SET STATISTICS ${value ?? '-1'}`),
  'column compression': (wanted, value) => alterColumn(wanted, `SET COMPRESSION ${value ?? 'default'}`),
  // Giving it an identity, or taking it, is about rows.
  'column identity': (wanted, value, found) =>
    value && found.facts.identity ? alterColumn(wanted, `SET GENERATED ${value}`) : undefined,
  'column options': options((wanted) => alterColumn(wanted, '').trimEnd()),
  'constraint options': options((wanted) => `ALTER INDEX ${constraintIndex(wanted)}`),
  'table options': options(({ name }) => `ALTER TABLE ${name}`),
  'table toast options': options(({ name }) => `ALTER TABLE ${name}`, 'toast.'),
  'table row security': alterTable('ENABLE ROW LEVEL SECURITY', 'DISABLE ROW LEVEL SECURITY'),
  'table row security of the owner': alterTable('FORCE ROW LEVEL SECURITY', 'NO FORCE ROW LEVEL SECURITY'),
  'table persistence': alterTable('SET UNLOGGED', 'SET LOGGED'),
  'table replica identity': ({ name }, value) => `ALTER TABLE ${name} REPLICA IDENTITY ${value ?? 'DEFAULT'}`,
  'constraint definition': constraintDefinition,
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
