import type { Difference } from '../catalog/diff.js';
import type { CatalogObject, Snapshot } from '../catalog/snapshot.js';
import { removeSchema } from '../catalog/schema-placeholder.js';
import { quoteLocalName, quoteName } from './draft.js';

/** A rule that holds for the rows of a table before a migration, and no more after it. */
export interface OldRule {
  readonly table: string;
  /** `CHECK (…)`. */
  readonly definition: string;
}

/** Which rows the migration lets in that its way back would refuse: rules that are dropped or changed, as CHECKs. */
export function listOldRules(from: Snapshot, differences: readonly Difference[]): OldRule[] {
  return differences.flatMap((difference) => {
    const object = from.objects[difference.object];
    return object === undefined ? [] : readRules(object, difference.fact, from);
  });
}

function readRules(object: CatalogObject, fact: string | undefined, { objects }: Snapshot): OldRule[] {
  const { kind, name, on = '', facts } = object;
  const table = quoteLocalName(on);
  if (kind === 'constraint' && facts.definition?.startsWith('CHECK ')) {
    return [{ table, definition: removeSchema(facts.definition.replace(/ NOT VALID$/, '')) }];
  }
  if (kind === 'column' && fact === 'null' && facts.null !== undefined) {
    return [{ table, definition: `CHECK (${quoteName(name)} IS NOT NULL)` }];
  }
  if (kind !== 'enum' || fact !== 'values') return [];
  return Object.values(objects)
    .filter((column) => column.kind === 'column' && column.facts.type === name)
    .map((column) => ({
      table: quoteLocalName(column.on ?? ''),
      definition: `CHECK (${quoteName(column.name)}::text IN (${facts.values ?? ''}))`,
    }));
}
