import type { Node } from 'libpg-query';
import { type AddedConstraint, listAddedConstraints, listCommands, listCreatedConstraints } from '../ast.js';
import type { Context, Rule } from '../rule.js';

/** Rules about constraints that are added to tables that have rows. */
export const CONSTRAINT_RULES: readonly Rule[] = [
  {
    id: 'add-foreign-key',
    problem: 'A foreign key is added and every row is checked at once.',
    blocks: 'SHARE ROW EXCLUSIVE on both tables while every row is looked up: writes to both tables wait.',
    instead: 'Add it NOT VALID (new rows are checked from then on) and validate it in a later migration.',
    recipe: [
      {
        sql: `ALTER TABLE "authors" ADD COLUMN "home_competitor_id" uuid;
ALTER TABLE "authors" ADD CONSTRAINT "fk_authors__home_competitor_id"
  FOREIGN KEY ("home_competitor_id") REFERENCES "competitors" ("id") ON DELETE SET NULL NOT VALID;`,
      },
      { sql: `ALTER TABLE "authors" VALIDATE CONSTRAINT "fk_authors__home_competitor_id";` },
    ],
    find: ({ node }, context) =>
      listCheckedAtOnce(node, context)
        // PostgreSQL checks no row for a new column that is null in every row.
        .filter(({ constraint, column }) => constraint.contype === 'CONSTR_FOREIGN' && (!column || hasDefault(column)))
        .map(({ subject }) => subject),
  },
  {
    id: 'foreign-key-delete-rule',
    problem: 'A foreign key has no ON DELETE rule, or has NO ACTION, which is the same.',
    blocks: 'Retention and erasure: deleting a row fails (SQLSTATE 23503) while other rows refer to it.',
    instead: 'State CASCADE, SET NULL or RESTRICT.',
    recipe: [
      {
        sql: `CREATE TABLE "post_notes" (
  "id" uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT "pk_post_notes" PRIMARY KEY,
  "post_id" uuid NOT NULL CONSTRAINT "fk_post_notes__post_id" REFERENCES "posts" ("id") ON DELETE CASCADE
);`,
      },
    ],
    find: ({ node }) =>
      [...listAddedConstraints(node), ...listCreatedConstraints(node)]
        .filter(
          ({ constraint: { contype, fk_del_action: rule = 'a' } }) => contype === 'CONSTR_FOREIGN' && rule === 'a',
        )
        .map(({ subject }) => subject),
  },
  {
    id: 'add-check',
    problem: 'A CHECK is added and every row is checked at once.',
    blocks: 'ACCESS EXCLUSIVE while the whole table is read: all reads and writes wait.',
    instead: 'Add it NOT VALID, even when its column is added with it, and validate it in a later migration.',
    recipe: [
      {
        sql: `ALTER TABLE "posts" ADD COLUMN "region" text;
ALTER TABLE "posts" ADD CONSTRAINT "ck_posts__region_length" CHECK (char_length("region") <= 20) NOT VALID;`,
      },
      { sql: `ALTER TABLE "posts" VALIDATE CONSTRAINT "ck_posts__region_length";` },
    ],
    find: ({ node }, context) =>
      listCheckedAtOnce(node, context)
        .filter(({ constraint }) => constraint.contype === 'CONSTR_CHECK')
        .map(({ subject }) => subject),
  },
  {
    id: 'add-unique',
    problem: 'A unique or primary key is added and its index is built at once.',
    blocks: 'ACCESS EXCLUSIVE while the whole table is read and sorted: all reads and writes wait.',
    instead: 'Build the index CONCURRENTLY outside a transaction, then turn it into the constraint.',
    recipe: [
      {
        sql: `CREATE UNIQUE INDEX CONCURRENTLY "uq_posts__author_id_id" ON "posts" ("author_id", "id");`,
        transaction: false,
      },
      {
        sql: `ALTER TABLE "posts" ADD CONSTRAINT "uq_posts__author_id_id" UNIQUE USING INDEX "uq_posts__author_id_id";`,
      },
    ],
    squawk: ['disallowed-unique-constraint', 'adding-serial-primary-key-field'],
    exempt: 'isEmpty',
  },
  {
    id: 'add-exclusion',
    problem: 'An exclusion constraint is added. PostgreSQL can only build its index at once.',
    blocks: 'ACCESS EXCLUSIVE while the whole table is read: all reads and writes wait.',
    instead: 'Create a new table with the constraint and copy the rows, or add it while there is no traffic.',
    recipe: [
      {
        sql: `CREATE TABLE "champion_terms" (
  "id" uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT "pk_champion_terms" PRIMARY KEY,
  "during" tstzrange NOT NULL,
  CONSTRAINT "ex_champion_terms__during" EXCLUDE USING gist ("during" WITH &&)
);`,
      },
    ],
    find: ({ node }, context) =>
      listCheckedAtOnce(node, context)
        .filter(({ constraint }) => constraint.contype === 'CONSTR_EXCLUSION')
        .map(({ subject }) => subject),
  },
  {
    id: 'validate-with-add',
    problem: 'A constraint is added NOT VALID and validated in the same transaction, so that NOT VALID has no effect.',
    blocks: 'The lock of ADD CONSTRAINT is held while the whole table is read: writes wait, and for a CHECK reads too.',
    instead: 'Validate it in a migration of its own.',
    recipe: [
      {
        sql: `ALTER TABLE "posts" ADD CONSTRAINT "ck_posts__content_present" CHECK ("content" <> '') NOT VALID;`,
      },
      { sql: `ALTER TABLE "posts" VALIDATE CONSTRAINT "ck_posts__content_present";` },
    ],
    find: (statement, context) =>
      listCommands(statement.node, 'AT_ValidateConstraint')
        .filter(({ table }) => context.inTransaction && !context.isEmpty(table))
        .map(({ subject }) => subject)
        .filter((subject) =>
          context.statements.some(({ node, number }) => number <= statement.number && adds(node, subject)),
        ),
  },
];

function listCheckedAtOnce(node: Node, context: Context): AddedConstraint[] {
  return listAddedConstraints(node).filter(
    ({ table, constraint }) => constraint.skip_validation !== true && !context.isEmpty(table),
  );
}

function adds(node: Node, name: string): boolean {
  return listAddedConstraints(node).some(({ subject }) => subject === name);
}

function hasDefault({ constraints = [] }: NonNullable<AddedConstraint['column']>): boolean {
  return constraints.some((item) => 'Constraint' in item && item.Constraint.contype === 'CONSTR_DEFAULT');
}
