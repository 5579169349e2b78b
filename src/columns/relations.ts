import { Column, JoinColumn, ManyToOne, type ObjectType, OneToMany, OneToOne } from 'typeorm';
import { toColumnName } from '../connection/naming-strategy.js';
import { uuidRule } from './basic.js';
import { validatorFor, type Nullable, register } from './define-column.js';
import { getEntityRules } from './registry.js';

interface BelongsToOptions<Parent> extends Nullable {
  /** What happens to this row when its parent goes. Always stated: a forgotten delete rule is a decision nobody took. */
  onDelete: 'CASCADE' | 'SET NULL' | 'RESTRICT';
  /** The parent's side of the relation. */
  inverse: (parent: Parent) => unknown;
  /** At most one row per parent. */
  unique?: boolean;
  /** The column's name, where it is not that of the relation: `metricType` is kept in `kpi_type_id`. */
  column?: string;
}

/**
 * A foreign key. The relation `post` brings the column `post_id`, which is the property `postId` (declare it beside the
 * relation: `postId!: string`), and an index, since PostgreSQL makes none and every cascade would scan the table. Either of
 * the two may be set; together they must name the same row. SET NULL makes the column nullable. Never loaded eagerly, never
 * saved by cascade.
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
 * The rows that name this one as their parent, for `relations: {…}` in a query. Never loaded by itself, and never written:
 * the list may be filtered or old, and TypeORM would delete or detach the children that it does not hold.
 */
export function HasMany<Child extends object>(
  child: () => ObjectType<Child>,
  inverse: (child: Child) => unknown,
): PropertyDecorator {
  return createInverseDecorator(OneToMany(child, inverse, NOT_WRITTEN));
}

/** The one row that names this one as its parent. Read only, as with `HasMany`. */
export function HasOne<Child extends object>(
  child: () => ObjectType<Child>,
  inverse: (child: Child) => unknown,
): PropertyDecorator {
  return createInverseDecorator(OneToOne(child, inverse, NOT_WRITTEN));
}

/** save() does not compare the relation with the database. */
const NOT_WRITTEN = { persistence: false };

function createInverseDecorator(decorate: PropertyDecorator): PropertyDecorator {
  return (target, property) => {
    getEntityRules(target.constructor).children.add(property as string);
    decorate(target, property);
  };
}
