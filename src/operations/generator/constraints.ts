import { quoteLiteral } from '../../errors/sql-text.js';
import type { CatalogObject } from '../catalog/snapshot.js';
import {
  alterSql,
  unquoteName,
  type Change,
  deriveName,
  type Draft,
  quoteLocalName,
  type Phase,
  quoteName,
} from './draft.js';

/**
 * Plans the change of a constraint of a table that exists. New constraints are validated without blocking writers; a constraint that is
 * replaced stays in force until the new one is validated.
 */
export function planConstraint({ from, to, facts, messages }: Change, draft: Draft): void {
  if (to === undefined) {
    if (from) dropConstraint(from, draft, draft.isObstacle(from) ? 'obstacles' : 'dropped constraints');
    return;
  }
  if (facts.some((fact) => fact !== 'definition' && fact !== 'comment')) {
    draft.problems.push(...messages);
    return;
  }
  if (from === undefined) addConstraint(to, draft);
  else if (facts.includes('definition')) replaceConstraint(from, to, draft);
  if (to.facts.comment !== from?.facts.comment) createConstraintComment(to, draft);
}

function addConstraint(to: CatalogObject, draft: Draft): void {
  if (isUnique(to)) buildUnique(to, draft, quoteName(to.name), '');
  else if (isValidatable(to)) addAndValidate(to, draft, quoteName(to.name));
  else draft.problems.push(describeUnsupported(to, draft, 'be added'));
}

function replaceConstraint(from: CatalogObject, to: CatalogObject, draft: Draft): void {
  const name = quoteName(to.name);
  if (from.facts.definition === `${to.facts.definition} NOT VALID`) {
    validate(to, draft, name);
    return;
  }
  if (draft.isObstacle(from)) {
    dropConstraint(from, draft, 'obstacles');
    addConstraint(to, draft);
    return;
  }
  const temporary = deriveName(to.name, '__new');
  if (isUnique(to)) buildUnique(to, draft, temporary, `DROP CONSTRAINT ${name}, `);
  else if (isValidatable(to)) {
    addAndValidate(to, draft, temporary);
    dropConstraint(from, draft, 'replaced constraints', true);
    draft.add('renamed constraints', `ALTER TABLE ${draft.getTable(to)} RENAME CONSTRAINT ${temporary} TO ${name}`);
  } else draft.problems.push(describeUnsupported(to, draft, 'be changed'));
}

function addAndValidate(to: CatalogObject, draft: Draft, name: string): void {
  const definition = draft.getDefinition(to).replace(/ NOT VALID$/, '');
  alterConstraint(to, draft, 'constraints', `ADD CONSTRAINT ${name} ${definition} NOT VALID`, true);
  if (!to.facts.definition?.endsWith(' NOT VALID')) validate(to, draft, name);
}

function validate(to: CatalogObject, draft: Draft, name: string): void {
  alterConstraint(to, draft, 'validation', `VALIDATE CONSTRAINT ${name}`, true);
  draft.checked.push(unquoteName(to.name));
}

/** Builds the unique index CONCURRENTLY, and makes it a constraint afterwards, so that writers are not blocked. */
function buildUnique(to: CatalogObject, draft: Draft, index: string, first: string): void {
  const [, nulls = '', columns] = /^UNIQUE (NULLS NOT DISTINCT )?(\([^()]*\))$/.exec(draft.getDefinition(to)) ?? [];
  if (columns === undefined) {
    draft.problems.push(describeUnsupported(to, draft, 'be added'));
    return;
  }
  const table = draft.getTable(to);
  const sql = `CREATE UNIQUE INDEX CONCURRENTLY ${index} ON ${table} ${columns} ${nulls}`.trimEnd();
  draft.add('constraints', sql, { alone: true });
  draft.add(
    'constraints',
    `ALTER TABLE ${table} ${first}ADD CONSTRAINT ${quoteName(to.name)} UNIQUE USING INDEX ${index}`,
    { alone: true },
  );
  draft.checked.push(unquoteName(to.name));
}

function createConstraintComment(to: CatalogObject, draft: Draft): void {
  const text = to.facts.comment === undefined ? 'NULL' : quoteLiteral(to.facts.comment);
  draft.add('comments', `COMMENT ON CONSTRAINT ${quoteName(to.name)} ON ${draft.getTable(to)} IS ${text}`);
}

function dropConstraint(object: CatalogObject, draft: Draft, phase: Phase, alone = false): void {
  alterConstraint(object, draft, phase, `DROP CONSTRAINT ${quoteName(object.name)}`, alone);
}

/** Adds an action; only that of a CHECK is merged with others, since all other constraints lock or depend on other tables. */
function alterConstraint(object: CatalogObject, draft: Draft, phase: Phase, action: string, alone: boolean): void {
  const table = draft.getTable(object);
  if (object.facts.definition?.startsWith('CHECK ')) draft.alter(phase, table, action, { alone });
  else draft.add(phase, alterSql(table, [action]), { alone });
}

function isUnique({ facts }: CatalogObject): boolean {
  return facts.definition?.startsWith('UNIQUE ') ?? false;
}

function isValidatable({ facts }: CatalogObject): boolean {
  return /^(CHECK|FOREIGN KEY) /.test(facts.definition ?? '');
}

function describeUnsupported({ name, facts }: CatalogObject, draft: Draft, what: string): string {
  return `${name}: ${draft.removeSchemaNames(facts.definition ?? '')} cannot ${what} without blocking writers`;
}

/** Facts of an index that only a new index can have. */
const BUILT = ['definition', 'table', 'method', 'columns', 'uniqueness', 'nulls', 'INCLUDE', 'WITH', 'WHERE'];

/** Plans the change of an index of a table that exists. It is built and dropped CONCURRENTLY, without blocking writers. */
export function planIndex({ from, to, facts, messages }: Change, draft: Draft): void {
  if (to === undefined) {
    if (from) dropIndex(from, draft);
    return;
  }
  if (facts.some((fact) => fact !== 'comment' && !BUILT.includes(fact))) {
    draft.problems.push(...messages);
    return;
  }
  const name = quoteLocalName(to.name);
  if (from === undefined) build(to, name, draft);
  else if (facts.some((fact) => BUILT.includes(fact))) replaceIndex(from, to, draft);
  if (to.facts.comment !== from?.facts.comment) {
    const text = to.facts.comment === undefined ? 'NULL' : quoteLiteral(to.facts.comment);
    draft.add('comments', `COMMENT ON INDEX ${name} IS ${text}`);
  }
}

/** Writes CREATE INDEX, with the condition as the entities write it. */
export function createIndex(index: CatalogObject, name: string, draft: Draft, concurrently = ''): string {
  const { definition = '' } = index.facts;
  const unique = definition.startsWith('CREATE UNIQUE ') ? 'UNIQUE ' : '';
  const rest = draft.removeSchemaNames(definition.slice(definition.indexOf(' USING ')));
  const where = draft.getText(index);
  const place = rest.lastIndexOf(' WHERE ');
  const parts = where === undefined || place < 0 ? rest : `${rest.slice(0, place)} WHERE ${where}`;
  return `CREATE ${unique}INDEX ${concurrently}${name} ON ${draft.getTable(index)}${parts.replace(' USING btree', '')}`;
}

function replaceIndex(from: CatalogObject, to: CatalogObject, draft: Draft): void {
  const name = quoteLocalName(to.name);
  if (draft.isObstacle(from)) {
    dropIndex(from, draft);
    build(to, name, draft);
    return;
  }
  const temporary = deriveName(name, '__new');
  build(to, temporary, draft);
  draft.add('indexes', `DROP INDEX CONCURRENTLY ${name}`, { alone: true });
  draft.add('indexes', `ALTER INDEX ${temporary} RENAME TO ${name}`);
}

function build(to: CatalogObject, name: string, draft: Draft): void {
  draft.add('indexes', createIndex(to, name, draft, 'CONCURRENTLY '), { alone: true });
  if (to.facts.definition?.startsWith('CREATE UNIQUE ')) draft.checked.push(unquoteName(quoteLocalName(to.name)));
}

function dropIndex(from: CatalogObject, draft: Draft): void {
  const phase = draft.isObstacle(from) ? 'obstacles' : 'dropped indexes';
  draft.add(phase, `DROP INDEX CONCURRENTLY ${quoteLocalName(from.name)}`, { alone: true });
}
