import type { EntityManager, EntityMetadata, ObjectLiteral, RelationMetadata } from 'typeorm';
import { uuidRule } from '../columns/basic.js';
import { isObject, isPlainObject } from '../columns/validators.js';
import type { RowCopies, SaveCall, SavedRow, WriteRules } from '../connection/save-call.js';
import { writeSavedRows } from './entity-validation.subscriber.js';
import { findContradiction, UNKNOWN } from './validate-entity.js';
import { createRelationViolation, EntityValidationError, type Violation } from './validation-error.js';

/**
 * Rules for save(), which writes the rows it is given and no others: children given with their parent must already belong to it,
 * a parent must have an id or be stored by the same call, and a relation must name the same row as its foreign key.
 */
export const writeRules: WriteRules = { save: saveWithRules, relationWriteError: createRelationWriteError };

/** @throws EntityValidationError before anything is written */
async function saveWithRules(call: SaveCall, copy: () => RowCopies): Promise<void> {
  const given = readGivenRelations(call);
  const [children, contradictions] = [await findMisplaced(call, given), await findRefusedContradictions(call, given)];
  const refused = [...given.violations, ...children, ...contradictions];
  const [first] = refused;
  if (first) {
    const ofFirst = refused.filter(({ saved }) => saved === first.saved).map(({ violation }) => violation);
    throw new EntityValidationError(first.saved.metadata.name, ofFirst);
  }
  const { rows, save, giveBack } = copy();
  const copies = call.rows.map(({ metadata }, index) => ({ metadata, row: rows[index] ?? {} }));
  for (const { saved, relation, id } of given.contradictions) {
    // The relation was replaced: set the foreign key too, so that the object matches the stored row.
    const row = rows[call.rows.indexOf(saved)];
    if (row) row[getForeignKey(relation)] = id === UNKNOWN ? undefined : id;
  }
  await writeSavedRows(copies, () => save(orderParentsFirst(call, given, rows)));
  giveBack();
}

/**
 * Orders rows after their new parents. When a foreign key is nullable, TypeORM may insert the row first with null and set the key
 * in a second statement, which the rules of the table refuse.
 *
 * @returns the copies in the order in which to write them one by one; undefined when the order of TypeORM is safe
 */
function orderParentsFirst(
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

type ViolationsByRow = GivenRelations['violations'];

/** Finds the children that do not belong to their parent in the database. */
async function findMisplaced({ manager }: SaveCall, { children }: GivenRelations): Promise<ViolationsByRow> {
  const found: ViolationsByRow = [];
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
 * Finds the contradictions to refuse. One contradiction is allowed because it is the usual way to change a relation: in a loaded
 * row the relation was replaced while the foreign key still has the stored value.
 */
async function findRefusedContradictions(
  { manager }: SaveCall,
  { contradictions }: GivenRelations,
): Promise<ViolationsByRow> {
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

/** A child with an id that is given with its parent: it must already belong to that parent. */
interface GivenChild {
  readonly saved: SavedRow;
  readonly path: string;
  /** The child's relation to its parent. */
  readonly relation: RelationMetadata;
  readonly parentId: unknown;
  readonly id: unknown;
}

/** A relation and its foreign key that name different rows. */
interface Contradiction {
  readonly saved: SavedRow;
  readonly relation: RelationMetadata;
  /** The id in the relation: null for none, UNKNOWN for a parent that the same save() stores. */
  readonly id: unknown;
  /** The value of the foreign key. */
  readonly key: unknown;
  readonly violation: Violation;
}

/** A row whose new parent is stored by the same save(). */
interface NewParent {
  readonly row: ObjectLiteral;
  readonly parent: ObjectLiteral;
  readonly relation: RelationMetadata;
}

/** The relations given with the rows of a save(). */
interface GivenRelations {
  readonly newParents: NewParent[];
  readonly violations: { readonly saved: SavedRow; readonly violation: Violation }[];
  readonly children: GivenChild[];
  readonly contradictions: Contradiction[];
}

/**
 * Reads the parents of each row, and its children at any depth. save() writes none of them, so each one that would be lost is a
 * violation. The children of parents are not read.
 */
function readGivenRelations(call: SaveCall): GivenRelations {
  const found: GivenRelations = { violations: [], newParents: [], children: [], contradictions: [] };
  const { chunk = 0, reload = true } = call.options;
  const chunks = new Map(call.rows.map(({ row }, index) => [row, chunk > 0 ? Math.floor(index / chunk) : 0]));
  for (const saved of call.rows) {
    const walk: RelationWalk = { saved, chunks, reload, found, visited: new Set() };
    for (const relation of saved.metadata.relationsWithJoinColumns) readParent(walk, relation);
    readChildren(walk, saved.metadata, saved.row, '');
  }
  return found;
}

interface RelationWalk {
  readonly saved: SavedRow;
  /** Each row of the call with the number of the chunk in which it is written. */
  readonly chunks: ReadonlyMap<object, number>;
  readonly reload: boolean;
  readonly found: GivenRelations;
  readonly visited: Set<object>;
}

function readParent({ saved, chunks, reload, found }: RelationWalk, relation: RelationMetadata): void {
  const parent: unknown = relation.getEntityValue(saved.row);
  // readRow refuses a bare id.
  if (parent === undefined || (parent !== null && !isObject(parent))) return;
  const property = getForeignKey(relation);
  const id: unknown = parent && (getId(parent) ?? UNKNOWN);
  const violationOf = (message: string): Violation => createRelationViolation(relation.propertyName, message);
  if (parent && id === UNKNOWN) {
    const name = saved.metadata.name;
    const isStoredInTime = (chunks.get(parent) ?? Infinity) <= (chunks.get(saved.row) ?? 0);
    if (isStoredInTime) found.newParents.push({ row: saved.row, parent, relation });
    if (!isStoredInTime) add(found, saved, violationOf(`is new: save it first, then this ${name}`));
    else if (!reload) {
      const message = `is new, and reload: false does not read its id: save it first, then this ${name}`;
      add(found, saved, violationOf(message));
    }
  }
  const key: unknown = saved.row[property];
  const message = findContradiction(id, key, property);
  if (message !== undefined) {
    found.contradictions.push({ saved, relation, id, key, violation: violationOf(message) });
  }
}

function readChildren(walk: RelationWalk, metadata: EntityMetadata, parent: ObjectLiteral, path: string): void {
  if (walk.visited.has(parent)) return;
  walk.visited.add(parent);
  for (const relation of metadata.relations) {
    const given: unknown = relation.getEntityValue(parent);
    if (given === undefined || given === null) continue;
    const place = path + relation.propertyName;
    if (relation.isOneToOneNotOwner) readChild(walk, relation, parent, given, place);
    else if (relation.isOneToMany && !Array.isArray(given)) addTo(walk, place, 'must be a list');
    else if (relation.isOneToMany) {
      for (const [index, child] of (given as unknown[]).entries()) {
        readChild(walk, relation, parent, child, `${place}[${index}]`);
      }
    }
  }
}

function readChild(
  walk: RelationWalk,
  { inverseRelation: relation, inverseEntityMetadata: metadata }: RelationMetadata,
  parent: ObjectLiteral,
  child: unknown,
  path: string,
): void {
  if (relation === undefined) return;
  if (!isObject(child)) {
    addTo(walk, path, 'must be an object with an id');
    return;
  }
  const id = getId(child);
  const named = walk.chunks.has(child) ? isParentNamed(child, relation, parent) : undefined;
  if (named === false) addTo(walk, path, adviseElsewhere(relation));
  else if (named === undefined && id === undefined) addTo(walk, path, `is new: ${adviseSeparately(relation)}`);
  else if (named === undefined) {
    walk.found.children.push({ saved: walk.saved, path, relation, parentId: getId(parent), id });
  }
  readChildren(walk, metadata, child, `${path}.`);
}

/** Returns whether the child names this parent; undefined when it names none. */
function isParentNamed(child: ObjectLiteral, relation: RelationMetadata, parent: ObjectLiteral): boolean | undefined {
  const given: unknown = relation.getEntityValue(child);
  if (given === parent) return true;
  const key: unknown = isObject(given) ? getId(given) : (given ?? child[getForeignKey(relation)]);
  return key === undefined ? undefined : key === getId(parent);
}

/** Explains how to write a child that is not stored. */
function adviseSeparately(relation: RelationMetadata): string {
  const { propertyName, entityMetadata } = relation;
  return `save the ${entityMetadata.name} by itself, with ${propertyName} or ${getForeignKey(relation)}, or leave it out`;
}

/** Explains what is wrong with a child of another parent. */
function adviseElsewhere({ propertyName, entityMetadata, inverseEntityMetadata }: RelationMetadata): string {
  const [child, parent] = [entityMetadata.name, inverseEntityMetadata.name];
  return `is of another ${parent} or of none: set ${propertyName} of the ${child} and save the ${child}`;
}

function addTo({ saved, found }: RelationWalk, path: string, message: string): void {
  add(found, saved, createRelationViolation(path, message));
}

function add({ violations }: GivenRelations, saved: SavedRow, violation: Violation): void {
  violations.push({ saved, violation });
}

function getId(row: ObjectLiteral): unknown {
  return (row.id as unknown) ?? undefined;
}

/** The foreign key of each stored row by the id of the row. */
type StoredKeys = ReadonlyMap<string, string | null>;

/** Reads the foreign keys of rows from the database. Skips ids that are not uuids. */
async function readStoredKeys(
  manager: EntityManager,
  relation: RelationMetadata,
  ids: readonly unknown[],
): Promise<StoredKeys> {
  const uuids = ids.filter((id) => uuidRule.isValid(id));
  if (uuids.length === 0) return new Map();
  const rows = await manager
    .createQueryBuilder(relation.entityMetadata.target, 'row')
    .select('row.id', 'id')
    .addSelect(`row.${getForeignKey(relation)}`, 'key')
    // One parameter for any number of ids.
    .where('row.id = ANY(:uuids)', { uuids })
    .getRawMany<{ id: string; key: string | null }>();
  return new Map(rows.map(({ id, key }) => [id, key]));
}

/** Returns the property with the foreign key of a relation: `authorId` for `author`. */
function getForeignKey({ joinColumns, propertyPath }: RelationMetadata): string {
  return joinColumns[0]?.propertyName ?? propertyPath;
}
