import { Column, JoinColumn, ManyToOne, type ObjectType, OneToMany, OneToOne } from 'typeorm';
import { toColumnName } from '../connection/naming-strategy.js';
import { uuidRule } from './basic.js';
import { validatorFor, type Nullable, register } from './define-column.js';
import { getEntityRules } from './registry.js';

interface BelongsToOptions<Parent> extends Nullable {
  /** What happens to this row when its parent is deleted. Required, so that every relation states it. */
  onDelete: 'CASCADE' | 'SET NULL' | 'RESTRICT';
  /** The relation in the parent. */
  inverse: (parent: Parent) => unknown;
  /** At most one row per parent. */
  unique?: boolean;
  /** Name of the column. Default: from the name of the relation. Example: `metricType` is stored in `kpi_type_id`. */
  column?: string;
}

/**
 * Column decorator: a foreign key, `uuid`. The relation `post` creates the column `post_id`, the property `postId` (declare it next
 * to the relation: `postId!: string`) and an index, which PostgreSQL does not create itself and without which deleting a parent
 * scans the table. Set the relation, the property, or both to the same row. The column is NOT NULL, except with SET NULL or
 * `nullable`. The relation is never loaded eagerly and never saved by cascade.
 */
export function BelongsTo<Parent extends object>(
  parent: () => ObjectType<Parent>,
  { onDelete, inverse, column, unique = false, nullable = onDelete === 'SET NULL' }: BelongsToOptions<Parent>,
): PropertyDecorator {
  return (target, property) => {
    const relation = property as string;
    const key = `${relation}Id`;
    const name = column ?? toColumnName(key);
    const options = { onDelete, nullable };
    Column({ type: 'uuid', name, nullable })(target, key);
    if (unique) OneToOne(parent, inverse, options)(target, relation);
    else ManyToOne(parent, inverse, options)(target, relation);
    JoinColumn({ name })(target, relation);

    getEntityRules(target.constructor).relations.set(relation, { property: key, column: name, unique });
    register(target, key, [uuidRule], { nullable, optional: nullable });
    const isGiven = (row: object): boolean => (row as Record<string, unknown>)[relation] !== undefined;
    validatorFor([uuidRule], { nullable, optional: nullable }, isGiven)(target, key);
  };
}

/**
 * Relation decorator: the child rows, for `relations: {…}` in a query. It is loaded only on request and never written, because the
 * list may be filtered or outdated, and TypeORM would delete or detach the children that are missing in it.
 */
export function HasMany<Child extends object>(
  child: () => ObjectType<Child>,
  inverse: (child: Child) => unknown,
): PropertyDecorator {
  return createInverseDecorator(OneToMany(child, inverse, NOT_WRITTEN));
}

/** Relation decorator: the only child row. Read-only, like `HasMany`. */
export function HasOne<Child extends object>(
  child: () => ObjectType<Child>,
  inverse: (child: Child) => unknown,
): PropertyDecorator {
  return createInverseDecorator(OneToOne(child, inverse, NOT_WRITTEN));
}

/** Tells TypeORM that save() ignores the relation. */
const NOT_WRITTEN = { persistence: false };

function createInverseDecorator(decorate: PropertyDecorator): PropertyDecorator {
  return (target, property) => {
    getEntityRules(target.constructor).children.add(property as string);
    decorate(target, property);
  };
}
