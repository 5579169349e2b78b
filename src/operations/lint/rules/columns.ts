import type { ColumnDef, Constraint } from 'libpg-query';
import { listAddedColumns, listAddedConstraints, listCommands } from '../ast.js';
import type { Rule } from '../rule.js';

type Kind = NonNullable<Constraint['contype']>;

/** What a new column brings that fills it by itself. */
const FILLED_BY: readonly Kind[] = ['CONSTR_DEFAULT', 'CONSTR_GENERATED', 'CONSTR_IDENTITY'];

/** Rules about columns that are added or changed. */
export const COLUMN_RULES: readonly Rule[] = [
  {
    id: 'add-required-column',
    problem: 'A NOT NULL column without a default is added to a table that has rows.',
    blocks: 'PostgreSQL refuses it; where the table is empty, the running version cannot insert any more.',
    instead: 'Give it a constant default (no rewrite), or add it nullable, fill it in batches and require it last.',
    recipe: [{ sql: `ALTER TABLE "posts" ADD COLUMN "language" text NOT NULL DEFAULT 'en';` }],
    squawk: ['adding-required-field'],
    find: ({ node }, context, said) =>
      listAddedColumns(node)
        .filter(({ table, column }) => said && !context.isEmpty(table) && isRequired(column))
        .map(getSubject),
  },
  {
    id: 'add-column-rewrite',
    problem:
      'A column is added whose value differs from row to row: a volatile default, serial, identity, or a stored expression.',
    blocks: 'ACCESS EXCLUSIVE while every row and index is written anew: all readers and writers wait.',
    instead: 'Add it empty, set the default for new rows, fill the old ones in batches outside the migration.',
    recipe: [
      { sql: `ALTER TABLE "posts" ADD COLUMN "public_id" uuid;` },
      { sql: `ALTER TABLE "posts" ALTER COLUMN "public_id" SET DEFAULT gen_random_uuid();` },
    ],
    squawk: ['adding-field-with-default'],
    find: ({ node }, context, said) =>
      listAddedColumns(node)
        .filter(({ table, column }) => !context.isEmpty(table) && (isSerial(column) || (said && isFilled(column))))
        .map(getSubject),
  },
  {
    id: 'set-not-null',
    problem: 'NOT NULL is set on a column that no validated CHECK has proven.',
    blocks: 'ACCESS EXCLUSIVE while the whole table is read: all readers and writers wait; fails on the first null.',
    instead: 'Prove it first with a CHECK that is validated under a weak lock: SET NOT NULL then reads nothing.',
    recipe: [
      {
        sql: `ALTER TABLE "posts" ADD CONSTRAINT "ck_posts__raw_metrics_present" CHECK ("raw_metrics" IS NOT NULL) NOT VALID;`,
      },
      { sql: `ALTER TABLE "posts" VALIDATE CONSTRAINT "ck_posts__raw_metrics_present";` },
      {
        sql: `ALTER TABLE "posts" ALTER COLUMN "raw_metrics" SET NOT NULL;
ALTER TABLE "posts" DROP CONSTRAINT "ck_posts__raw_metrics_present";`,
      },
    ],
    squawk: ['adding-not-nullable-field', 'constraint-missing-not-valid'],
    find: ({ node }, context) => {
      const set = listCommands(node, 'AT_SetNotNull').map(({ table, command: { name = '' } }) => ({
        table,
        column: name,
      }));
      const added = listAddedConstraints(node)
        .filter(({ constraint, column }) => column === undefined && constraint.contype === 'CONSTR_NOTNULL')
        .filter(({ constraint }) => constraint.skip_validation !== true)
        .map(({ table, constraint }) => ({ table, column: getFirstKey(constraint) }));
      return [...set, ...added]
        .filter(({ table, column }) => !context.isEmpty(table) && !context.isProvenNotNull(table, column))
        .map(({ table, column }) => `${table}.${column}`);
    },
  },
  {
    id: 'change-column-type',
    problem: 'The type of a column is changed.',
    blocks: 'ACCESS EXCLUSIVE, for most types while every row and index is written anew: all readers and writers wait.',
    instead: 'Add a second column, write both, fill it in batches, read the new one, drop the old one a release later.',
    recipe: [
      { sql: `ALTER TABLE "posts" ADD COLUMN "error_total" bigint;` },
      {
        sql: `-- lint: accept drop-column: since 2.0 nothing reads error_count; error_total has its values
ALTER TABLE "posts" DROP COLUMN "error_count";`,
      },
    ],
    squawk: ['changing-column-type'],
    find: ({ node }, context, said) =>
      listCommands(node, 'AT_AlterColumnType')
        .filter(({ table }) => said && !context.isEmpty(table))
        .map(({ table, command: { name = '' } }) => `${table}.${name}`),
  },
  {
    id: 'drop-not-null',
    problem: 'A column that was never null may be from now on.',
    blocks: 'Services of the running version, which do not expect null.',
    instead: 'Release readers that expect null first, then accept with the release.',
    recipe: [
      {
        sql: `-- lint: accept drop-not-null: readers expect null since 2.0
ALTER TABLE "competitors" ALTER COLUMN "brand_keywords" DROP NOT NULL;`,
      },
    ],
    squawk: ['ban-drop-not-null'],
    find: ({ node }, context, said) =>
      listCommands(node, 'AT_DropNotNull')
        .filter(({ table }) => said && !context.isNew(table))
        .map(({ table, command: { name = '' } }) => `${table}.${name}`),
  },
];

function has({ constraints = [] }: ColumnDef, kinds: readonly Kind[]): boolean {
  return constraints.some(
    (item) => 'Constraint' in item && item.Constraint.contype !== undefined && kinds.includes(item.Constraint.contype),
  );
}

function isFilled(column: ColumnDef): boolean {
  return has(column, FILLED_BY);
}

function isRequired(column: ColumnDef): boolean {
  return has(column, ['CONSTR_NOTNULL', 'CONSTR_PRIMARY']) && !isFilled(column) && !isSerial(column);
}

function isSerial({ typeName }: ColumnDef): boolean {
  const last = typeName?.names?.at(-1);
  return last !== undefined && 'String' in last && /^(small|big)?serial[248]?$/.test(last.String.sval ?? '');
}

function getSubject({ table, column }: { table: string; column: ColumnDef }): string {
  return `${table}.${column.colname ?? ''}`;
}

function getFirstKey({ keys: [first] = [] }: Constraint): string {
  return first !== undefined && 'String' in first ? (first.String.sval ?? '') : '';
}
