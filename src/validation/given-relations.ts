import type { EntityMetadata, ObjectLiteral, RelationMetadata } from 'typeorm';
import { isObject } from '../columns/validators.js';
import type { SaveCall, SavedRow } from '../connection/save-call.js';
import { findContradiction, UNKNOWN } from './row-rules.js';
import { getForeignKey } from './saved-rows.js';
import { createPropertyViolation, type Violation } from './validation-error.js';

/** A child that is given with its parent and has an id: it must belong to that parent already. */
export interface GivenChild {
  readonly saved: SavedRow;
  readonly path: string;
  /** The child's relation to its parent. */
  readonly relation: RelationMetadata;
  readonly parentId: unknown;
  readonly id: unknown;
}

/** A relation and its foreign key that name different rows. */
export interface Contradiction {
  readonly saved: SavedRow;
  readonly relation: RelationMetadata;
  /** The id that the relation names: null for none, UNKNOWN for a parent that the same save() stores. */
  readonly id: unknown;
  /** The value of the foreign key. */
  readonly key: unknown;
  readonly violation: Violation;
}

/** A row whose parent is new, and stored by the same save(). */
interface NewParent {
  readonly row: ObjectLiteral;
  readonly parent: ObjectLiteral;
  readonly relation: RelationMetadata;
}

/** What the rows of a save() say of other rows. */
export interface GivenRelations {
  readonly newParents: NewParent[];
  readonly violations: { readonly saved: SavedRow; readonly violation: Violation }[];
  readonly children: GivenChild[];
  readonly contradictions: Contradiction[];
}

/**
 * Reads the parents of each row, and its children at any depth: save() writes none of them, so that what would be lost is a
 * violation. Not the children of parents: those are saved in a call of their own.
 */
export function readGivenRelations(call: SaveCall): GivenRelations {
  const found: GivenRelations = { violations: [], newParents: [], children: [], contradictions: [] };
  const { chunk = 0, reload = true } = call.options;
  const chunks = new Map(call.rows.map(({ row }, index) => [row, chunk > 0 ? Math.floor(index / chunk) : 0]));
  for (const saved of call.rows) {
    const walk: Walk = { saved, chunks, reload, found, visited: new Set() };
    for (const relation of saved.metadata.relationsWithJoinColumns) readParent(walk, relation);
    readChildren(walk, saved.metadata, saved.row, '');
  }
  return found;
}

interface Walk {
  readonly saved: SavedRow;
  /** Each row of the call, and in which of its chunks it is written. */
  readonly chunks: ReadonlyMap<object, number>;
  readonly reload: boolean;
  readonly found: GivenRelations;
  readonly visited: Set<object>;
}

function readParent({ saved, chunks, reload, found }: Walk, relation: RelationMetadata): void {
  const parent: unknown = relation.getEntityValue(saved.row);
  // A bare id is for readRow to refuse.
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

function readChildren(walk: Walk, metadata: EntityMetadata, parent: ObjectLiteral, path: string): void {
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
  walk: Walk,
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

/** Does the child itself say whose it is? Undefined when it says nothing. */
function isParentNamed(child: ObjectLiteral, relation: RelationMetadata, parent: ObjectLiteral): boolean | undefined {
  const given: unknown = relation.getEntityValue(child);
  if (given === parent) return true;
  const key: unknown = isObject(given) ? getId(given) : (given ?? child[getForeignKey(relation)]);
  return key === undefined ? undefined : key === getId(parent);
}

/** How to write a child that is not stored. */
export function adviseSeparately(relation: RelationMetadata): string {
  const { propertyName, entityMetadata } = relation;
  return `save the ${entityMetadata.name} by itself, with ${propertyName} or ${getForeignKey(relation)}, or leave it out`;
}

/** What is wrong with a child of another parent. */
export function adviseElsewhere({ propertyName, entityMetadata, inverseEntityMetadata }: RelationMetadata): string {
  const [child, parent] = [entityMetadata.name, inverseEntityMetadata.name];
  return `is of another ${parent} or of none: set ${propertyName} of the ${child} and save the ${child}`;
}

/** A violation at a path like `posts[0].decisions[1]`. */
export function createRelationViolation(path: string, message: string): Violation {
  const [property = path] = /^\w+/.exec(path) ?? [];
  return createPropertyViolation(property, { path: path.slice(property.length), kind: 'relation', message });
}

function addTo({ saved, found }: Walk, path: string, message: string): void {
  add(found, saved, createRelationViolation(path, message));
}

function add({ violations }: GivenRelations, saved: SavedRow, violation: Violation): void {
  violations.push({ saved, violation });
}

function getId(row: ObjectLiteral): unknown {
  return (row.id as unknown) ?? undefined;
}
