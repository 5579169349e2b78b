import type { Difference } from '../catalog/diff.js';
import type { CatalogObject, Snapshot } from '../catalog/snapshot.js';
import { removeSchema } from '../catalog/schema-placeholder.js';
import { quoteLocalName, quoteName } from './draft.js';

/** A rule that a migration drops: the rows of the table obey it before the migration, and need not after it. */
export interface OldRule {
  readonly table: string;
  /** `CHECK (…)`. */
  readonly definition: string;
}

/** Returns the rules that a migration drops or changes, as CHECKs. Rows that violate one of them would make `down` fail. */
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
