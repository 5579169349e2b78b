import type { CatalogObject } from '../schema/snapshot.js';
import { literal } from '../schema/repair-rights.js';
import type { Change, Draft } from './draft.js';
import { bare, derivedName, localName } from './names.js';

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
