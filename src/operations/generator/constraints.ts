import { literal } from '../catalog/repair.js';
import type { CatalogObject } from '../catalog/snapshot.js';
import { bare, type Change, derivedName, type Draft, localName, type Phase, quoted } from './draft.js';

/** A constraint of a table that is there: new ones are checked without blocking writers, replaced ones hold until the new one does. */
export function planConstraint({ from, to, facts, sentences }: Change, draft: Draft): void {
  if (to === undefined) {
    if (from) draft.add(dropPhase(from, draft), `${alter(from, draft)} DROP CONSTRAINT ${quoted(from.name)}`);
    return;
  }
  if (facts.some((fact) => fact !== 'definition' && fact !== 'comment')) {
    draft.problems.push(...sentences);
    return;
  }
  if (from === undefined) addConstraint(to, draft);
  else if (facts.includes('definition')) replaceConstraint(from, to, draft);
  if (to.facts.comment !== from?.facts.comment) commentOnConstraint(to, draft);
}

function addConstraint(to: CatalogObject, draft: Draft): void {
  if (isUnique(to)) buildUnique(to, draft, quoted(to.name), '');
  else if (isChecked(to)) addAndValidate(to, draft, quoted(to.name));
  else draft.problems.push(cannot(to, draft, 'be added'));
}

function replaceConstraint(from: CatalogObject, to: CatalogObject, draft: Draft): void {
  const name = quoted(to.name);
  if (from.facts.definition === `${to.facts.definition} NOT VALID`) {
    validate(to, draft, name);
    return;
  }
  if (draft.isObstacle(from)) {
    draft.add('obstacles', `${alter(from, draft)} DROP CONSTRAINT ${name}`);
    addConstraint(to, draft);
    return;
  }
  const temporary = derivedName(to.name, '__new');
  if (isUnique(to)) buildUnique(to, draft, temporary, `DROP CONSTRAINT ${name}, `);
  else if (isChecked(to)) {
    addAndValidate(to, draft, temporary);
    draft.add('constraints', `${alter(to, draft)} DROP CONSTRAINT ${name}`, { alone: true });
    draft.add('constraints', `${alter(to, draft)} RENAME CONSTRAINT ${temporary} TO ${name}`);
  } else draft.problems.push(cannot(to, draft, 'be changed'));
}

function addAndValidate(to: CatalogObject, draft: Draft, name: string): void {
  const definition = draft.definitionOf(to).replace(/ NOT VALID$/, '');
  draft.add('constraints', `${alter(to, draft)} ADD CONSTRAINT ${name} ${definition} NOT VALID`, { alone: true });
  if (!to.facts.definition?.endsWith(' NOT VALID')) validate(to, draft, name);
}

function validate(to: CatalogObject, draft: Draft, name: string): void {
  draft.add('constraints', `${alter(to, draft)} VALIDATE CONSTRAINT ${name}`, { alone: true });
  draft.checked.push(bare(to.name));
}

/** The index is built while rows are written; only then it becomes the constraint. */
function buildUnique(to: CatalogObject, draft: Draft, index: string, first: string): void {
  const [, nulls = '', columns] = /^UNIQUE (NULLS NOT DISTINCT )?(\([^()]*\))$/.exec(draft.definitionOf(to)) ?? [];
  if (columns === undefined) {
    draft.problems.push(cannot(to, draft, 'be added'));
    return;
  }
  const table = draft.tableOf(to);
  const sql = `CREATE UNIQUE INDEX CONCURRENTLY ${index} ON ${table} ${columns} ${nulls}`.trimEnd();
  draft.add('constraints', sql, { alone: true });
  draft.add(
    'constraints',
    `${alter(to, draft)} ${first}ADD CONSTRAINT ${quoted(to.name)} UNIQUE USING INDEX ${index}`,
    { alone: true },
  );
  draft.checked.push(bare(to.name));
}

function commentOnConstraint(to: CatalogObject, draft: Draft): void {
  const text = to.facts.comment === undefined ? 'NULL' : literal(to.facts.comment);
  draft.add('comments', `COMMENT ON CONSTRAINT ${quoted(to.name)} ON ${draft.tableOf(to)} IS ${text}`);
}

function dropPhase(from: CatalogObject, draft: Draft): Phase {
  return draft.isObstacle(from) ? 'obstacles' : 'dropped constraints';
}

function alter(object: CatalogObject, draft: Draft): string {
  return `ALTER TABLE ${draft.tableOf(object)}`;
}

function isUnique({ facts }: CatalogObject): boolean {
  return facts.definition?.startsWith('UNIQUE ') ?? false;
}

function isChecked({ facts }: CatalogObject): boolean {
  return /^(CHECK|FOREIGN KEY) /.test(facts.definition ?? '');
}

function cannot({ name, facts }: CatalogObject, draft: Draft, what: string): string {
  return `${name}: ${draft.local(facts.definition ?? '')} cannot ${what} without blocking writers`;
}

/** Facts of an index that PostgreSQL cannot change, and a new index can. */
const BUILT = ['definition', 'table', 'method', 'columns', 'uniqueness', 'nulls', 'INCLUDE', 'WITH', 'WHERE'];

/** An index of a table that is there: built and dropped while rows are written. */
export function planIndex({ from, to, facts, sentences }: Change, draft: Draft): void {
  if (to === undefined) {
    if (from) dropIndex(from, draft);
    return;
  }
  if (facts.some((fact) => fact !== 'comment' && !BUILT.includes(fact))) {
    draft.problems.push(...sentences);
    return;
  }
  const name = localName(to.name);
  if (from === undefined) build(to, name, draft);
  else if (facts.some((fact) => BUILT.includes(fact))) replaceIndex(from, to, draft);
  if (to.facts.comment !== from?.facts.comment) {
    const text = to.facts.comment === undefined ? 'NULL' : literal(to.facts.comment);
    draft.add('comments', `COMMENT ON INDEX ${name} IS ${text}`);
  }
}

/** `CREATE INDEX … ON …` of an index, as the source says it. */
export function createIndex(index: CatalogObject, name: string, draft: Draft, concurrently = ''): string {
  const { definition = '' } = index.facts;
  const unique = definition.startsWith('CREATE UNIQUE ') ? 'UNIQUE ' : '';
  const rest = draft.local(definition.slice(definition.indexOf(' USING ')));
  const where = draft.textOf(index);
  const place = rest.lastIndexOf(' WHERE ');
  const parts = where === undefined || place < 0 ? rest : `${rest.slice(0, place)} WHERE ${where}`;
  return `CREATE ${unique}INDEX ${concurrently}${name} ON ${draft.tableOf(index)}${parts.replace(' USING btree', '')}`;
}

function replaceIndex(from: CatalogObject, to: CatalogObject, draft: Draft): void {
  const name = localName(to.name);
  if (draft.isObstacle(from)) {
    dropIndex(from, draft);
    build(to, name, draft);
    return;
  }
  const temporary = derivedName(name, '__new');
  build(to, temporary, draft);
  draft.add('indexes', `DROP INDEX CONCURRENTLY ${name}`, { alone: true });
  draft.add('indexes', `ALTER INDEX ${temporary} RENAME TO ${name}`);
}

function build(to: CatalogObject, name: string, draft: Draft): void {
  draft.add('indexes', createIndex(to, name, draft, 'CONCURRENTLY '), { alone: true });
  if (to.facts.definition?.startsWith('CREATE UNIQUE ')) draft.checked.push(bare(localName(to.name)));
}

function dropIndex(from: CatalogObject, draft: Draft): void {
  const phase = draft.isObstacle(from) ? 'obstacles' : 'dropped indexes';
  draft.add(phase, `DROP INDEX CONCURRENTLY ${localName(from.name)}`, { alone: true });
}
