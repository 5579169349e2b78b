import type { ObjectLiteral, RelationMetadata } from 'typeorm';
import { isPlainObject } from '../columns/validators.js';
import type { RowCopies, SaveCall, WriteRules } from '../connection/save-call.js';
import {
  type Contradiction,
  adviseElsewhere,
  type GivenChild,
  type GivenRelations,
  readGivenRelations,
  createRelationViolation,
  adviseSeparately,
} from './given-relations.js';
import { UNKNOWN } from './row-rules.js';
import { getForeignKey, readStoredKeys, type StoredKeys, writeSavedRows } from './saved-rows.js';
import { EntityValidationError, type Violation } from './validation-error.js';

/**
 * What a save() may say of other rows. It writes the rows that it is given, and no other: children that are given with their
 * parent must belong to it already, a parent must have an id or be stored by the same call, and a relation must name the same
 * row as its foreign key.
 */
export const writeRules: WriteRules = { save: saveWithRules, relationWriteError: createRelationWriteError };

/** @throws EntityValidationError before anything is written */
async function saveWithRules(call: SaveCall, copy: () => RowCopies): Promise<void> {
  const given = readGivenRelations(call);
  const [children, contradictions] = [await findMisplaced(call, given), await findRefused(call, given)];
  const refused = [...given.violations, ...children, ...contradictions];
  const [first] = refused;
  if (first) {
    const ofFirst = refused.filter(({ saved }) => saved === first.saved).map(({ violation }) => violation);
    throw new EntityValidationError(first.saved.metadata.name, ofFirst);
  }
  const { rows, save, giveBack } = copy();
  const copies = call.rows.map(({ metadata }, index) => ({ metadata, row: rows[index] ?? {} }));
  for (const { saved, relation, id } of given.contradictions) {
    // The relation was replaced: the foreign key follows, so that the object shows what is stored.
    const followed = rows[call.rows.indexOf(saved)];
    if (followed) followed[getForeignKey(relation)] = id === UNKNOWN ? undefined : id;
  }
  await writeSavedRows(copies, () => save(saveParentsFirst(call, given, rows)));
  giveBack();
}

/**
 * TypeORM may insert a row before its new parent where the foreign key may be null: with null, and with the key in a second
 * statement, which the rules of the table refuse. Such rows are written one by one, after their parents.
 *
 * @returns the copies in that order; undefined when TypeORM's own order will do
 */
function saveParentsFirst(
  call: SaveCall,
  { newParents }: GivenRelations,
  copies: readonly ObjectLiteral[],
): ObjectLiteral[] | undefined {
  if (!newParents.some(({ relation }) => relation.isNullable)) return undefined;
  const parentsOf = new Map<ObjectLiteral, ObjectLiteral[]>();
  for (const { row, parent } of newParents) parentsOf.set(row, [...(parentsOf.get(row) ?? []), parent]);
  const visited = new Set<ObjectLiteral>();
  const ordered: ObjectLiteral[] = [];
  const visit = (row: ObjectLiteral): void => {
    if (visited.has(row)) return;
    visited.add(row);
    for (const parent of parentsOf.get(row) ?? []) visit(parent);
    ordered.push(row);
  };
  for (const { row } of call.rows) visit(row);
  const places = new Map(call.rows.map(({ row }, index) => [row, index]));
  return ordered.map((row) => copies[places.get(row) ?? -1] ?? row);
}

function createRelationWriteError(relation: RelationMetadata): Error {
  const { entityMetadata, inverseEntityMetadata, propertyName } = relation;
  const owner = relation.isOwning ? entityMetadata.name : inverseEntityMetadata.name;
  const message = `is not written by a relation query builder: set the foreign key of the ${owner} and save the ${owner}`;
  return new EntityValidationError(entityMetadata.name, [createRelationViolation(propertyName, message)]);
}

type Refused = GivenRelations['violations'];

/** The children that do not belong to their parent in the database. */
async function findMisplaced({ manager }: SaveCall, { children }: GivenRelations): Promise<Refused> {
  const found: Refused = [];
  for (const [relation, group] of groupByRelation(children)) {
    const ids = group.map(({ id }) => id);
    const keys = await readStoredKeys(manager, relation, ids);
    for (const child of group) {
      const message = findPlaceIssue(child, keys);
      if (message !== undefined) {
        found.push({ saved: child.saved, violation: createRelationViolation(child.path, message) });
      }
    }
  }
  return found;
}

function findPlaceIssue({ relation, parentId, id }: GivenChild, keys: StoredKeys): string | undefined {
  const key = keys.get(String(id));
  if (key === undefined) return `is not stored: ${adviseSeparately(relation)}`;
  return key === parentId ? undefined : adviseElsewhere(relation);
}

/**
 * The contradictions that are not the ordinary way to change a relation: a loaded row whose relation was replaced, while the
 * foreign key is still the stored one.
 */
async function findRefused({ manager }: SaveCall, { contradictions }: GivenRelations): Promise<Refused> {
  const found: { saved: Contradiction['saved']; violation: Violation }[] = [];
  for (const [relation, group] of groupByRelation(contradictions)) {
    const loaded = group.filter(({ saved }) => !isPlainObject(saved.row));
    const keys = await readStoredKeys(
      manager,
      relation,
      loaded.map(({ saved }) => saved.row.id as unknown),
    );
    for (const contradiction of group) {
      const stored = keys.get(String(contradiction.saved.row.id));
      const isReplaced = !isPlainObject(contradiction.saved.row) && stored !== undefined;
      if (!isReplaced || stored !== contradiction.key) found.push(contradiction);
    }
  }
  return found;
}

function groupByRelation<Given extends { readonly relation: RelationMetadata }>(
  list: readonly Given[],
): Map<RelationMetadata, Given[]> {
  const groups = new Map<RelationMetadata, Given[]>();
  for (const given of list) groups.set(given.relation, [...(groups.get(given.relation) ?? []), given]);
  return groups;
}
