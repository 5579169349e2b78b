import type { ObjectType } from 'typeorm';

/** An instance of the entity with these values; rules and subscribers know it by its class. Left out = the default. */
export function build<Row extends object>(entity: ObjectType<Row>, values: Partial<Row>): Row {
  return Object.assign(new (entity as new () => Row)(), values);
}
