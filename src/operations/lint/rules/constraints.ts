import type { ColumnDef, Node } from 'libpg-query';
import {
  listAddedConstraints,
  listColumns,
  listCommands,
  listCreatedConstraints,
  type AddedConstraint,
} from '../ast.js';
import type { Context, Rule } from '../rule.js';

/** Rules about constraints that are added to tables that have rows. */
export const CONSTRAINT_RULES: readonly Rule[] = [
  {
    id: 'add-foreign-key',
    problem: 'A foreign key is added and checked against every row at once.',
    blocks: 'SHARE ROW EXCLUSIVE on both tables while all rows are looked up: writers of both wait.',
    instead: 'Add it NOT VALID (new rows are checked from then on), validate it in a later migration.',
    recipe: [
      {
        sql: `ALTER TABLE "authors" ADD COLUMN "home_competitor_id" uuid;
ALTER TABLE "authors" ADD CONSTRAINT "fk_authors__home_competitor_id"
  FOREIGN KEY ("home_competitor_id") REFERENCES "competitors" ("id") ON DELETE SET NULL NOT VALID;`,
      },
      { sql: `ALTER TABLE "authors" VALIDATE CONSTRAINT "fk_authors__home_competitor_id";` },
    ],
    squawk: ['adding-foreign-key-constraint', 'constraint-missing-not-valid'],
    find: ({ node }, context, said) =>
      isCheckedAtOnce(listAddedConstraints(node), context)
        // With a new column that is null everywhere PostgreSQL looks up nothing.
        .filter(({ constraint, column }) => constraint.contype === 'CONSTR_FOREIGN' && (!column || hasDefault(column)))
        .filter(() => said)
        .map(getSubject),
  },
  {
    id: 'foreign-key-delete-rule',
    problem:
      'A foreign key does not say what happens when the row it refers to is deleted, or says NO ACTION, which is the same.',
    blocks: 'Purges and erasures, which later fail on rows that nobody thought of.',
    instead: 'Say CASCADE, SET NULL or RESTRICT, as the data means it.',
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
        .map(getSubject),
  },
  {
    id: 'add-check',
    problem: 'A CHECK is added and every row is checked at once.',
    blocks: 'ACCESS EXCLUSIVE while the whole table is read: all readers and writers wait.',
    instead: 'Add it NOT VALID, also for a column that comes with it; validate it in a later migration.',
    recipe: [
      {
        sql: `ALTER TABLE "posts" ADD COLUMN "region" text;
ALTER TABLE "posts" ADD CONSTRAINT "ck_posts__region_length" CHECK (char_length("region") <= 20) NOT VALID;`,
      },
      { sql: `ALTER TABLE "posts" VALIDATE CONSTRAINT "ck_posts__region_length";` },
    ],
    squawk: ['constraint-missing-not-valid'],
    find: ({ node }, context, said) =>
      isCheckedAtOnce(listAddedConstraints(node), context)
        .filter(({ constraint, column }) => constraint.contype === 'CONSTR_CHECK' && (said || column !== undefined))
        .map(getSubject),
  },
  {
    id: 'add-unique',
    problem: 'A unique or primary key builds its index at once.',
    blocks: 'ACCESS EXCLUSIVE while the whole table is read and sorted: all readers and writers wait.',
    instead: 'Build the index CONCURRENTLY outside a transaction, then make it the constraint.',
    recipe: [
      {
        sql: `CREATE UNIQUE INDEX CONCURRENTLY "uq_posts__author_id_id" ON "posts" ("author_id", "id");`,
        transaction: false,
      },
      {
        sql: `ALTER TABLE "posts" ADD CONSTRAINT "uq_posts__author_id_id" UNIQUE USING INDEX "uq_posts__author_id_id";`,
      },
    ],
    squawk: ['disallowed-unique-constraint', 'adding-serial-primary-key-field', 'constraint-missing-not-valid'],
    find: ({ node }, context, said) =>
      isCheckedAtOnce(listAddedConstraints(node), context)
        .filter(({ constraint }) => constraint.contype === 'CONSTR_UNIQUE' || constraint.contype === 'CONSTR_PRIMARY')
        .filter(({ constraint }) => said && constraint.indexname === undefined)
        .map(getSubject),
  },
  {
    id: 'add-exclusion',
    problem: 'An exclusion constraint builds its index at once; there is no other way to add one.',
    blocks: 'ACCESS EXCLUSIVE while the whole table is read: all readers and writers wait.',
    instead: 'Have it from the start, on a new table that takes the rows over; or accept a moment without traffic.',
    recipe: [
      {
        sql: `CREATE TABLE "champion_terms" (
  "id" uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT "pk_champion_terms" PRIMARY KEY,
  "during" tstzrange NOT NULL,
  CONSTRAINT "ex_champion_terms__during" EXCLUDE USING gist ("during" WITH &&)
);`,
      },
    ],
    squawk: ['constraint-missing-not-valid'],
    find: ({ node }, context, said) =>
      isCheckedAtOnce(listAddedConstraints(node), context)
        .filter(({ constraint }) => said && constraint.contype === 'CONSTR_EXCLUSION')
        .map(getSubject),
  },
  {
    id: 'validate-with-add',
    problem:
      'A constraint is added NOT VALID and validated in the same transaction, which undoes the use of NOT VALID.',
    blocks:
      'The strong lock of ADD CONSTRAINT, kept while the whole table is read: writers wait, of a CHECK readers too.',
    instead: 'Validate in a migration of its own.',
    recipe: [
      {
        sql: `ALTER TABLE "posts" ADD CONSTRAINT "ck_posts__content_present" CHECK ("content" <> '') NOT VALID;`,
      },
      { sql: `ALTER TABLE "posts" VALIDATE CONSTRAINT "ck_posts__content_present";` },
    ],
    find: (statement, context) =>
      listCommands(statement.node, 'AT_ValidateConstraint')
        .filter(({ table }) => context.inTransaction && !context.isEmpty(table))
        .map(({ table, command: { name = '' } }) => `${table}.${name}`)
        .filter((name) =>
          context.statements.some(({ node, number }) => number <= statement.number && isAdding(node, name)),
        ),
  },
];

function isCheckedAtOnce(constraints: readonly AddedConstraint[], context: Context): AddedConstraint[] {
  return constraints.filter(({ table, constraint }) => constraint.skip_validation !== true && !context.isEmpty(table));
}

function isAdding(node: Node, name: string): boolean {
  return listAddedConstraints(node).some(({ table, constraint }) => `${table}.${constraint.conname ?? ''}` === name);
}

function hasDefault({ constraints = [] }: ColumnDef): boolean {
  return constraints.some((item) => 'Constraint' in item && item.Constraint.contype === 'CONSTR_DEFAULT');
}

function getSubject(added: AddedConstraint): string {
  return `${added.table}.${added.constraint.conname ?? listColumns(added)}`;
}
