import { getMetadataArgsStorage } from 'typeorm';
import { rulesOf, type EntityClass } from './registry.js';

/** The comment of a class under its own name, of a property under `Class.property`. */
export type Comments = Readonly<Record<string, string>>;

/**
 * Gives tables and columns the comments of their classes and properties, so that psql shows what the editor shows. A
 * relation's comment goes to its foreign key column.
 */
export function applyComments(entities: readonly EntityClass[], comments: Comments): void {
  const storage = getMetadataArgsStorage();
  for (const entity of entities) {
    for (const table of storage.tables) {
      const comment = comments[entity.name];
      if (table.target === entity && comment !== undefined) table.comment = comment;
    }
    const relationOf = new Map([...rulesOf(entity).relations].map(([relation, { property }]) => [property, relation]));
    for (const { target, propertyName, options } of storage.columns) {
      const comment = comments[`${entity.name}.${relationOf.get(propertyName) ?? propertyName}`];
      if (target === entity && comment !== undefined) options.comment = comment;
    }
  }
}
