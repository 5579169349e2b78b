import type { ColumnDef } from 'libpg-query';
import { listAddedColumns, listAddedConstraints, listCommands, listKeys } from '../ast.js';
import type { Rule } from '../rule.js';

/** Rules about columns that are added or changed. */
export const COLUMN_RULES: readonly Rule[] = [
  {
    id: 'add-required-column',
    problem: 'A NOT NULL column without a default is added to a table that has rows.',
    blocks:
      'PostgreSQL refuses the statement (SQLSTATE 23502). On an empty table, inserts of the running version fail.',
    instead: 'Give it a constant default (no rewrite), or add it nullable, fill it in batches, then set NOT NULL.',
    recipe: [{ sql: `ALTER TABLE "posts" ADD COLUMN "language" text NOT NULL DEFAULT 'en';` }],
    find: ({ node }, context) =>
      listAddedColumns(node)
        .filter(({ table, column }) => !context.isEmpty(table) && isRequired(column))
        .map(({ subject }) => subject),
  },
  {
    id: 'add-column-rewrite',
    problem: 'A column is added with a volatile default, serial, identity or a stored expression.',
    blocks: 'ACCESS EXCLUSIVE while every row and index is rewritten: all reads and writes wait.',
    instead: 'Add the column without a default, set the default for new rows, then fill the old rows in batches.',
    recipe: [
      { sql: `ALTER TABLE "posts" ADD COLUMN "public_id" uuid;` },
      { sql: `ALTER TABLE "posts" ALTER COLUMN "public_id" SET DEFAULT gen_random_uuid();` },
    ],
    // prefer-identity reports each serial column.
    squawk: ['adding-field-with-default', 'prefer-identity'],
    exempt: 'isEmpty',
  },
  {
    id: 'set-not-null',
    problem: 'NOT NULL is set on a column for which no validated CHECK excludes nulls.',
    blocks: 'ACCESS EXCLUSIVE while the whole table is read: all reads and writes wait. It fails if there is a null.',
    instead: 'First add a CHECK and validate it under a weaker lock: SET NOT NULL then reads no row.',
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
    find: ({ node }, context) => {
      const set = listCommands(node, 'AT_SetNotNull').map(
        ({ table, command: { name = '' } }) => [table, name] as const,
      );
      const added = listAddedConstraints(node)
        .filter(({ constraint, column }) => column === undefined && constraint.contype === 'CONSTR_NOTNULL')
        .filter(({ constraint }) => constraint.skip_validation !== true)
        .map(({ table, constraint }) => [table, listKeys(constraint)[0] ?? ''] as const);
      return [...set, ...added]
        .filter(([table, column]) => !context.isEmpty(table) && !context.isProvenNotNull(table, column))
        .map(([table, column]) => `${table}.${column}`);
    },
  },
  {
    id: 'change-column-type',
    problem: 'The type of a column is changed.',
    blocks: 'ACCESS EXCLUSIVE, for most types while every row and index is rewritten: all reads and writes wait.',
    instead: 'Add a second column, write both, fill it in batches, read the new one, drop the old one a release later.',
    recipe: [
      { sql: `ALTER TABLE "posts" ADD COLUMN "error_total" bigint;` },
      {
        sql: `-- lint: accept drop-column: since 2.0 nothing reads error_count; error_total has its values
ALTER TABLE "posts" DROP COLUMN "error_count";`,
      },
    ],
    squawk: ['changing-column-type'],
    exempt: 'isEmpty',
  },
  {
    id: 'drop-not-null',
    problem: 'A column that was never null becomes nullable.',
    blocks: 'The running version of a service, whose code does not expect null.',
    instead: 'First release services that accept null. Then suppress this finding and name that release.',
    recipe: [
      {
        sql: `-- lint: accept drop-not-null: services accept null since 2.0
ALTER TABLE "competitors" ALTER COLUMN "brand_keywords" DROP NOT NULL;`,
      },
    ],
    squawk: ['ban-drop-not-null'],
    exempt: 'isNew',
  },
];

function isRequired({ constraints = [], typeName }: ColumnDef): boolean {
  const kinds = constraints.map((item) => ('Constraint' in item ? item.Constraint.contype : undefined));
  const hasValue = kinds.some((kind) => /DEFAULT|GENERATED|IDENTITY/.test(kind ?? ''));
  const type = typeName?.names?.at(-1);
  const isSerial = type !== undefined && 'String' in type && /^(small|big)?serial[248]?$/.test(type.String.sval ?? '');
  return kinds.includes('CONSTR_NOTNULL') && !hasValue && !isSerial;
}
